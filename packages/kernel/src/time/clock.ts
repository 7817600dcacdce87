import type { Kernel } from '../kernel.ts';

/** Real time at boot under virtual time: 2026-01-01 00:00:00 UTC, so that the same run prints the same dates. */
export const EPOCH_VIRTUAL = 1_767_225_600_000_000_000n;

/**
 * The clocks. Real time: both are the host's. Virtual time: the clock advances with guest cycles at
 * the CPU model's clock rate, and idle time is skipped,
 *
 *     monotonic = cycles * 1e9 / clockHz + idleNs      realtime = bootRealtime + monotonic
 *
 * so that it depends on nothing but what the guest did. Nanoseconds since boot.
 */
export function monotonicNs(kernel: Kernel): bigint {
  const { options, state } = kernel;
  if (options.time === 'real') return kernel.host.clock.monotonic() - state.time.hostBase;
  return BigInt(cyclesToNs(kernel.engine.cycles(), options.clockHz)) + state.idleNs;
}

/** Nanoseconds since the epoch. */
export function realtimeNs(kernel: Kernel): bigint {
  const { setBy } = kernel.state.time;
  if (kernel.options.time === 'real') return kernel.host.clock.realtime() + setBy;
  return kernel.state.bootRealtime + monotonicNs(kernel) + setBy;
}

/**
 * The same as of the last tick, or the end of the last idling: files' times go by it where asking the
 * host would cost more than the call. Linux 6.1 fs/inode.c: current_time, ktime_get_coarse_real_ts64
 */
export function coarseRealtimeNs(kernel: Kernel): bigint {
  const { time } = kernel.state;
  if (time.coarse === 0n) time.coarse = realtimeNs(kernel);
  return time.coarse;
}

/** Whole nanoseconds that so many cycles last. Exact to a nanosecond for any run that a double can count. */
export function cyclesToNs(cycles: number, clockHz: number): number {
  const seconds = Math.floor(cycles / clockHz);
  return seconds * 1e9 + Math.floor(((cycles - seconds * clockHz) * 1e9) / clockHz);
}

/** Cycles in so many nanoseconds, rounded up. */
export function nsToCycles(ns: number, clockHz: number): number {
  const seconds = Math.floor(ns / 1e9);
  return seconds * clockHz + Math.ceil(((ns - seconds * 1e9) * clockHz) / 1e9);
}

/** Sets the clocks' origin, once, at boot. */
export function startClock(kernel: Kernel): void {
  const { options, state } = kernel;
  const virtual = options.time === 'virtual';
  state.bootRealtime = options.bootRealtime ?? (virtual ? EPOCH_VIRTUAL : kernel.host.clock.realtime());
  state.time.hostBase = virtual ? 0n : kernel.host.clock.monotonic();
}

/**
 * Goes on from the monotonic time of a saved machine, whose state is in place, by the clock that this
 * machine was made with: the time between is as if it had been suspended.
 */
export function resumeClock(kernel: Kernel, monotonic: bigint, kind: 'real' | 'virtual'): void {
  const { options, state, engine, host } = kernel;
  const { time } = state;
  if (options.time === 'real') time.hostBase = host.clock.monotonic() - monotonic;
  time.coarse = 0n;
  if (options.time === kind) return;
  const virtual = options.time === 'virtual';
  if (virtual) state.idleNs = monotonic - BigInt(cyclesToNs(engine.cycles(), options.clockHz));
  // The pace so far was in the other clock's units.
  time.lastInstructions = engine.instructions();
  time.lastClock = virtual ? engine.cycles() : Number(monotonic);
  time.nextLook = 0;
}
