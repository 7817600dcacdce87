/** sigaction, rt_sigaction, signal, sigaltstack, sigreturn, rt_sigreturn. */
import { type ActionLayout, GENERIC_OLD_SIGACTION, GENERIC_SIGACTION } from '../../abi/layouts.ts';
import { genericNumber, nativeNumber } from '../../abi/numbers.ts';
import { decodeSigSet, encodeSigSet, lastSignal, sigSetBytes } from '../../abi/signals.ts';
import { StructReader, StructWriter } from '../../abi/struct.ts';
import { EFAULT, EINVAL, ENOMEM, EPERM, NO_RESULT } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import { frameAddress } from '../../task/thread-info.ts';
import type { SigAction, Task } from '../../types.ts';
import { noAltStack, onAltStack, SS_AUTODISARM, SS_DISABLE, SS_ONSTACK } from '../alt-stack.ts';
import { defaultAction, SA_NODEFER, SA_RESETHAND, SIG_DFL, SIG_IGN, UNBLOCKABLE } from '../numbers.ts';
import { flushSignals, recalcSigPending, setSigMask } from '../pending.ts';
import { forceSegv } from '../send.ts';
import { hasSignal, NO_SIGNALS, sigBit, without } from '../sig-set.ts';

/** Linux 6.1 kernel/signal.c: do_sigaction */
function setAction(kernel: Kernel, task: Task, signo: number, action: SigAction): void {
  const { group } = task;
  group.actions[signo] = { ...action, mask: without(action.mask, UNBLOCKABLE) };
  const ignored = action.handler === SIG_IGN || (action.handler === SIG_DFL && defaultAction(signo) === 'ignore');
  if (!ignored) return;
  flushSignals(group.pending, sigBit(signo));
  for (const thread of group.tasks) {
    flushSignals(thread.pending, sigBit(signo));
    recalcSigPending(kernel, thread);
  }
}

function isCatchable(kernel: Kernel, signo: number): boolean {
  return signo >= 1 && signo <= lastSignal(kernel) && !hasSignal(UNBLOCKABLE, signo);
}

/** Layout of a struct sigaction, and bytes of its mask: the old call's has one word. */
function layoutOf(kernel: Kernel, old: boolean): { layout: ActionLayout; maskBytes: number } {
  const { layouts } = kernel.abi;
  return old
    ? { layout: layouts?.oldSigaction ?? GENERIC_OLD_SIGACTION, maskBytes: 4 }
    : { layout: layouts?.sigaction ?? GENERIC_SIGACTION, maskBytes: sigSetBytes(kernel) };
}

function decode(kernel: Kernel, old: boolean, bytes: Uint8Array): SigAction {
  const { layout, maskBytes } = layoutOf(kernel, old);
  const reader = new StructReader(kernel, bytes);
  return {
    handler: reader.u32(layout.handler),
    flags: genericNumber(kernel, 'saflags', reader.u32(layout.flags)),
    restorer: layout.restorer === undefined ? 0 : reader.u32(layout.restorer),
    mask: decodeSigSet(kernel, bytes.subarray(layout.mask, layout.mask + maskBytes)),
  };
}

function encode(kernel: Kernel, old: boolean, action: SigAction): Uint8Array {
  const { layout, maskBytes } = layoutOf(kernel, old);
  const writer = new StructWriter(kernel, layout.bytes).at(layout.handler).u32(action.handler);
  writer.at(layout.flags).u32(nativeNumber(kernel, 'saflags', action.flags));
  if (layout.restorer !== undefined) writer.at(layout.restorer).u32(action.restorer);
  writer.bytes.set(encodeSigSet(kernel, action.mask, maskBytes), layout.mask);
  return writer.bytes;
}

function sigaction(kernel: Kernel, task: Task, oldCall: boolean, signo: number, next: number, old: number): number {
  const bytes = next === 0 ? undefined : copyIn(kernel, task, next, layoutOf(kernel, oldCall).layout.bytes);
  if (next !== 0 && bytes === undefined) return -EFAULT;
  if (signo < 1 || signo > lastSignal(kernel) || (bytes !== undefined && !isCatchable(kernel, signo))) return -EINVAL;
  const before = task.group.actions[signo]!;
  if (bytes !== undefined) setAction(kernel, task, signo, decode(kernel, oldCall, bytes));
  if (old !== 0 && !copyOut(kernel, task, old, encode(kernel, oldCall, before))) return -EFAULT;
  return 0;
}

function signal(kernel: Kernel, task: Task, signo: number, handler: number): number {
  if (!isCatchable(kernel, signo)) return -EINVAL;
  const before = task.group.actions[signo]!.handler;
  setAction(kernel, task, signo, { handler, flags: (SA_RESETHAND | SA_NODEFER) >>> 0, mask: NO_SIGNALS, restorer: 0 });
  return before;
}

const MINSIGSTKSZ = 2048;

function altStackState(task: Task, sp: number): number {
  if (task.altStack.size === 0) return SS_DISABLE;
  return onAltStack(task, sp) ? SS_ONSTACK : 0;
}

/** Linux 6.1 kernel/signal.c: do_sigaltstack */
function sigaltstack(kernel: Kernel, task: Task, next: number, old: number): number {
  const sp = kernel.abi.frame.sp(kernel, frameAddress(kernel, task));
  const { altStack } = task;
  const state = altStackState(task, sp);
  const [flagsAt, sizeAt] = kernel.abi.layouts?.stackSizeFirst ? [8, 4] : [4, 8];
  const before = new StructWriter(kernel, 12).u32(altStack.sp);
  before
    .at(flagsAt)
    .u32((altStack.flags & SS_AUTODISARM) | state)
    .at(sizeAt)
    .u32(altStack.size);
  if (next !== 0) {
    const bytes = copyIn(kernel, task, next, 12);
    if (bytes === undefined) return -EFAULT;
    if (state === SS_ONSTACK) return -EPERM;
    const reader = new StructReader(kernel, bytes);
    const mode = reader.u32(flagsAt) & ~SS_AUTODISARM;
    if (mode !== 0 && mode !== SS_ONSTACK && mode !== SS_DISABLE) return -EINVAL;
    if (mode === SS_DISABLE) task.altStack = { ...noAltStack(), flags: reader.u32(flagsAt) };
    else if (reader.u32(sizeAt) < MINSIGSTKSZ) return -ENOMEM;
    else task.altStack = { sp: reader.u32(0), size: reader.u32(sizeAt), flags: reader.u32(flagsAt) };
  }
  return old !== 0 && !copyOut(kernel, task, old, before.bytes) ? -EFAULT : 0;
}

/** A frame that cannot be read back is a SIGSEGV. */
function sigreturn(kernel: Kernel, task: Task, rt: boolean): number {
  task.restartBlock = undefined;
  if (kernel.abi.sigreturn(kernel, task, frameAddress(kernel, task), rt)) setSigMask(kernel, task, task.sigMask);
  else forceSegv(kernel, task, 0);
  return NO_RESULT;
}

function rtSigaction(kernel: Kernel, task: Task, signo: number, next: number, old: number, size: number): number {
  return size === sigSetBytes(kernel) ? sigaction(kernel, task, false, signo, next, old) : -EINVAL;
}

export const ACTION_SYSCALLS: readonly SyscallDef[] = [
  full('rt_sigaction', ['signal', 'ptr', 'ptr', 'size'], rtSigaction),
  full('sigaction', ['signal', 'ptr', 'ptr'], (kernel, task, signo, next, old) =>
    sigaction(kernel, task, true, signo!, next!, old!),
  ),
  full('signal', ['signal', 'ptr'], signal),
  full('sigaltstack', ['ptr', 'ptr'], sigaltstack),
  full('sigreturn', [], (kernel, task) => sigreturn(kernel, task, false)),
  full('rt_sigreturn', [], (kernel, task) => sigreturn(kernel, task, true)),
];
