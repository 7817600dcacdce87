/** futex, futex_time64, set_robust_list, get_robust_list; System V IPC and POSIX message queues. */

import { StructReader } from '../abi/struct.ts';
import { EFAULT, EINVAL, ENOSYS, EPERM, ESRCH } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { copyIn, writeWord } from '../mm/user-access.ts';
import { mayAccess } from '../ptrace/access.ts';
import { full, type SyscallDef } from '../syscalls/define.ts';
import { monotonicNs } from '../time/clock.ts';
import { realtimeDeadline } from '../time/set-clock.ts';
import { readTimespec } from '../time/timespec.ts';
import type { Task } from '../types.ts';
import {
  FUTEX_CLOCK_REALTIME,
  FUTEX_CMP_REQUEUE,
  FUTEX_CMP_REQUEUE_PI,
  FUTEX_LOCK_PI,
  FUTEX_LOCK_PI2,
  FUTEX_PRIVATE_FLAG,
  FUTEX_REQUEUE,
  FUTEX_TRYLOCK_PI,
  FUTEX_UNLOCK_PI,
  FUTEX_WAIT,
  FUTEX_WAIT_BITSET,
  FUTEX_WAIT_REQUEUE_PI,
  FUTEX_WAKE,
  FUTEX_WAKE_BITSET,
  FUTEX_WAKE_OP,
  type FutexWaiter,
  futexRequeue,
  futexWait,
  futexWaitMultiple,
  futexWake,
  futexWakeOp,
  resumeWaitMultiple,
} from './futex.ts';
import { futexCmpRequeuePi, futexLockPi, futexUnlockPi, futexWaitRequeuePi } from './futex-pi.ts';
import { MQUEUE_SYSCALLS } from './mqueue/rows.ts';
import { ROBUST_HEAD_BYTES } from './robust-list.ts';
import { SYSV_SYSCALLS } from './sysv/rows.ts';

const BITSET_ALL = 0xffff_ffff;

/** The time-out: relative for FUTEX_WAIT, absolute for FUTEX_WAIT_BITSET. */
function deadlineOf(
  kernel: Kernel,
  task: Task,
  op: number,
  timeout: number,
  wide: boolean,
): bigint | undefined | number {
  if (timeout === 0 || task.restart !== undefined) return undefined;
  const ns = readTimespec(kernel, task, timeout, wide);
  if (typeof ns === 'number') return ns;
  const now = monotonicNs(kernel);
  if ((op & 127) === FUTEX_WAIT) return now + ns;
  return op & FUTEX_CLOCK_REALTIME || (op & 127) === FUTEX_LOCK_PI ? realtimeDeadline(kernel, task, ns) : ns;
}

/** Commands that take FUTEX_CLOCK_REALTIME. */
const CLOCK_COMMANDS: readonly number[] = [FUTEX_WAIT_BITSET, FUTEX_WAIT_REQUEUE_PI, FUTEX_LOCK_PI2];

/** Linux 6.1 kernel/futex/syscalls.c: do_futex */
function futexCall(wide: boolean) {
  return (
    kernel: Kernel,
    task: Task,
    address?: number,
    op?: number,
    value?: number,
    fourth?: number,
    second?: number,
    third?: number,
  ): number => {
    const shared = !(op! & FUTEX_PRIVATE_FLAG);
    const command = op! & 127;
    if (op! & FUTEX_CLOCK_REALTIME && !CLOCK_COMMANDS.includes(command)) return -ENOSYS;
    const [at, count] = [address!, value! | 0];
    switch (command) {
      case FUTEX_WAIT:
      case FUTEX_WAIT_BITSET: {
        const deadline = deadlineOf(kernel, task, op!, fourth!, wide);
        if (typeof deadline === 'number') return deadline;
        const relative = command === FUTEX_WAIT;
        const bitset = relative ? BITSET_ALL : third!;
        return futexWait(kernel, task, { address: at, expected: value!, bitset, deadline, shared, relative });
      }
      case FUTEX_WAKE:
        return futexWake(kernel, task, at, count, BITSET_ALL, shared);
      case FUTEX_WAKE_BITSET:
        return futexWake(kernel, task, at, count, third!, shared);
      case FUTEX_REQUEUE:
        return futexRequeue(kernel, task, at, second!, count, fourth! | 0, undefined, shared);
      case FUTEX_CMP_REQUEUE:
        return futexRequeue(kernel, task, at, second!, count, fourth! | 0, third!, shared);
      case FUTEX_WAKE_OP:
        return futexWakeOp(kernel, task, at, second!, count, fourth! | 0, third!, shared);
      case FUTEX_LOCK_PI:
      case FUTEX_LOCK_PI2: {
        const deadline = deadlineOf(kernel, task, op!, fourth!, wide);
        if (typeof deadline === 'number') return deadline;
        return futexLockPi(kernel, task, at, shared, deadline, false);
      }
      case FUTEX_TRYLOCK_PI:
        return futexLockPi(kernel, task, at, shared, undefined, true);
      case FUTEX_UNLOCK_PI:
        return futexUnlockPi(kernel, task, at, shared);
      case FUTEX_WAIT_REQUEUE_PI: {
        const deadline = deadlineOf(kernel, task, op!, fourth!, wide);
        if (typeof deadline === 'number') return deadline;
        return futexWaitRequeuePi(kernel, task, at, value!, deadline, second!, shared);
      }
      case FUTEX_CMP_REQUEUE_PI:
        return futexCmpRequeuePi(kernel, task, at, second!, count, fourth! | 0, third!, shared);
      default:
        return -ENOSYS;
    }
  };
}

const WAITV_BYTES = 24;
const WAITV_MAX = 128;
const FUTEX_32 = 2;

/** struct futex_waitv: value and address of 64 bits, flags, reserved. -errno. Linux: futex_parse_waitv */
function readWaiters(kernel: Kernel, task: Task, address: number, count: number): FutexWaiter[] | number {
  const bytes = copyIn(kernel, task, address, count * WAITV_BYTES);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const waiters: FutexWaiter[] = [];
  for (let at = 0; at < bytes.length; at += WAITV_BYTES) {
    const flags = reader.u32(at + 16);
    if (flags & ~(FUTEX_32 | FUTEX_PRIVATE_FLAG) || !(flags & FUTEX_32) || reader.u32(at + 20) !== 0) return -EINVAL;
    const [expected, word] = [reader.u64(at), reader.u64(at + 8)].map((value) => Number(BigInt.asUintN(32, value)));
    waiters.push({ address: word!, expected: expected!, shared: !(flags & FUTEX_PRIVATE_FLAG) });
  }
  return waiters;
}

/** Linux 6.1 kernel/futex/syscalls.c: futex_waitv. The time is absolute, and of 64 bits. */
function futexWaitv(
  kernel: Kernel,
  task: Task,
  address: number,
  count: number,
  flags: number,
  timeout: number,
  clock: number,
): number {
  const resumed = resumeWaitMultiple(kernel, task);
  if (resumed !== undefined) return resumed;
  if (flags !== 0 || count === 0 || count > WAITV_MAX || address === 0) return -EINVAL;
  let deadline: bigint | undefined;
  if (timeout !== 0) {
    if (clock !== 0 && clock !== 1) return -EINVAL;
    const ns = readTimespec(kernel, task, timeout, true);
    if (typeof ns === 'number') return ns;
    deadline = clock === 0 ? realtimeDeadline(kernel, task, ns) : ns;
  }
  const waiters = readWaiters(kernel, task, address, count);
  return typeof waiters === 'number' ? waiters : futexWaitMultiple(kernel, task, waiters, deadline);
}

function setRobustList(_kernel: Kernel, task: Task, head: number, length: number): number {
  if (length !== ROBUST_HEAD_BYTES) return -EINVAL;
  task.robustList = head;
  return 0;
}

function getRobustList(kernel: Kernel, task: Task, pid: number, head: number, length: number): number {
  const target = pid === 0 ? task : kernel.state.tasks.get(pid);
  if (target === undefined) return -ESRCH;
  if (!mayAccess(task, target)) return -EPERM;
  const stored = writeWord(kernel, task, length, ROBUST_HEAD_BYTES) && writeWord(kernel, task, head, target.robustList);
  return stored ? 0 : -EFAULT;
}

const FUTEX_ARGS = ['ptr', 'flags', 'uint', 'ptr', 'ptr', 'uint'] as const;

export const IPC_SYSCALLS: readonly SyscallDef[] = [
  full('futex', FUTEX_ARGS, futexCall(false)),
  full('futex_time64', FUTEX_ARGS, futexCall(true)),
  full('set_robust_list', ['ptr', 'size'], setRobustList),
  full('get_robust_list', ['pid', 'ptr', 'ptr'], getRobustList),
  full('futex_waitv', ['ptr', 'uint', 'flags', 'ptr', 'int'], futexWaitv),
  ...SYSV_SYSCALLS,
  ...MQUEUE_SYSCALLS,
];
