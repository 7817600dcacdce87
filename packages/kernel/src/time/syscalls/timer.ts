/** timer_create, timer_settime, timer_gettime, timer_getoverrun, timer_delete. Linux 6.1 kernel/time/posix-timers.c */
import { genericNumber } from '../../abi/numbers.ts';
import { lastSignal } from '../../abi/signals.ts';
import { StructReader } from '../../abi/struct.ts';
import { EAGAIN, EFAULT, EINVAL, EOPNOTSUPP } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, writeWord } from '../../mm/user-access.ts';
import { SIGALRM } from '../../signal/numbers.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import { RLIMIT_SIGPENDING } from '../../task/rlimit-numbers.ts';
import type { PosixTimer, Task } from '../../types.ts';
import { CLOCK_REALTIME, clockOf, hasTimers, isCpuClock } from '../clock-ids.ts';
import { ownedClock } from '../cpu-clock.ts';
import {
  armPosixTimer,
  disarmPosixTimer,
  posixTimeLeft,
  SIGEV_NONE,
  SIGEV_SIGNAL,
  SIGEV_THREAD_ID,
} from '../posix-timers.ts';
import { readTimespec, writeTimespec } from '../timespec.ts';

const TIMER_ABSTIME = 1;

/** struct sigevent: value, signal, how to notify, thread. */
function readEvent(
  kernel: Kernel,
  task: Task,
  address: number,
): Pick<PosixTimer, 'notify' | 'signo' | 'value' | 'tid'> | number {
  if (address === 0) return { notify: SIGEV_SIGNAL, signo: SIGALRM, value: -1, tid: 0 };
  const bytes = copyIn(kernel, task, address, 64);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const event = {
    value: reader.i32(0),
    signo: genericNumber(kernel, 'signal', reader.i32(4)),
    notify: reader.i32(8),
    tid: reader.i32(12),
  };
  if (![SIGEV_SIGNAL, SIGEV_NONE, SIGEV_THREAD_ID].includes(event.notify)) return -EINVAL;
  if (event.notify !== SIGEV_NONE && (event.signo < 1 || event.signo > lastSignal(kernel))) return -EINVAL;
  if (event.notify === SIGEV_THREAD_ID && kernel.state.tasks.get(event.tid)?.group !== task.group) return -EINVAL;
  return event;
}

function timerCreate(kernel: Kernel, task: Task, clock: number, event: number, idAddress: number): number {
  const id = clockOf(clock);
  if (id === undefined) return -EINVAL;
  if (!hasTimers(clock)) return -EOPNOTSUPP;
  const cpuClock = isCpuClock(id) ? ownedClock(kernel, task, id) : undefined;
  if (isCpuClock(id) && cpuClock === undefined) return -EINVAL;
  const sigevent = readEvent(kernel, task, event);
  if (typeof sigevent === 'number') return sigevent;
  const { group } = task;
  if (group.posixTimers.size >= group.rlimits[RLIMIT_SIGPENDING]!.current) return -EAGAIN;
  const number = group.nextTimerId++;
  if (!writeWord(kernel, task, idAddress, number)) return -EFAULT;
  const kind = id.kind === 'realtime' ? CLOCK_REALTIME : 1;
  // Without a sigevent the signal carries the timer's id.
  const value = event === 0 ? number : sigevent.value;
  const off = { expires: undefined, absolute: false, interval: 0n, overrun: 0, lastOverrun: 0, waiting: false };
  const timer: PosixTimer = { ...sigevent, ...off, id: number, clock: kind, value };
  if (cpuClock !== undefined) timer.cpuClock = cpuClock;
  group.posixTimers.set(number, timer);
  return 0;
}

function writeSetting(
  kernel: Kernel,
  task: Task,
  address: number,
  interval: bigint,
  value: bigint,
  wide: boolean,
): number {
  const failed = writeTimespec(kernel, task, address, interval, wide);
  return failed !== 0 ? failed : writeTimespec(kernel, task, address + (wide ? 16 : 8), value, wide);
}

function timerSettime(wide: boolean) {
  return (kernel: Kernel, task: Task, id?: number, flags?: number, next?: number, old?: number): number => {
    const timer = task.group.posixTimers.get(id!);
    if (timer === undefined) return -EINVAL;
    const interval = readTimespec(kernel, task, next!, wide);
    const value = readTimespec(kernel, task, next! + (wide ? 16 : 8), wide);
    if (typeof interval === 'number') return interval;
    if (typeof value === 'number') return value;
    const before = { interval: timer.interval, left: posixTimeLeft(kernel, timer) };
    armPosixTimer(kernel, task.group, timer, value, interval, (flags! & TIMER_ABSTIME) !== 0);
    return old === 0 ? 0 : writeSetting(kernel, task, old!, before.interval, before.left, wide);
  };
}

function timerGettime(wide: boolean) {
  return (kernel: Kernel, task: Task, id?: number, address?: number): number => {
    const timer = task.group.posixTimers.get(id!);
    if (timer === undefined) return -EINVAL;
    return writeSetting(kernel, task, address!, timer.interval, posixTimeLeft(kernel, timer), wide);
  };
}

function timerDelete(kernel: Kernel, task: Task, id: number): number {
  if (!task.group.posixTimers.delete(id)) return -EINVAL;
  disarmPosixTimer(kernel, task.group, id);
  return 0;
}

export const TIMER_SYSCALLS: readonly SyscallDef[] = [
  full('timer_create', ['int', 'ptr', 'ptr'], timerCreate),
  full('timer_settime', ['int', 'flags', 'ptr', 'ptr'], timerSettime(false)),
  full('timer_settime64', ['int', 'flags', 'ptr', 'ptr'], timerSettime(true)),
  full('timer_gettime', ['int', 'ptr'], timerGettime(false)),
  full('timer_gettime64', ['int', 'ptr'], timerGettime(true)),
  full('timer_getoverrun', ['int'], (_kernel, task, id) => task.group.posixTimers.get(id!)?.lastOverrun ?? -EINVAL),
  full('timer_delete', ['int'], timerDelete),
];
