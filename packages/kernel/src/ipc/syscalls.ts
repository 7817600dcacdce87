/** futex, futex_time64, set_robust_list, get_robust_list; System V IPC and POSIX message queues. */
import { EFAULT, EINVAL, ENOSYS, ESRCH } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { writeWord } from '../mm/user-access.ts';
import { full, partial, type SyscallDef, stub } from '../syscalls/define.ts';
import { monotonicNs, realtimeNs } from '../time/clock.ts';
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
  futexRequeue,
  futexWait,
  futexWake,
  futexWakeOp,
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
  return op & FUTEX_CLOCK_REALTIME || (op & 127) === FUTEX_LOCK_PI ? ns - realtimeNs(kernel) + now : ns;
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

function setRobustList(_kernel: Kernel, task: Task, head: number, length: number): number {
  if (length !== ROBUST_HEAD_BYTES) return -EINVAL;
  task.robustList = head;
  return 0;
}

function getRobustList(kernel: Kernel, task: Task, pid: number, head: number, length: number): number {
  const target = pid === 0 ? task : kernel.state.tasks.get(pid);
  if (target === undefined) return -ESRCH;
  const stored = writeWord(kernel, task, length, ROBUST_HEAD_BYTES) && writeWord(kernel, task, head, target.robustList);
  return stored ? 0 : -EFAULT;
}

const FUTEX_NOTE =
  "FUTEX_LOCK_PI and its kin hand locks over by real-time priority, but do not raise the owner's share of the CPU";
const FUTEX_ARGS = ['ptr', 'flags', 'uint', 'ptr', 'ptr', 'uint'] as const;

export const IPC_SYSCALLS: readonly SyscallDef[] = [
  partial('futex', FUTEX_ARGS, FUTEX_NOTE, futexCall(false)),
  partial('futex_time64', FUTEX_ARGS, FUTEX_NOTE, futexCall(true)),
  full('set_robust_list', ['ptr', 'size'], setRobustList),
  full('get_robust_list', ['pid', 'ptr', 'ptr'], getRobustList),
  stub('futex_waitv', ['ptr', 'uint', 'flags', 'ptr', 'int'], -ENOSYS, 'libcs do without it'),
  ...SYSV_SYSCALLS,
  ...MQUEUE_SYSCALLS,
];
