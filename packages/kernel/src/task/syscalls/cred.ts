/** User and group ids, with 16-bit and 32-bit numbers. Linux 6.1 kernel/sys.c, kernel/uid16.c, kernel/groups.c */

import { StructReader, StructWriter } from '../../abi/struct.ts';
import { EFAULT, EINVAL, EPERM } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut } from '../../mm/user-access.ts';
import { full, type SyscallDef, type SyscallHandler, steady } from '../../syscalls/define.ts';
import type { Credentials, Task } from '../../types.ts';
import { CAP, capable, capsAfterFsUserId, capsAfterUserIds, isSubset } from '../capabilities.ts';

const NO_CHANGE = 0xffff_ffff;
const GROUPS_MAX = 65_536;
/** What a 16-bit call shows for an id that does not fit. */
const OVERFLOW_ID = 65_534;

type Kind = 'uid' | 'gid';
interface Ids {
  real: number;
  effective: number;
  saved: number;
}

function idsOf(cred: Credentials, kind: Kind): Ids {
  return kind === 'uid'
    ? { real: cred.uid, effective: cred.euid, saved: cred.suid }
    : { real: cred.gid, effective: cred.egid, saved: cred.sgid };
}

/** Puts ids in place; the file-system id follows the effective one. Credentials are not shared: each task has its own. */
function putIds(task: Task, kind: Kind, ids: Ids): void {
  const { cred } = task;
  const old = { ...cred };
  if (kind === 'uid') {
    const before = { uid: cred.uid, euid: cred.euid, suid: cred.suid };
    [cred.uid, cred.euid, cred.suid, cred.fsuid] = [ids.real, ids.effective, ids.saved, ids.effective];
    cred.caps = capsAfterUserIds(cred, before);
  } else {
    [cred.gid, cred.egid, cred.sgid, cred.fsgid] = [ids.real, ids.effective, ids.saved, ids.effective];
  }
  hideFromOthers(task, old);
}

/** A process that became somebody else is not for others to look into, nor to be signalled when its parent dies. Linux: commit_creds */
function hideFromOthers(task: Task, old: Readonly<Credentials>): void {
  const { cred } = task;
  const same = old.euid === cred.euid && old.egid === cred.egid && old.fsuid === cred.fsuid && old.fsgid === cred.fsgid;
  if (same && isSubset(cred.caps.permitted, old.caps.permitted)) return;
  if (task.mm !== undefined) task.mm.dumpable = 0;
  task.parentDeathSignal = 0;
}

function isPrivileged(task: Task, kind: Kind): boolean {
  return capable(task.cred, kind === 'uid' ? CAP.setuid : CAP.setgid);
}

function setId(task: Task, kind: Kind, id: number): number {
  if (id === NO_CHANGE) return -EINVAL;
  const ids = idsOf(task.cred, kind);
  if (isPrivileged(task, kind)) putIds(task, kind, { real: id, effective: id, saved: id });
  else if (id === ids.real || id === ids.saved) putIds(task, kind, { ...ids, effective: id });
  else return -EPERM;
  return 0;
}

function setReId(task: Task, kind: Kind, real: number, effective: number): number {
  const ids = idsOf(task.cred, kind);
  const next = { ...ids };
  if (real !== NO_CHANGE) {
    if (!isPrivileged(task, kind) && real !== ids.real && real !== ids.effective) return -EPERM;
    next.real = real;
  }
  if (effective !== NO_CHANGE) {
    const known = effective === ids.real || effective === ids.effective || effective === ids.saved;
    if (!isPrivileged(task, kind) && !known) return -EPERM;
    next.effective = effective;
  }
  if (real !== NO_CHANGE || (effective !== NO_CHANGE && effective !== ids.real)) next.saved = next.effective;
  putIds(task, kind, next);
  return 0;
}

function setResId(task: Task, kind: Kind, real: number, effective: number, saved: number): number {
  const ids = idsOf(task.cred, kind);
  const known = (id: number): boolean =>
    id === NO_CHANGE || id === ids.real || id === ids.effective || id === ids.saved;
  if (!isPrivileged(task, kind) && !(known(real) && known(effective) && known(saved))) return -EPERM;
  const pick = (id: number, old: number): number => (id === NO_CHANGE ? old : id);
  putIds(task, kind, {
    real: pick(real, ids.real),
    effective: pick(effective, ids.effective),
    saved: pick(saved, ids.saved),
  });
  return 0;
}

/** Answers the old one, whatever happens. */
function setFsId(task: Task, kind: Kind, id: number): number {
  const { cred } = task;
  const old = kind === 'uid' ? cred.fsuid : cred.fsgid;
  const before = { ...cred };
  const ids = idsOf(cred, kind);
  const known = id === ids.real || id === ids.effective || id === ids.saved || id === old;
  if (id !== NO_CHANGE && (isPrivileged(task, kind) || known)) {
    if (kind === 'gid') cred.fsgid = id;
    else {
      cred.fsuid = id;
      cred.caps = capsAfterFsUserId(cred, old);
    }
  }
  hideFromOthers(task, before);
  return old;
}

/** How a call of one width reads and shows ids. */
interface Width {
  readonly bytes: 2 | 4;
  readonly suffix: string;
}

const WIDTHS: readonly Width[] = [
  { bytes: 2, suffix: '' },
  { bytes: 4, suffix: '32' },
];

function shown(width: Width, id: number): number {
  return width.bytes === 2 && id > 0xffff ? OVERFLOW_ID : id;
}

/** An id argument: in 16 bits, -1 is 0xffff. */
function taken(width: Width, id: number): number {
  if (width.bytes === 4) return id;
  return (id & 0xffff) === 0xffff ? NO_CHANGE : id & 0xffff;
}

function encodeIds(kernel: Kernel, width: Width, ids: readonly number[]): Uint8Array {
  const writer = new StructWriter(kernel, ids.length * width.bytes);
  for (const id of ids) {
    if (width.bytes === 2) writer.u16(shown(width, id));
    else writer.u32(id);
  }
  return writer.bytes;
}

function getResId(width: Width, kind: Kind): SyscallHandler {
  return (kernel, task, real, effective, saved) => {
    const ids = idsOf(task.cred, kind);
    for (const [at, id] of [
      [real!, ids.real],
      [effective!, ids.effective],
      [saved!, ids.saved],
    ] as const) {
      if (!copyOut(kernel, task, at, encodeIds(kernel, width, [id]))) return -EFAULT;
    }
    return 0;
  };
}

function getGroups(width: Width): SyscallHandler {
  return (kernel, task, size, list) => {
    const { groups } = task.cred;
    if (size! < 0) return -EINVAL;
    if (size === 0) return groups.length;
    if (size! < groups.length) return -EINVAL;
    return copyOut(kernel, task, list!, encodeIds(kernel, width, groups)) ? groups.length : -EFAULT;
  };
}

function setGroups(width: Width): SyscallHandler {
  return (kernel, task, size, list) => {
    if (!isPrivileged(task, 'gid')) return -EPERM;
    if (size! < 0 || size! > GROUPS_MAX) return -EINVAL;
    const bytes = copyIn(kernel, task, list!, size! * width.bytes);
    if (bytes === undefined) return -EFAULT;
    const reader = new StructReader(kernel, bytes);
    const groups = Array.from({ length: size! }, (_, i) => (width.bytes === 2 ? reader.u16(2 * i) : reader.u32(4 * i)));
    task.cred.groups = groups.sort((a, b) => a - b);
    return 0;
  };
}

function rowsOf(width: Width): SyscallDef[] {
  const { suffix } = width;
  const take = (id: number | undefined): number => taken(width, id!);
  const row = (name: string, args: SyscallDef['args'], handler: SyscallHandler): SyscallDef =>
    full(`${name}${suffix}`, args, handler);
  const reads = (name: string, handler: SyscallHandler): SyscallDef => steady(`${name}${suffix}`, handler);
  const rows = [
    reads('getuid', (_kernel, task) => shown(width, task.cred.uid)),
    reads('geteuid', (_kernel, task) => shown(width, task.cred.euid)),
    reads('getgid', (_kernel, task) => shown(width, task.cred.gid)),
    reads('getegid', (_kernel, task) => shown(width, task.cred.egid)),
    row('getgroups', ['int', 'ptr'], getGroups(width)),
    row('setgroups', ['int', 'ptr'], setGroups(width)),
  ];
  for (const kind of ['uid', 'gid'] as const) {
    rows.push(
      row(`set${kind}`, ['uint'], (_kernel, task, id) => setId(task, kind, take(id))),
      row(`setre${kind}`, ['uint', 'uint'], (_kernel, task, r, e) => setReId(task, kind, take(r), take(e))),
      row(`setres${kind}`, ['uint', 'uint', 'uint'], (_kernel, task, r, e, s) =>
        setResId(task, kind, take(r), take(e), take(s)),
      ),
      row(`getres${kind}`, ['ptr', 'ptr', 'ptr'], getResId(width, kind)),
      row(`setfs${kind}`, ['uint'], (_kernel, task, id) => shown(width, setFsId(task, kind, take(id)))),
    );
  }
  return rows;
}

export const CRED_SYSCALLS: readonly SyscallDef[] = WIDTHS.flatMap(rowsOf);
