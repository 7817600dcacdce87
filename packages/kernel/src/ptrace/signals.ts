/** A tracee's signals: the siginfo of its stop, its queue, its mask. Linux 6.1 kernel/ptrace.c */
import { decodeSigSet, encodeSigSet, sigSetBytes } from '../abi/signals.ts';
import { StructReader } from '../abi/struct.ts';
import { EFAULT, EINVAL } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { copyIn, copyOut } from '../mm/user-access.ts';
import { SI_USER } from '../signal/numbers.ts';
import { setSigMask } from '../signal/pending.ts';
import { sendSignal, sigInfo } from '../signal/send.ts';
import { hasSignal } from '../signal/sig-set.ts';
import { decodeSigInfo, encodeSigInfo, SIGINFO_BYTES } from '../signal/siginfo-struct.ts';
import type { SigInfo, Task } from '../types.ts';
import type { TracedStop } from './state.ts';

/** PTRACE_GETSIGINFO. A group stop of a task that is not seized has none. */
export function getSigInfo(kernel: Kernel, tracer: Task, task: Task, address: number): number {
  const info = task.tracedStop?.info;
  if (info === undefined) return -EINVAL;
  return copyOut(kernel, tracer, address, encodeSigInfo(kernel, info)) ? 0 : -EFAULT;
}

/** PTRACE_SETSIGINFO. */
export function setSigInfo(kernel: Kernel, tracer: Task, task: Task, address: number): number {
  const stop = task.tracedStop;
  const bytes = copyIn(kernel, tracer, address, SIGINFO_BYTES);
  if (bytes === undefined) return -EFAULT;
  if (stop?.info === undefined) return -EINVAL;
  stop.info = decodeSigInfo(kernel, bytes);
  return 0;
}

/** PTRACE_PEEKSIGINFO: signals of the queue, from one on. */
export function peekSigInfo(kernel: Kernel, tracer: Task, task: Task, args: number, data: number): number {
  const bytes = copyIn(kernel, tracer, args, 16);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const [offset, flags, count] = [reader.u64(0), reader.u32(8), reader.i32(12)];
  if (flags & ~1 || count < 0) return -EINVAL;
  const { queue } = flags & 1 ? task.group.pending : task.pending;
  if (offset > BigInt(queue.length)) return 0;
  const found = queue.slice(Number(offset), Number(offset) + count);
  for (const [index, info] of found.entries()) {
    if (!copyOut(kernel, tracer, data + index * SIGINFO_BYTES, encodeSigInfo(kernel, info))) return index || -EFAULT;
  }
  return found.length;
}

/** PTRACE_GETSIGMASK. */
export function getMask(kernel: Kernel, tracer: Task, task: Task, size: number, address: number): number {
  if (size !== sigSetBytes(kernel)) return -EINVAL;
  const mask = task.savedSigMask ?? task.sigMask;
  return copyOut(kernel, tracer, address, encodeSigSet(kernel, mask, size)) ? 0 : -EFAULT;
}

/** PTRACE_SETSIGMASK. */
export function setMask(kernel: Kernel, tracer: Task, task: Task, size: number, address: number): number {
  if (size !== sigSetBytes(kernel)) return -EINVAL;
  const bytes = copyIn(kernel, tracer, address, size);
  if (bytes === undefined) return -EFAULT;
  task.savedSigMask = undefined;
  setSigMask(kernel, task, decodeSigSet(kernel, bytes));
  return 0;
}

/**
 * The signal that comes of a stop at a signal: the tracer may have dropped it or put another in its
 * place. Undefined: none, or one that waits. Linux 6.1 kernel/signal.c: ptrace_signal
 */
export function signalAfterStop(kernel: Kernel, task: Task, stop: TracedStop): SigInfo | undefined {
  const signo = stop.code;
  if (signo === 0) return undefined;
  let { info } = stop;
  if (info === undefined || info.signo !== signo) {
    const from = task.tracing?.tracer.group ?? task.group.parent;
    info = sigInfo(signo, { code: SI_USER, pid: from?.pid ?? 0, uid: from?.leader.cred.uid ?? 0 });
  }
  if (hasSignal(task.sigMask, signo)) {
    sendSignal(kernel, task, info);
    return undefined;
  }
  return info;
}
