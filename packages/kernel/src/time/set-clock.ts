import type { Kernel } from '../kernel.ts';
import { realtimeNs } from './clock.ts';
import { CLOCK_REALTIME } from './clock-ids.ts';
import { startPosixTimer } from './posix-timers.ts';

/**
 * Sets the real-time clock to so many nanoseconds since the epoch. POSIX timers that wait for a time of
 * it move along. Linux 6.1 kernel/time/hrtimer.c: clock_was_set
 */
export function setRealtime(kernel: Kernel, ns: bigint): void {
  const ahead = ns - realtimeNs(kernel);
  kernel.state.time.setBy += ahead;
  for (const group of kernel.state.groups.values()) {
    for (const timer of group.posixTimers.values()) {
      if (timer.clock !== CLOCK_REALTIME || !timer.absolute || timer.expires === undefined) continue;
      timer.expires -= ahead;
      if (!timer.waiting) startPosixTimer(kernel, group, timer);
    }
  }
}
