/** Signal masks and waiting: sigprocmask, sigpending, sigsuspend, pause, sigtimedwait, sgetmask, ssetmask; 64-bit sets and old ones. */
import { nativeNumber } from '../../abi/numbers.ts';
import { decodeSigSet, encodeSigSet, genericSet, nativeSet, sigSetBytes } from '../../abi/signals.ts';
import { BLOCKED, EAGAIN, EFAULT, EINTR, EINVAL, ERESTARTNOHAND } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut } from '../../mm/user-access.ts';
import { blockOn } from '../../sched/wait.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import { monotonicNs } from '../../time/clock.ts';
import { readTimespec } from '../../time/timespec.ts';
import type { SigSet, Task } from '../../types.ts';
import { UNBLOCKABLE } from '../numbers.ts';
import { dequeueSignal, setSigMask } from '../pending.ts';
import { ALL_SIGNALS, common, NO_SIGNALS, setOfWords, union, without } from '../sig-set.ts';
import { encodeSigInfo } from '../siginfo-struct.ts';

export const SIG_BLOCK = 0;
export const SIG_UNBLOCK = 1;
export const SIG_SETMASK = 2;
const LOW = setOfWords(-1);

/** A set of so many bytes: sigSetBytes, or 4 of the old calls, which leave the upper part alone. */
export function readSigSet(kernel: Kernel, task: Task, address: number, bytes: number): SigSet | undefined {
  const raw = copyIn(kernel, task, address, bytes);
  return raw && decodeSigSet(kernel, raw);
}

function writeSigSet(kernel: Kernel, task: Task, address: number, set: SigSet, bytes: number): boolean {
  return copyOut(kernel, task, address, encodeSigSet(kernel, set, bytes));
}

/** The signals that an old call's word cannot name. */
function beyondWord(kernel: Kernel): SigSet {
  return without(ALL_SIGNALS, genericSet(kernel, LOW));
}

function applyMask(kernel: Kernel, old: SigSet, how: number, set: SigSet, bytes: number): SigSet | undefined {
  switch (how) {
    case SIG_BLOCK:
      return union(old, set);
    case SIG_UNBLOCK:
      return without(old, set);
    case SIG_SETMASK:
      return bytes === 4 ? union(common(old, beyondWord(kernel)), set) : set;
    default:
      return undefined;
  }
}

function sigprocmask(kernel: Kernel, task: Task, how: number, next: number, old: number, bytes: number): number {
  const before = task.sigMask;
  if (next !== 0) {
    const set = readSigSet(kernel, task, next, bytes);
    if (set === undefined) return -EFAULT;
    const mask = applyMask(kernel, before, how, without(set, UNBLOCKABLE), bytes);
    if (mask === undefined) return -EINVAL;
    setSigMask(kernel, task, mask);
  }
  return old !== 0 && !writeSigSet(kernel, task, old, before, bytes) ? -EFAULT : 0;
}

function sigpending(kernel: Kernel, task: Task, address: number, bytes: number): number {
  const set = common(union(task.pending.set, task.group.pending.set), task.sigMask);
  return writeSigSet(kernel, task, address, set, bytes) ? 0 : -EFAULT;
}

/** Waits for a signal under another mask, which the handler's return undoes. Linux 6.1 kernel/signal.c: sigsuspend */
function sigsuspend(kernel: Kernel, task: Task, mask: SigSet): number {
  if (task.restart?.call !== 'sigsuspend') {
    task.restart = { call: 'sigsuspend' };
    task.savedSigMask = task.sigMask;
    setSigMask(kernel, task, mask);
  }
  return blockOn(kernel, task, [], { onSignal: -ERESTARTNOHAND });
}

function rtSigsuspend(kernel: Kernel, task: Task, address: number, size: number): number {
  if (size !== sigSetBytes(kernel)) return -EINVAL;
  const set = task.restart === undefined ? readSigSet(kernel, task, address, size) : NO_SIGNALS;
  return set === undefined ? -EFAULT : sigsuspend(kernel, task, set);
}

/** The time-out of sigtimedwait as a deadline; undefined: none; -errno. */
function deadlineOf(kernel: Kernel, task: Task, timeout: number, wide: boolean): bigint | undefined | number {
  if (timeout === 0) return undefined;
  const wait = readTimespec(kernel, task, timeout, wide);
  return typeof wait === 'number' ? wait : monotonicNs(kernel) + wait;
}

/** Takes a signal of a set without running a handler. Linux 6.1 kernel/signal.c: do_sigtimedwait */
function sigtimedwait(
  kernel: Kernel,
  task: Task,
  sets: number,
  info: number,
  timeout: number,
  size: number,
  wide: boolean,
): number {
  if (size !== sigSetBytes(kernel)) return -EINVAL;
  const record = task.restart?.call === 'sigtimedwait' ? task.restart : undefined;
  const wanted = record === undefined ? readSigSet(kernel, task, sets, size) : (record.set as SigSet);
  if (wanted === undefined) return -EFAULT;
  const deadline =
    record === undefined ? deadlineOf(kernel, task, timeout, wide) : (record.deadline as bigint | undefined);
  if (typeof deadline === 'number') return deadline;
  // While it waits the signals of the set are unblocked, so that they wake it.
  if (record !== undefined) endUnblocked(kernel, task);
  const found = dequeueSignal(kernel, task, union(without(ALL_SIGNALS, wanted), UNBLOCKABLE));
  if (found !== undefined) {
    if (info !== 0 && !copyOut(kernel, task, info, encodeSigInfo(kernel, found))) return -EFAULT;
    return nativeNumber(kernel, 'signal', found.signo);
  }
  if (task.timedOut || (deadline !== undefined && deadline <= monotonicNs(kernel))) return -EAGAIN;
  task.restart = { call: 'sigtimedwait', set: wanted, deadline };
  task.realBlocked = task.sigMask;
  setSigMask(kernel, task, without(task.sigMask, wanted));
  const result = blockOn(kernel, task, [], { deadline, onSignal: -EINTR });
  if (result !== BLOCKED) endUnblocked(kernel, task);
  return result;
}

function endUnblocked(kernel: Kernel, task: Task): void {
  setSigMask(kernel, task, task.realBlocked);
  task.realBlocked = NO_SIGNALS;
}

function ssetmask(kernel: Kernel, task: Task, mask: number): number {
  const old = nativeSet(kernel, task.sigMask).w0 >>> 0;
  setSigMask(kernel, task, union(common(task.sigMask, beyondWord(kernel)), genericSet(kernel, setOfWords(mask))));
  return old;
}

/** sigsuspend of ABIs whose call takes the mask alone (CONFIG_OLD_SIGSUSPEND). */
export const ONE_WORD_SIGSUSPEND: SyscallDef = full('sigsuspend', ['ulong'], (kernel, task, mask) =>
  sigsuspend(kernel, task, genericSet(kernel, setOfWords(mask!))),
);

export const MASK_SYSCALLS: readonly SyscallDef[] = [
  full('rt_sigprocmask', ['sighow', 'ptr', 'ptr', 'size'], (kernel, task, how, next, old, size) =>
    size === sigSetBytes(kernel) ? sigprocmask(kernel, task, how!, next!, old!, size) : -EINVAL,
  ),
  full('sigprocmask', ['sighow', 'ptr', 'ptr'], (kernel, task, how, next, old) =>
    sigprocmask(kernel, task, how!, next!, old!, 4),
  ),
  full('rt_sigpending', ['ptr', 'size'], (kernel, task, address, size) =>
    size! > sigSetBytes(kernel) ? -EINVAL : sigpending(kernel, task, address!, size! & ~3),
  ),
  full('sigpending', ['ptr'], (kernel, task, address) => sigpending(kernel, task, address!, 4)),
  full('rt_sigsuspend', ['ptr', 'size'], rtSigsuspend),
  // Two history arguments that nobody uses come first; ONE_WORD_SIGSUSPEND has none.
  full('sigsuspend', ['int', 'int', 'ulong'], (kernel, task, _first, _second, mask) =>
    sigsuspend(kernel, task, genericSet(kernel, setOfWords(mask!))),
  ),
  full('pause', [], (kernel, task) => blockOn(kernel, task, [], { onSignal: -ERESTARTNOHAND })),
  full('rt_sigtimedwait', ['ptr', 'ptr', 'ptr', 'size'], (kernel, task, set, info, timeout, size) =>
    sigtimedwait(kernel, task, set!, info!, timeout!, size!, false),
  ),
  full('rt_sigtimedwait_time64', ['ptr', 'ptr', 'ptr', 'size'], (kernel, task, set, info, timeout, size) =>
    sigtimedwait(kernel, task, set!, info!, timeout!, size!, true),
  ),
  full('sgetmask', [], (kernel, task) => nativeSet(kernel, task.sigMask).w0 >>> 0),
  full('ssetmask', ['ulong'], ssetmask),
];
