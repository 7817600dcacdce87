import { KERNEL_GO_ON, KERNEL_LEAVE } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import { monotonicNs } from '../time/clock.ts';
import { raiseTimer } from '../time/events.ts';
import { nextDeadline } from '../time/timers.ts';
import { updateVdsoData } from '../time/vdso-data.ts';
import type { Task } from '../types.ts';
import { schedule } from './switch.ts';

/**
 * The idle loop's kernel call. If a task can run, it does. Otherwise virtual time is skipped to the
 * next timer, which the interrupt then finds due; real time is the machine's to wait for, as is input
 * from the host: the engine stops.
 */
export function idleCall(kernel: Kernel, task: Task): number {
  const { state } = kernel;
  if (task !== state.sched.idle) return KERNEL_GO_ON;
  // The clock may have gone far without a tick.
  state.time.coarse = 0n;
  if (state.runQueue.length > 0) return schedule(kernel);
  if (state.time.pendingSince !== undefined) return KERNEL_LEAVE;
  const deadline = nextDeadline(kernel);
  const now = monotonicNs(kernel);
  if (deadline === undefined || (kernel.options.time === 'real' && deadline > now)) {
    kernel.engine.stop();
    return KERNEL_GO_ON;
  }
  if (deadline > now) {
    state.idleNs += deadline - now;
    updateVdsoData(kernel, deadline);
  }
  raiseTimer(kernel);
  return KERNEL_LEAVE;
}
