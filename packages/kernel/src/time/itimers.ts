/** Interval timers and alarm. Linux 6.1 kernel/time/itimer.c, kernel/time/posix-cpu-timers.c */
import type { Kernel } from '../kernel.ts';
import { SIGALRM, SIGKILL, SIGPROF, SIGVTALRM, SIGXCPU } from '../signal/numbers.ts';
import { sendGroupSignal, sigInfo } from '../signal/send.ts';
import { RLIMIT_CPU } from '../task/rlimit-numbers.ts';
import { groupTimes } from '../task/times.ts';
import type { Itimer, Task, ThreadGroup } from '../types.ts';
import { cyclesToNs, monotonicNs, nsToCycles } from './clock.ts';
import { forward } from './forward.ts';
import { cancelTimer, registerTimerKind, setTimer } from './timers.ts';

export const ITIMER_REAL = 0;
export const ITIMER_VIRTUAL = 1;
export const ITIMER_PROF = 2;

/** Value and interval in nanoseconds; a value of 0 is off. */
export interface ItimerValue {
  value: bigint;
  interval: bigint;
}

function timerOf(group: ThreadGroup, which: number): Itimer {
  if (which === ITIMER_REAL) return group.timers.real;
  return which === ITIMER_VIRTUAL ? group.timers.virtual : group.timers.prof;
}

/** What the timer counts, now: monotonic nanoseconds, or nanoseconds of CPU time. */
function clockOf(kernel: Kernel, group: ThreadGroup, which: number): bigint {
  if (which === ITIMER_REAL) return monotonicNs(kernel);
  const times = groupTimes(kernel, group);
  const cycles = times.userCycles + (which === ITIMER_PROF ? times.systemCycles : 0);
  return BigInt(cyclesToNs(cycles, kernel.options.clockHz));
}

/** What is left of a timer; one that is set shows at least a microsecond, one whose signal waits to be taken nothing. */
export function getItimer(kernel: Kernel, group: ThreadGroup, which: number): ItimerValue {
  const timer = timerOf(group, which);
  if (timer.expires === undefined || timer.waiting) return { value: 0n, interval: timer.interval };
  const left = timer.expires - clockOf(kernel, group, which);
  return { value: left > 1000n ? left : 1000n, interval: timer.interval };
}

export function setItimer(kernel: Kernel, group: ThreadGroup, which: number, setting: ItimerValue): void {
  const timer = timerOf(group, which);
  timer.interval = setting.interval;
  timer.waiting = false;
  timer.expires = setting.value === 0n ? undefined : clockOf(kernel, group, which) + setting.value;
  if (which !== ITIMER_REAL) return;
  if (timer.expires === undefined) cancelTimer(kernel, 'itimer', group.pid);
  else setTimer(kernel, 'itimer', group.pid, timer.expires);
}

registerTimerKind('itimer', (kernel, entry) => {
  const group = kernel.state.groups.get(entry.id);
  if (group === undefined || group.exited) return;
  const timer = group.timers.real;
  if (timer.interval === 0n) timer.expires = undefined;
  else timer.waiting = true;
  sendGroupSignal(kernel, group, sigInfo(SIGALRM));
});

/** Sets a periodic ITIMER_REAL again, whose SIGALRM was taken. Linux 6.1 kernel/signal.c: dequeue_signal */
export function alarmTaken(kernel: Kernel, group: ThreadGroup): void {
  const timer = group.timers.real;
  if (!timer.waiting || timer.expires === undefined) return;
  timer.waiting = false;
  timer.expires = forward(timer.expires, timer.interval, monotonicNs(kernel)).expires;
  setTimer(kernel, 'itimer', group.pid, timer.expires);
}

/** At a tick: the timers of the running process that count CPU time, and its CPU limit. */
export function cpuItimers(kernel: Kernel, task: Task): void {
  const { group } = task;
  checkCpuTimer(kernel, group, ITIMER_VIRTUAL, SIGVTALRM);
  checkCpuTimer(kernel, group, ITIMER_PROF, SIGPROF);
  const limit = group.rlimits[RLIMIT_CPU]!;
  if (limit.current === Number.POSITIVE_INFINITY && limit.max === Number.POSITIVE_INFINITY) return;
  const times = groupTimes(kernel, group);
  const used = times.userCycles + times.systemCycles;
  const { clockHz } = kernel.options;
  if (used >= nsToCycles(limit.max * 1e9, clockHz)) sendGroupSignal(kernel, group, sigInfo(SIGKILL));
  else if (used >= nsToCycles(limit.current * 1e9, clockHz)) {
    // Once a second until the hard limit.
    group.rlimits[RLIMIT_CPU] = { ...limit, current: limit.current + 1 };
    sendGroupSignal(kernel, group, sigInfo(SIGXCPU));
  }
}

function checkCpuTimer(kernel: Kernel, group: ThreadGroup, which: number, signo: number): void {
  const timer = timerOf(group, which);
  if (timer.expires === undefined) return;
  const now = clockOf(kernel, group, which);
  if (now < timer.expires) return;
  timer.expires = timer.interval === 0n ? undefined : forward(timer.expires, timer.interval, now).expires;
  sendGroupSignal(kernel, group, sigInfo(signo));
}
