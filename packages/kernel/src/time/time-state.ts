import type { CpuTimer } from './cpu-timers.ts';
import { type NtpState, newNtpState } from './ntp-state.ts';

/**
 * One pending timer. `kind` says what happens at its expiry (see time/timers.ts), `id` is the kind's
 * own: a tid for sleeps, a process id for interval timers, …
 */
export interface TimerEntry {
  kind: string;
  id: number;
  /** Second key of the kind, 0 if it has none. */
  sub: number;
  /** Monotonic nanoseconds. */
  deadline: bigint;
}

/** Clock and timer state. */
export interface TimeState {
  /** By deadline; equal deadlines in the order they were set. */
  timers: TimerEntry[];
  /** Pending timers on clocks of CPU time, in no order. */
  cpuTimers: CpuTimer[];
  /** The clock discipline, as adjtimex was told. */
  ntp: NtpState;
  /** Real time at the last tick; 0 where it has to be asked for anew. */
  coarse: bigint;
  /** Real time: the host's monotonic clock at boot. */
  hostBase: bigint;
  /** Nanoseconds by which programs have set the real-time clock, and the time zone they gave the kernel. */
  setBy: bigint;
  zone: { minutesWest: number; dst: number };
  /** Changes of the vDSO's data page, modulo 2^32. */
  vdsoSequence: number;
  /** Nanoseconds between ticks, and the monotonic time of the next one. */
  tickNs: bigint;
  nextTick: bigint;
  /** Instruction count at which the machine looks at the clock again (see time/events.ts). */
  nextLook: number;
  /** Instructions, and cycles (virtual) or nanoseconds (real), at the last look: their ratio is the guess for the next. */
  lastInstructions: number;
  lastClock: number;
  /** Cycle count since which the timer interrupt waits to be taken. */
  pendingSince: number | undefined;
}

export function newTimeState(hz: number): TimeState {
  const tickNs = BigInt(Math.round(1e9 / hz));
  return {
    timers: [],
    cpuTimers: [],
    ntp: newNtpState(),
    coarse: 0n,
    hostBase: 0n,
    setBy: 0n,
    zone: { minutesWest: 0, dst: 0 },
    vdsoSequence: 0,
    tickNs,
    nextTick: tickNs,
    nextLook: 0,
    lastInstructions: 0,
    lastClock: 0,
    pendingSince: undefined,
  };
}
