/**
 * Timers and sleeps on clocks of CPU time. They are looked at at every tick, as in Linux, and so are
 * late by up to one. Linux 6.1 kernel/time/posix-cpu-timers.c
 */
import type { Kernel } from '../kernel.ts';
import type { CpuClockId } from './clock-ids.ts';
import { readCpuClock } from './cpu-clock.ts';

/** Something that is due when a clock of CPU time shows `expires`. */
export interface CpuTimer {
  /** What happens then: names a handler, as TimerEntry.kind does; `id` and `sub` are its own. */
  kind: string;
  id: number;
  sub: number;
  clock: CpuClockId;
  /** Nanoseconds on the clock. */
  expires: bigint;
}

type CpuTimerHandler = (kernel: Kernel, timer: CpuTimer, now: bigint) => void;

const handlers = new Map<string, CpuTimerHandler>();

export function registerCpuTimerKind(kind: string, handler: CpuTimerHandler): void {
  handlers.set(kind, handler);
}

/** Sets a timer; one of the same kind, id and sub is replaced. */
export function setCpuTimer(kernel: Kernel, timer: CpuTimer): void {
  cancelCpuTimer(kernel, timer.kind, timer.id, timer.sub);
  kernel.state.time.cpuTimers.push(timer);
}

export function cancelCpuTimer(kernel: Kernel, kind: string, id: number, sub = 0): void {
  const { cpuTimers } = kernel.state.time;
  const at = cpuTimers.findIndex((timer) => timer.id === id && timer.kind === kind && timer.sub === sub);
  if (at >= 0) cpuTimers.splice(at, 1);
}

/** At a tick: what is due happens. Those of clocks that are gone never are. */
export function expireCpuTimers(kernel: Kernel): void {
  const { cpuTimers } = kernel.state.time;
  if (cpuTimers.length === 0) return;
  for (const timer of [...cpuTimers]) {
    const now = readCpuClock(kernel, timer.clock);
    if (now === undefined || now < timer.expires || !cpuTimers.includes(timer)) continue;
    cancelCpuTimer(kernel, timer.kind, timer.id, timer.sub);
    handlers.get(timer.kind)?.(kernel, timer, now);
  }
}
