/** Timers made by timer_create. Linux 6.1 kernel/time/posix-timers.c */
import type { Kernel } from '../kernel.ts';
import { SI_TIMER } from '../signal/numbers.ts';
import { sendGroupSignal, sendSignal, sigInfo } from '../signal/send.ts';
import type { PosixTimer, SigInfo, ThreadGroup } from '../types.ts';
import { monotonicNs, realtimeNs } from './clock.ts';
import { readCpuClock } from './cpu-clock.ts';
import { type CpuTimer, cancelCpuTimer, registerCpuTimerKind, setCpuTimer } from './cpu-timers.ts';
import { nextExpiry } from './itimers.ts';
import { cancelTimer, registerTimerKind, setTimer } from './timers.ts';

export const SIGEV_SIGNAL = 0;
export const SIGEV_NONE = 1;
export const SIGEV_THREAD_ID = 4;

/** Arms (value > 0) or disarms a timer. `value` in nanoseconds from now, or on its clock if `absolute`. */
export function armPosixTimer(
  kernel: Kernel,
  group: ThreadGroup,
  timer: PosixTimer,
  value: bigint,
  interval: bigint,
  absolute: boolean,
): void {
  disarmPosixTimer(kernel, group, timer.id);
  timer.interval = interval;
  timer.absolute = absolute;
  timer.overrun = 0;
  timer.lastOverrun = 0;
  timer.expires = undefined;
  if (value === 0n) return;
  if (timer.cpuClock !== undefined) {
    timer.expires = absolute ? value : (readCpuClock(kernel, timer.cpuClock) ?? 0n) + value;
    setCpuTimer(kernel, cpuTimerOf(group, timer, timer.expires));
    return;
  }
  const now = monotonicNs(kernel);
  const offset = timer.clock === 0 ? realtimeNs(kernel) - now : 0n;
  timer.expires = absolute ? value - offset : now + value;
  setTimer(kernel, 'posix', group.pid, timer.expires, timer.id);
}

export function disarmPosixTimer(kernel: Kernel, group: ThreadGroup, id: number): void {
  cancelTimer(kernel, 'posix', group.pid, id);
  cancelCpuTimer(kernel, 'posix', group.pid, id);
}

/** What the timer's clock shows, in the time that its expiry is kept in. */
export function timerNow(kernel: Kernel, timer: PosixTimer): bigint {
  return timer.cpuClock === undefined ? monotonicNs(kernel) : (readCpuClock(kernel, timer.cpuClock) ?? 0n);
}

function cpuTimerOf(group: ThreadGroup, timer: PosixTimer, expires: bigint): CpuTimer {
  return { kind: 'posix', id: group.pid, sub: timer.id, clock: timer.cpuClock!, expires };
}

registerCpuTimerKind('posix', (kernel, entry, now) => {
  const group = kernel.state.groups.get(entry.id);
  const timer = group?.posixTimers.get(entry.sub);
  if (group === undefined || timer === undefined) return;
  let missed = 0n;
  if (timer.interval === 0n) timer.expires = undefined;
  else {
    timer.expires = nextExpiry(entry.expires, timer.interval, now);
    missed = (timer.expires - entry.expires) / timer.interval - 1n;
    setCpuTimer(kernel, cpuTimerOf(group, timer, timer.expires));
  }
  signalTimer(kernel, group, timer, Number(missed));
});

registerTimerKind('posix', (kernel, entry) => {
  const group = kernel.state.groups.get(entry.id);
  const timer = group?.posixTimers.get(entry.sub);
  if (group === undefined || timer === undefined) return;
  let missed = 0n;
  if (timer.interval === 0n) timer.expires = undefined;
  else {
    timer.expires = nextExpiry(entry.deadline, timer.interval, monotonicNs(kernel));
    missed = (timer.expires - entry.deadline) / timer.interval - 1n;
    setTimer(kernel, 'posix', group.pid, timer.expires, timer.id);
  }
  signalTimer(kernel, group, timer, Number(missed));
});

/** At most one signal of a timer is queued; further expiries are overruns. */
function signalTimer(kernel: Kernel, group: ThreadGroup, timer: PosixTimer, missed: number): void {
  if (timer.notify === SIGEV_NONE) return;
  if (timer.queued) {
    timer.overrun += missed + 1;
    return;
  }
  timer.overrun = missed;
  timer.queued = true;
  const info = sigInfo(timer.signo, { code: SI_TIMER, value: timer.value, timerId: timer.id, overrun: 0 });
  const target = timer.notify === SIGEV_THREAD_ID ? kernel.state.tasks.get(timer.tid) : undefined;
  if (target !== undefined) sendSignal(kernel, target, info);
  else sendGroupSignal(kernel, group, info);
}

/** A timer's signal is taken off the queue: its overrun count is settled. */
export function timerSignalTaken(_kernel: Kernel, group: ThreadGroup, info: SigInfo): void {
  const timer = info.timerId === undefined ? undefined : group.posixTimers.get(info.timerId);
  if (timer === undefined) return;
  timer.queued = false;
  timer.lastOverrun = timer.overrun;
  info.overrun = timer.overrun;
  timer.overrun = 0;
}
