import type { Kernel } from '../kernel.ts';
import type { OpenFile, ThreadGroup } from '../types.ts';
import { newAnonymousFile } from './anonymous-file.ts';
import type { FileOps } from './file-ops.ts';
import { newQueue, notify } from './notify.ts';
import { READABLE } from './poll-events.ts';

/** OpenFile.data of a pidfd: its process, also when that is long gone. */
interface PidFile {
  group: ThreadGroup;
}

/** A descriptor of a process. Linux 6.1 kernel/fork.c: pidfd_create */
export function newPidfd(kernel: Kernel, group: ThreadGroup, flags: number): OpenFile {
  group.pidQueue ??= newQueue();
  const data: PidFile = { group };
  return newAnonymousFile(kernel, 'pidfd', 'pidfd', flags, data);
}

/** The process of a pidfd; undefined for another file. */
export function pidfdGroup(file: OpenFile | undefined): ThreadGroup | undefined {
  return file?.kind === 'pidfd' ? (file.data as PidFile).group : undefined;
}

/** Whether the process has been waited for: its number may be another's by now. */
export function isGone(kernel: Kernel, group: ThreadGroup): boolean {
  return kernel.state.groups.get(group.pid) !== group;
}

/** A process has ended: who polls its descriptor looks again. Linux: do_notify_pidfd */
export function pidfdEnds(kernel: Kernel, group: ThreadGroup): void {
  if (group.pidQueue !== undefined) notify(kernel, group.pidQueue);
}

/** Only to be polled: readable once the process has ended. */
export const PIDFD_OPS: FileOps = {
  poll(kernel, file) {
    const { group } = file.data as PidFile;
    return isGone(kernel, group) || (group.exited && group.tasks.length === 1) ? READABLE : 0;
  },
  queues: (_kernel, file) => [(file.data as PidFile).group.pidQueue!],
};
