/** nanosleep, clock_nanosleep, restart_syscall. */
import { EFAULT, EINVAL, EOPNOTSUPP, ERESTART_RESTARTBLOCK, ERESTARTNOHAND } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { blockOn } from '../../sched/wait.ts';
import { full, partial, type SyscallDef } from '../../syscalls/define.ts';
import { registerRestart, restartSyscall } from '../../syscalls/restart.ts';
import type { RestartRecord, Task } from '../../types.ts';
import { monotonicNs, realtimeNs } from '../clock.ts';
import { CLOCK_MONOTONIC, clockOf } from '../clock-ids.ts';
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
  const id = clockOf(clock);
  if (id === undefined || id.kind === 'thread') return -EINVAL;
  if (id.kind === 'process') return -EOPNOTSUPP;
  const ns = readTimespec(kernel, task, request, wide);
  if (typeof ns === 'number') return ns;
  const absolute = (flags & TIMER_ABSTIME) !== 0;
  const now = monotonicNs(kernel);
  const origin = absolute ? (id.kind === 'realtime' ? now - realtimeNs(kernel) : 0n) : now;
  return sleepOn(kernel, task, { call: 'nanosleep', deadline: origin + ns, absolute, left, wide });
}

registerRestart('nanosleep', (kernel, task, record) => sleepOn(kernel, task, record as SleepRecord));

const CPU_NOTE = 'CPU-time clocks give EOPNOTSUPP';

export const SLEEP_SYSCALLS: readonly SyscallDef[] = [
  full('nanosleep', ['ptr', 'ptr'], (kernel, task, request, left) =>
    nanosleep(kernel, task, CLOCK_MONOTONIC, 0, request!, left!, false),
  ),
  partial('clock_nanosleep', ['int', 'flags', 'ptr', 'ptr'], CPU_NOTE, (kernel, task, clock, flags, request, left) =>
    nanosleep(kernel, task, clock!, flags!, request!, left!, false),
  ),
  partial(
    'clock_nanosleep_time64',
    ['int', 'flags', 'ptr', 'ptr'],
    CPU_NOTE,
    (kernel, task, clock, flags, request, left) => nanosleep(kernel, task, clock!, flags!, request!, left!, true),
  ),
  full('restart_syscall', [], restartSyscall),
];
