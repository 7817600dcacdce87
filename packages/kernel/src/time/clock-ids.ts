/** Clock numbers. Linux 6.1 include/uapi/linux/time.h; CPU clocks of a process or thread: include/linux/posix-timers.h */
export const CLOCK_REALTIME = 0;
export const CLOCK_MONOTONIC = 1;
export const CLOCK_PROCESS_CPUTIME_ID = 2;
export const CLOCK_THREAD_CPUTIME_ID = 3;

/** A clock that counts CPU time of a process or thread; pid 0 is the caller's own. */
export interface CpuClockId {
  readonly kind: 'process' | 'thread';
  readonly pid: number;
}

export type ClockId = { readonly kind: 'realtime' | 'monotonic' } | CpuClockId;

const REALTIME: ClockId = { kind: 'realtime' };
const MONOTONIC: ClockId = { kind: 'monotonic' };

/** By number: real, monotonic, process, thread, raw, coarse ones, boot, alarms, TAI. */
const BY_NUMBER: readonly (ClockId | undefined)[] = [
  REALTIME,
  MONOTONIC,
  { kind: 'process', pid: 0 },
  { kind: 'thread', pid: 0 },
  MONOTONIC,
  REALTIME,
  MONOTONIC,
  MONOTONIC,
  REALTIME,
  MONOTONIC,
  undefined,
  REALTIME,
];

/** Clocks that advance by ticks only, as far as their resolution says. */
export const CLOCK_COARSE: ReadonlySet<number> = new Set([5, 6]);

/** Clocks that can only be read: raw and coarse ones. */
const READ_ONLY: ReadonlySet<number> = new Set([4, 5, 6]);

/** The clock of a number; negative ones are CPU clocks: ~pid << 3, bit 2 for a thread. */
export function clockOf(which: number): ClockId | undefined {
  if (which >= 0) return BY_NUMBER[which];
  if ((which & 3) === 3) return undefined;
  return { kind: which & 4 ? 'thread' : 'process', pid: ~(which >> 3) };
}

export function isCpuClock(id: ClockId): id is CpuClockId {
  return id.kind === 'process' || id.kind === 'thread';
}

/** Whether a timer can be made on the clock. */
export function hasTimers(which: number): boolean {
  return !READ_ONLY.has(which);
}

/** Whether one can sleep on the clock: not on the caller's own CPU time by its number, either. */
export function hasSleep(which: number): boolean {
  return !READ_ONLY.has(which) && which !== CLOCK_THREAD_CPUTIME_ID;
}
