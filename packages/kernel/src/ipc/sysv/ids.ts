/** Keys, ids and permissions of System V IPC objects. Linux 6.1 ipc/util.c */
import { EACCES, EEXIST, EINVAL, ENOENT, ENOSPC, EPERM } from '../../errno.ts';
import { inGroup } from '../../fs/permission.ts';
import type { Kernel } from '../../kernel.ts';
import { CAP, capable } from '../../task/capabilities.ts';
import { realtimeNs } from '../../time/clock.ts';
import type { Task } from '../../types.ts';
import type { IpcObject, IpcSet } from './state.ts';

export const IPC_CREAT = 0o1000;
export const IPC_EXCL = 0o2000;
export const IPC_NOWAIT = 0o4000;
export const IPC_PRIVATE = 0;

export const IPC_RMID = 0;
export const IPC_SET = 1;
export const IPC_STAT = 2;
export const IPC_INFO = 3;

/** Permission bits for all three classes. */
export const MAY_READ_IPC = 0o444;
export const MAY_WRITE_IPC = 0o222;
export const MAY_EXEC_IPC = 0o111;

/** An id is seq << 15 | index. Linux: IPCMNI_SHIFT */
const INDEX_BITS = 15;
const INDEX_MASK = (1 << INDEX_BITS) - 1;
const SEQ_MAX = 0x7fff_ffff >> INDEX_BITS;
/** Indices are gone round in at least so many. Linux: ipc_min_cycle */
const MIN_CYCLE = 64;

/** Whole seconds since the epoch. */
export function seconds(kernel: Kernel): number {
  return Number(realtimeNs(kernel) / 1_000_000_000n);
}

/** A free index, going round; there is one. Linux: ipc_idr_alloc */
function allocIndex(set: IpcSet<IpcObject>, limit: number): number {
  const end = Math.min(Math.max(Math.floor((set.objects.size * 3) / 2), MIN_CYCLE), limit);
  for (let at = set.next; at < end; at++) if (!set.objects.has(at)) return at;
  let at = 0;
  while (set.objects.has(at)) at++;
  return at;
}

/** What a new object starts with, owned by its creator; ipcAdd gives it an id. */
export function newIpcObject(task: Task, key: number, flags: number): IpcObject {
  const { euid, egid } = task.cred;
  const owner = { uid: euid, gid: egid, cuid: euid, cgid: egid };
  return { id: 0, key, seq: 0, ...owner, mode: flags & 0o777, removed: false };
}

/** Puts a new object among the others: its id, or -ENOSPC. Linux: ipc_addid */
export function ipcAdd<T extends IpcObject>(set: IpcSet<T>, object: T, limit: number): number {
  if (set.objects.size >= Math.min(limit, INDEX_MASK + 1)) return -ENOSPC;
  const index = allocIndex(set as unknown as IpcSet<IpcObject>, INDEX_MASK + 1);
  if (index <= set.lastIndex) set.seq = set.seq + 1 >= SEQ_MAX ? 0 : set.seq + 1;
  set.lastIndex = index;
  set.next = index + 1;
  object.seq = set.seq;
  object.id = (set.seq << INDEX_BITS) + index;
  set.objects.set(index, object);
  return object.id;
}

export function ipcRemove<T extends IpcObject>(set: IpcSet<T>, object: T): void {
  object.removed = true;
  set.objects.delete(object.id & INDEX_MASK);
}

/** The object of an id, or -EINVAL. Linux: ipc_obtain_object_check */
export function ipcFind<T extends IpcObject>(set: IpcSet<T>, id: number): T | number {
  if (id < 0) return -EINVAL;
  const object = set.objects.get(id & INDEX_MASK);
  return object === undefined || object.id !== id ? -EINVAL : object;
}

/** The object at an index, as the *_STAT commands want it. */
export function ipcAt<T extends IpcObject>(set: IpcSet<T>, index: number): T | number {
  if (index < 0) return -EINVAL;
  return set.objects.get(index & INDEX_MASK) ?? -EINVAL;
}

/** Highest index in use, 0 where there is none: what the *_INFO commands answer. */
export function ipcHighest(set: { readonly objects: ReadonlyMap<number, unknown> }): number {
  let highest = 0;
  for (const index of set.objects.keys()) if (index > highest) highest = index;
  return highest;
}

/** Whether the task may do what the permission bits of `flags` say. Linux: ipcperms */
export function ipcPermits(task: Task, object: IpcObject, flags: number): boolean {
  const { cred } = task;
  const wanted = (flags >> 6) | (flags >> 3) | flags;
  let granted = object.mode;
  if (cred.euid === object.cuid || cred.euid === object.uid) granted >>= 6;
  else if (inGroup(cred, object.cgid) || inGroup(cred, object.gid)) granted >>= 3;
  return (wanted & ~granted & 7) === 0 || capable(cred, CAP.ipcOwner);
}

/** Whether the task may change or remove the object: 0 or -EPERM. Linux: ipcctl_obtain_check */
export function ipcOwner(task: Task, object: IpcObject): number {
  const { euid } = task.cred;
  return euid === object.cuid || euid === object.uid || capable(task.cred, CAP.sysAdmin) ? 0 : -EPERM;
}

/** semget, msgget, shmget: the id of the object with that key, or of a new one. Linux: ipcget */
export function ipcGet<T extends IpcObject>(
  task: Task,
  set: IpcSet<T>,
  key: number,
  flags: number,
  create: () => number,
  refuses?: (object: T) => number,
): number {
  if (key === IPC_PRIVATE) return create();
  for (const object of set.objects.values()) {
    if (object.key !== key) continue;
    if ((flags & (IPC_CREAT | IPC_EXCL)) === (IPC_CREAT | IPC_EXCL)) return -EEXIST;
    const refused = refuses?.(object) ?? 0;
    if (refused !== 0) return refused;
    return ipcPermits(task, object, flags & 0o777) ? object.id : -EACCES;
  }
  return flags & IPC_CREAT ? create() : -ENOENT;
}
