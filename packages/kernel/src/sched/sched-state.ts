import type { Task } from '../types.ts';
import { type LoadState, newLoadState } from './load-average.ts';

/** What the scheduler keeps beside the run queue. */
export interface SchedState {
  /** Runs when nothing else can; has no user part. */
  idle: Task | undefined;
  /** The smallest vruntime seen, which never goes back: where new and woken tasks start. */
  minVruntime: number;
  /** Context switches that took the CPU from a runnable task. */
  preemptions: number;
  /** Load averages. */
  load: LoadState;
  /**
   * Real-time tasks in the present period: its start and what they used of it, in nanoseconds of the
   * machine's clock, and whether that was all. Not in cycles: where the clock is the host's a cycle lasts
   * longer, and the others would wait for so much longer.
   */
  rtPeriodStart: number;
  rtUsed: number;
  rtThrottled: boolean;
  /** Up to when that is counted, while a real-time task runs; else -1. */
  rtStamp: number;
}

export function newSchedState(): SchedState {
  return {
    idle: undefined,
    minVruntime: 0,
    preemptions: 0,
    rtPeriodStart: 0,
    rtUsed: 0,
    rtThrottled: false,
    rtStamp: -1,
    load: newLoadState(),
  };
}
