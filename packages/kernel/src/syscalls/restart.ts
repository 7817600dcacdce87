import { EINTR } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { RestartRecord, Task } from '../types.ts';

/** Goes on with a call from its record. `task.inCall` is true where it has waited in this very restart. */
export type RestartHandler = (kernel: Kernel, task: Task, record: RestartRecord) => number;

const handlers = new Map<string, RestartHandler>();

/** Names how a call that ends with ERESTART_RESTARTBLOCK goes on; its record's `call` is the name. */
export function registerRestart(call: string, handler: RestartHandler): void {
  handlers.set(call, handler);
}

/** Goes on with the call that a signal without a handler interrupted. Linux 6.1 kernel/signal.c: restart_syscall */
export function restartSyscall(kernel: Kernel, task: Task): number {
  const record = task.inCall ? task.restart : task.restartBlock;
  task.restartBlock = undefined;
  const handler = record === undefined ? undefined : handlers.get(record.call);
  if (record === undefined || handler === undefined) return -EINTR;
  task.restart = record;
  return handler(kernel, task, record);
}
