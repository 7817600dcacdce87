import { EINVAL, ESRCH } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { SI_KERNEL, SIGIO } from '../signal/numbers.ts';
import { maySignalAs, sendGroupSignal, sendSignal, sigInfo } from '../signal/send.ts';
import type { FileOwner, OpenFile, Task } from '../types.ts';
import { fileOps } from './file-ops.ts';
import { addListener, POLL_IN, POLL_MSG, POLL_OUT, POLL_PRI, removeListener } from './notify.ts';
import { canRead, canWrite, O_ASYNC } from './open-flags.ts';
import { type QueueListener, registerListenerKind } from './queue-listeners.ts';

/** Kinds of file that tell of themselves by SIGIO. Linux: those with a fasync operation */
const ASYNC_KINDS: readonly string[] = ['pipe', 'socket', 'tty', 'inotify'];

/** si_band by POLL_*. Linux 6.1 fs/fcntl.c: band_table */
const BANDS: Readonly<Record<number, number>> = {
  [POLL_IN]: 0x041,
  [POLL_OUT]: 0x304,
  [POLL_MSG]: 0x441,
  [POLL_PRI]: 0x082,
};

/** F_OWNER_* */
const OWNER_TID = 0;
const OWNER_PID = 1;
const OWNER_PGRP = 2;

/** F_SETOWN, F_SETOWN_EX: 0, -EINVAL or -ESRCH. `type`: F_OWNER_*; id 0: nobody. */
export function setFileOwner(kernel: Kernel, task: Task, file: OpenFile, type: number, id: number): number {
  if (type < OWNER_TID || type > OWNER_PGRP) return -EINVAL;
  const { tasks, groups } = kernel.state;
  const there =
    type === OWNER_TID
      ? tasks.has(id)
      : [...groups.values()].some((group) => (type === OWNER_PID ? group.pid : group.pgid) === id);
  if (id !== 0 && !there) return -ESRCH;
  const { uid, euid } = task.cred;
  file.owner = { type, id, uid, euid, signo: file.owner?.signo ?? 0 };
  return 0;
}

/** F_SETSIG: 0 stands for SIGIO without information. */
export function setOwnerSignal(file: OpenFile, signo: number): void {
  file.owner = { type: OWNER_PID, id: 0, uid: 0, euid: 0, ...file.owner, signo };
}

/** F_GETOWN: a process group as a negative number. */
export function ownerNumber(file: OpenFile): number {
  const { owner } = file;
  if (owner === undefined) return 0;
  return owner.type === OWNER_PGRP ? -owner.id : owner.id;
}

/** A signal to whom the file belongs. Linux 6.1 fs/fcntl.c: send_sigio */
export function signalOwner(kernel: Kernel, file: OpenFile, fd: number, reason: number): void {
  const { owner } = file;
  if (owner !== undefined) sendToOwner(kernel, owner, owner.signo, fd, reason);
}

/** SIGURG or another signal without information. Linux 6.1 fs/fcntl.c: send_sigurg */
export function plainSignalToOwner(kernel: Kernel, file: OpenFile, signo: number): boolean {
  const { owner } = file;
  if (owner === undefined || owner.id === 0) return false;
  for (const task of ownerTasks(kernel, owner)) {
    if (!maySignalAs(owner, task)) continue;
    sendTo(kernel, owner, task, signo, {});
  }
  return true;
}

function ownerTasks(kernel: Kernel, owner: FileOwner): Task[] {
  const { tasks, groups } = kernel.state;
  if (owner.type === OWNER_TID) {
    const task = tasks.get(owner.id);
    return task === undefined ? [] : [task];
  }
  const found = [...groups.values()].filter(
    (group) => !group.exited && (owner.type === OWNER_PID ? group.pid : group.pgid) === owner.id,
  );
  return found.map((group) => group.leader);
}

function sendToOwner(kernel: Kernel, owner: FileOwner, signo: number, fd: number, reason: number): void {
  if (owner.id === 0) return;
  for (const task of ownerTasks(kernel, owner)) {
    if (!maySignalAs(owner, task)) continue;
    if (signo !== 0 && sendTo(kernel, owner, task, signo, { code: reason, band: BANDS[reason] ?? 0, fd }) === 0)
      continue;
    // No signal was asked for, or its queue is full.
    sendTo(kernel, owner, task, SIGIO, { code: SI_KERNEL });
  }
}

function sendTo(kernel: Kernel, owner: FileOwner, task: Task, signo: number, fields: object): number {
  const info = sigInfo(signo, fields);
  return owner.type === OWNER_TID ? sendSignal(kernel, task, info) : sendGroupSignal(kernel, task.group, info);
}

/** Listener of a file with O_ASYNC. */
interface AsyncListener extends QueueListener {
  readonly file: OpenFile;
  readonly fd: number;
}

registerListenerKind('async', (kernel, listener, band) => {
  const { file, fd } = listener as AsyncListener;
  if (band === POLL_OUT ? canWrite(file.flags) : band !== 0 && canRead(file.flags)) signalOwner(kernel, file, fd, band);
});

/** O_ASYNC comes or goes. Linux 6.1 fs/fcntl.c: fasync_helper */
export function setAsync(kernel: Kernel, file: OpenFile, fd: number, on: boolean): void {
  if (on === ((file.flags & O_ASYNC) !== 0)) return;
  file.flags = on ? file.flags | O_ASYNC : file.flags & ~O_ASYNC;
  const queue = ASYNC_KINDS.includes(file.kind) ? fileOps(file).queues?.(kernel, file)[0] : undefined;
  if (queue === undefined) return;
  for (const listener of queue.listeners ?? []) {
    if (listener.kind === 'async' && (listener as AsyncListener).file === file) removeListener(queue, listener);
  }
  if (on) addListener(queue, { kind: 'async', file, fd } as AsyncListener);
}
