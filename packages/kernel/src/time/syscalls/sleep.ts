/** nanosleep, clock_nanosleep, restart_syscall. */
import { BLOCKED, EFAULT, EINVAL, EOPNOTSUPP, ERESTART_RESTARTBLOCK, ERESTARTNOHAND } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { blockOn, wakeTask } from '../../sched/wait.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import { registerRestart, restartSyscall } from '../../syscalls/restart.ts';
import type { RestartRecord, Task } from '../../types.ts';
import { monotonicNs } from '../clock.ts';
import { CLOCK_MONOTONIC, type CpuClockId, clockOf, hasSleep, isCpuClock } from '../clock-ids.ts';
import { ownedClock, readCpuClock } from '../cpu-clock.ts';
import { cancelCpuTimer, registerCpuTimerKind, setCpuTimer } from '../cpu-timers.ts';
import { realtimeDeadline } from '../set-clock.ts';
import { readTimespec, writeTimespec } from '../timespec.ts';

const TIMER_ABSTIME = 1;

interface SleepRecord extends RestartRecord {
  /** Monotonic nanoseconds. */
  deadline: bigint;
  absolute: boolean;
  /** Where to write what is left, or 0. */
  left: number;
  wide: boolean;
}

/** Sleeps until the record's deadline; a relative sleep cut short goes on after a signal without a handler. */
function sleepOn(kernel: Kernel, task: Task, record: SleepRecord): number {
  task.restart = record;
  const now = monotonicNs(kernel);
  if (task.timedOut || record.deadline <= now) return 0;
  const onSignal = record.absolute ? -ERESTARTNOHAND : -ERESTART_RESTARTBLOCK;
  const result = blockOn(kernel, task, [], { deadline: record.deadline, onSignal });
  if (result === onSignal && !record.absolute && record.left !== 0) {
    if (writeTimespec(kernel, task, record.left, record.deadline - now, record.wide) !== 0) return -EFAULT;
  }
  return result;
}

function nanosleep(
  kernel: Kernel,
  task: Task,
  clock: number,
  flags: number,
  request: number,
  left: number,
  wide: boolean,
): number {
  if (task.restart?.call === 'nanosleep') return sleepOn(kernel, task, task.restart as SleepRecord);
  if (task.restart?.call === 'cpu-sleep') return cpuSleepOn(kernel, task, task.restart as CpuSleepRecord);
  const id = clockOf(clock);
  if (id === undefined) return -EINVAL;
  if (!hasSleep(clock)) return -EOPNOTSUPP;
  const ns = readTimespec(kernel, task, request, wide);
  if (typeof ns === 'number') return ns;
  const absolute = (flags & TIMER_ABSTIME) !== 0;
  if (isCpuClock(id)) return cpuSleep(kernel, task, id, ns, absolute, left, wide);
  let deadline = ns;
  if (!absolute) deadline += monotonicNs(kernel);
  else if (id.kind === 'realtime') deadline = realtimeDeadline(kernel, task, ns);
  return sleepOn(kernel, task, { call: 'nanosleep', deadline, absolute, left, wide });
}

interface CpuSleepRecord extends SleepRecord {
  clock: CpuClockId;
}

/** Until a clock of CPU time, of anything but the caller itself, shows a time. Linux 6.1 kernel/time/posix-cpu-timers.c: posix_cpu_nsleep */
function cpuSleep(
  kernel: Kernel,
  task: Task,
  id: CpuClockId,
  ns: bigint,
  absolute: boolean,
  left: number,
  wide: boolean,
): number {
  const clock = ownedClock(kernel, task, id);
  if (clock === undefined || (clock.kind === 'thread' && clock.pid === task.tid)) return -EINVAL;
  const deadline = absolute ? ns : (readCpuClock(kernel, clock) ?? 0n) + ns;
  return cpuSleepOn(kernel, task, { call: 'cpu-sleep', deadline, absolute, left, wide, clock });
}

function cpuSleepOn(kernel: Kernel, task: Task, record: CpuSleepRecord): number {
  task.restart = record;
  const { clock, deadline, absolute, left } = record;
  const now = readCpuClock(kernel, clock);
  cancelCpuTimer(kernel, 'sleep', task.tid);
  if (now === undefined || now >= deadline) return 0;
  const onSignal = absolute ? -ERESTARTNOHAND : -ERESTART_RESTARTBLOCK;
  const result = blockOn(kernel, task, [], { onSignal });
  if (result === BLOCKED) setCpuTimer(kernel, { kind: 'sleep', id: task.tid, sub: 0, clock, expires: deadline });
  else if (!absolute && left !== 0 && writeTimespec(kernel, task, left, deadline - now, record.wide) !== 0)
    return -EFAULT;
  return result;
}

registerCpuTimerKind('sleep', (kernel, timer) => {
  const task = kernel.state.tasks.get(timer.id);
  if (task !== undefined) wakeTask(kernel, task);
});

registerRestart('cpu-sleep', (kernel, task, record) => cpuSleepOn(kernel, task, record as CpuSleepRecord));

registerRestart('nanosleep', (kernel, task, record) => sleepOn(kernel, task, record as SleepRecord));

export const SLEEP_SYSCALLS: readonly SyscallDef[] = [
  full('nanosleep', ['ptr', 'ptr'], (kernel, task, request, left) =>
    nanosleep(kernel, task, CLOCK_MONOTONIC, 0, request!, left!, false),
  ),
  full('clock_nanosleep', ['int', 'flags', 'ptr', 'ptr'], (kernel, task, clock, flags, request, left) =>
    nanosleep(kernel, task, clock!, flags!, request!, left!, false),
  ),
  full('clock_nanosleep_time64', ['int', 'flags', 'ptr', 'ptr'], (kernel, task, clock, flags, request, left) =>
    nanosleep(kernel, task, clock!, flags!, request!, left!, true),
  ),
  full('restart_syscall', [], restartSyscall),
];
