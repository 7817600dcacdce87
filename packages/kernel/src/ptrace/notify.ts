import type { Kernel } from '../kernel.ts';
import { wake } from '../sched/wait.ts';
import { SA_NOCLDSTOP, SA_NOCLDWAIT, SIG_IGN, SIGCHLD } from '../signal/numbers.ts';
import { sendGroupSignal, sigInfo } from '../signal/send.ts';
import type { Task } from '../types.ts';

/**
 * SIGCHLD to the tracer, with the thread's own id, and its wait() looks again.
 * Linux 6.1 kernel/signal.c: do_notify_parent_cldstop
 */
export function notifyTracer(kernel: Kernel, task: Task, code: number, status: number): void {
  const tracer = task.tracing?.tracer.group;
  if (tracer === undefined || tracer.exited) return;
  const action = tracer.actions[SIGCHLD]!;
  if (action.handler !== SIG_IGN && !(action.flags & SA_NOCLDSTOP)) {
    sendGroupSignal(kernel, tracer, sigInfo(SIGCHLD, { code, pid: task.tid, uid: task.cred.uid, status }));
  }
  wake(kernel, tracer.childExit);
}

/** A traced thread has ended, and its tracer is not its parent. Answers whether nobody will wait for it. */
export function notifyTracerOfExit(kernel: Kernel, task: Task, code: number, status: number): boolean {
  const tracer = task.tracing?.tracer.group;
  if (tracer === undefined || tracer.exited) return true;
  const action = tracer.actions[SIGCHLD]!;
  const ignored = action.handler === SIG_IGN;
  if (!ignored) sendGroupSignal(kernel, tracer, sigInfo(SIGCHLD, { code, pid: task.tid, uid: task.cred.uid, status }));
  wake(kernel, tracer.childExit);
  return ignored || (action.flags & SA_NOCLDWAIT) !== 0;
}
