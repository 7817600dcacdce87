import type { SigInfo, Task } from '../types.ts';

/** That a task is traced, and how: Task.tracing. Linux: task_struct's ptrace, parent, jobctl */
export interface Tracing {
  tracer: Task;
  /** By PTRACE_SEIZE: PTRACE_INTERRUPT and PTRACE_LISTEN work, stops are events. */
  seized: boolean;
  /** PTRACE_O_*. */
  options: number;
  /** Answer of PTRACE_GETEVENTMSG. */
  message: number;
  /** PTRACE_LISTEN: stopped, but nothing of the tracer's until something happens. */
  listening: boolean;
  /** A stop is due: of the group's stop, of PTRACE_INTERRUPT (JOBCTL_TRAP_STOP); because the group's state changed (JOBCTL_TRAP_NOTIFY). */
  trapStop: boolean;
  trapNotify: boolean;
  /** Stops at system calls (PTRACE_SYSCALL); one instruction only (PTRACE_SINGLESTEP). */
  syscalls: boolean;
  step: boolean;
  /** The kernel steps the task for breakpoints that its tracer set (DebugAbi.afterCall). */
  watching: boolean;
  /** A system call was entered with a stop. */
  entered: boolean;
  /** A system call has ended, and its stop is due at the way back to user code. */
  callEnds: boolean;
  /** An event is due at the way back to user code: PTRACE_EVENT_EXEC. */
  event: { event: number; message: number } | undefined;
  /** PTRACE_EVENT_EXIT was reported. */
  exitReported: boolean;
}

/** Where in the kernel a task goes on after a stop. */
export type StopPlace = 'signal' | 'group' | 'entry' | 'exit' | 'event' | 'call';

/** A stop for the tracer, until the place that it was made at has seen its end: Task.tracedStop. */
export interface TracedStop {
  at: StopPlace;
  /** While it lasts, what wait reports (a signal, and an event from bit 8 up), 0 once it has; then the signal that the tracer sent the task on with. */
  code: number;
  info: SigInfo | undefined;
  over: boolean;
}

export function newTracing(tracer: Task, seized: boolean, options: number): Tracing {
  return {
    tracer,
    seized,
    options,
    message: 0,
    listening: false,
    trapStop: false,
    trapNotify: false,
    syscalls: false,
    step: false,
    watching: false,
    entered: false,
    callEnds: false,
    event: undefined,
    exitReported: false,
  };
}
