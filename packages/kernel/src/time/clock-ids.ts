/** Clock numbers. Linux 6.1 include/uapi/linux/time.h; CPU clocks of a process or thread: include/linux/posix-timers.h */
export const CLOCK_REALTIME = 0;
export const CLOCK_MONOTONIC = 1;

export type ClockId =
  | { readonly kind: 'realtime' | 'monotonic' }
  /** CPU time; pid 0 is the caller's own. */
  | { readonly kind: 'process' | 'thread'; readonly pid: number };

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

/** The clock of a number; negative ones are CPU clocks: ~pid << 3, bit 2 for a thread. */
export function clockOf(which: number): ClockId | undefined {
  if (which >= 0) return BY_NUMBER[which];
  if ((which & 3) === 3) return undefined;
  return { kind: which & 4 ? 'thread' : 'process', pid: ~(which >> 3) };
}
