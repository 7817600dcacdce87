import type { Kernel } from '../kernel.ts';
import { SIGKILL, SIGXCPU } from '../signal/numbers.ts';
import { sendGroupSignal, sigInfo } from '../signal/send.ts';
import { RLIMIT_RTTIME } from '../task/rlimit-numbers.ts';
import type { Task } from '../types.ts';

const SECOND_US = 1_000_000;

/**
 * At a tick of a real-time task: RLIMIT_RTTIME, the microseconds of CPU time that it may use without a
 * call that blocks. Beyond the soft limit SIGXCPU, once a second; beyond the hard one SIGKILL.
 * Linux 6.1 kernel/sched/rt.c: watchdog; kernel/time/posix-cpu-timers.c: check_thread_timers
 */
export function limitRealtime(kernel: Kernel, task: Task): void {
  if (task.rtPriority === 0) return;
  const limit = task.group.rlimits[RLIMIT_RTTIME]!;
  if (limit.current === Number.POSITIVE_INFINITY) return;
  const used = ((task.userCycles + task.systemCycles - task.rtStart) / kernel.options.clockHz) * SECOND_US;
  if (used >= limit.max) sendGroupSignal(kernel, task.group, sigInfo(SIGKILL));
  else if (used >= limit.current) {
    task.group.rlimits[RLIMIT_RTTIME] = { ...limit, current: limit.current + SECOND_US };
    sendGroupSignal(kernel, task.group, sigInfo(SIGXCPU));
  }
}

/** The task blocked and was woken: it has the whole of the limit again. */
export function renewRealtimeLimit(task: Task): void {
  task.rtStart = task.userCycles + task.systemCycles;
}
