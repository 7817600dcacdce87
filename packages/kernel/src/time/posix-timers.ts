/** Timers made by timer_create. Linux 6.1 kernel/time/posix-timers.c */
import type { Kernel } from '../kernel.ts';
import { SI_TIMER } from '../signal/numbers.ts';
import { ignoresSignal, sendGroupSignal, sendSignal, sigInfo } from '../signal/send.ts';
import type { PosixTimer, SigInfo, Task, ThreadGroup } from '../types.ts';
import { monotonicNs, realtimeNs } from './clock.ts';
import { readCpuClock } from './cpu-clock.ts';
import { cancelCpuTimer, registerCpuTimerKind, setCpuTimer } from './cpu-timers.ts';
import { forward } from './forward.ts';
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
  timer.waiting = false;
  timer.expires = undefined;
  if (value === 0n) return;
  const now = timerNow(kernel, timer);
  const offset = timer.clock === 0 ? realtimeNs(kernel) - now : 0n;
  timer.expires = absolute ? value - offset : now + value;
  startPosixTimer(kernel, group, timer);
}

/** Makes the machine look at the timer when it expires. One that tells nobody (SIGEV_NONE) only ever shows its time. */
export function startPosixTimer(kernel: Kernel, group: ThreadGroup, timer: PosixTimer): void {
  if (timer.notify === SIGEV_NONE || timer.expires === undefined) return;
  const { cpuClock: clock, expires } = timer;
  if (clock === undefined) setTimer(kernel, 'posix', group.pid, expires, timer.id);
  else setCpuTimer(kernel, { kind: 'posix', id: group.pid, sub: timer.id, clock, expires });
}

export function disarmPosixTimer(kernel: Kernel, group: ThreadGroup, id: number): void {
  cancelTimer(kernel, 'posix', group.pid, id);
  cancelCpuTimer(kernel, 'posix', group.pid, id);
}

/** What the timer's clock shows, in the time that its expiry is kept in. */
function timerNow(kernel: Kernel, timer: PosixTimer): bigint {
  return timer.cpuClock === undefined ? monotonicNs(kernel) : (readCpuClock(kernel, timer.cpuClock) ?? 0n);
}

/** Nanoseconds to the next expiry, 0 if there is none. Linux 6.1 kernel/time/posix-timers.c: common_timer_get */
export function posixTimeLeft(kernel: Kernel, timer: PosixTimer): bigint {
  if (timer.expires === undefined) return 0n;
  const silent = timer.notify === SIGEV_NONE;
  if (timer.interval > 0n && (timer.waiting || silent)) goForward(kernel, timer);
  const left = timer.expires - timerNow(kernel, timer);
  return left > 0n ? left : silent ? 0n : 1n;
}

/** Brings a periodic timer's expiry behind the present; every period gone by is an overrun. */
function goForward(kernel: Kernel, timer: PosixTimer): void {
  const { expires, periods } = forward(timer.expires!, timer.interval, timerNow(kernel, timer));
  timer.expires = expires;
  timer.overrun += Number(periods);
}

registerTimerKind('posix', expirePosixTimer);
registerCpuTimerKind('posix', expirePosixTimer);

function expirePosixTimer(kernel: Kernel, entry: { id: number; sub: number }): void {
  const group = kernel.state.groups.get(entry.id);
  const timer = group?.posixTimers.get(entry.sub);
  if (group === undefined || timer === undefined) return;
  if (timer.interval === 0n) timer.expires = undefined;
  const only = timer.notify === SIGEV_THREAD_ID ? kernel.state.tasks.get(timer.tid) : undefined;
  if (ignoresSignal(group, only, timer.signo)) stepIgnored(kernel, group, timer);
  else {
    timer.waiting = timer.interval > 0n;
    signalTimer(kernel, group, only, timer);
  }
}

/** Nobody will take the signal: the timer goes on by itself, once a tick at most. Linux: posix_timer_fn */
function stepIgnored(kernel: Kernel, group: ThreadGroup, timer: PosixTimer): void {
  if (timer.interval === 0n) return;
  const { tickNs } = kernel.state.time;
  const now = timerNow(kernel, timer) + (timer.interval < tickNs ? tickNs : 0n);
  timer.expires = forward(timer.expires!, timer.interval, now).expires;
  startPosixTimer(kernel, group, timer);
}

/** Sends the timer's signal; at most one of a timer is queued, and it counts the others. Linux: send_sigqueue */
function signalTimer(kernel: Kernel, group: ThreadGroup, only: Task | undefined, timer: PosixTimer): void {
  const queued = queuedSignal(group, timer);
  if (queued !== undefined) {
    queued.overrun = (queued.overrun ?? 0) + 1;
    return;
  }
  const info = sigInfo(timer.signo, { code: SI_TIMER, value: timer.value, timerId: timer.id, overrun: 0 });
  if (only !== undefined) sendSignal(kernel, only, info);
  else sendGroupSignal(kernel, group, info);
}

function queuedSignal(group: ThreadGroup, timer: PosixTimer): SigInfo | undefined {
  for (const { pending } of [group, ...group.tasks]) {
    const found = pending.queue.find((info) => info.timerId === timer.id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * A timer's signal is taken off the queue: the overruns are settled and a periodic timer is set again.
 * Linux 6.1 kernel/time/posix-timers.c: posixtimer_rearm
 */
export function posixSignalTaken(kernel: Kernel, group: ThreadGroup, info: SigInfo): void {
  const timer = group.posixTimers.get(info.timerId!);
  if (!timer?.waiting || timer.expires === undefined) return;
  timer.waiting = false;
  goForward(kernel, timer);
  startPosixTimer(kernel, group, timer);
  // The expiry that sent the signal is none.
  timer.lastOverrun = Math.max(0, timer.overrun - 1);
  timer.overrun = 0;
  info.overrun = (info.overrun ?? 0) + timer.lastOverrun;
}
