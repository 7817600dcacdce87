/**
 * Periodic timers that somebody has to take note of (a signal's handler, a reader) are set again only then,
 * as Linux does it: a period shorter than the machine can follow costs nothing but overruns.
 */

/** How far a timer that expired at `expires` has to go to lie behind `now`: its next expiry, and how many periods that is (0: it lies there already). */
export interface Forwarded {
  readonly expires: bigint;
  readonly periods: bigint;
}

/** Linux 6.1 kernel/time/hrtimer.c: hrtimer_forward */
export function forward(expires: bigint, interval: bigint, now: bigint): Forwarded {
  if (expires > now) return { expires, periods: 0n };
  const periods = (now - expires) / interval + 1n;
  return { expires: expires + periods * interval, periods };
}
