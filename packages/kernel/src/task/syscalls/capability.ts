/** capget, capset, and what prctl does to capabilities. Linux 6.1 kernel/capability.c, security/commoncap.c */
import { StructReader, StructWriter } from '../../abi/struct.ts';
import { EFAULT, EINVAL, EPERM, ESRCH } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut, writeWord } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import type { Task } from '../../types.ts';
import {
  CAP_LAST,
  capSet,
  includesCap,
  intersection,
  isSubset,
  NO_CAPS,
  union,
  withCap,
  withoutCap,
} from '../cap-set.ts';
import {
  CAP_SETPCAP,
  capable,
  SECBIT_KEEP_CAPS,
  SECBIT_KEEP_CAPS_LOCKED,
  SECBIT_NO_CAP_AMBIENT_RAISE,
  SECURE_ALL_BITS,
  SECURE_ALL_LOCKS,
} from '../capabilities.ts';

/** Version words of capget, and how many words each set has. */
const CAP_VERSIONS = new Map([
  [0x1998_0330, 1],
  [0x2007_1026, 2],
  [0x2008_0522, 2],
]);
const CAP_VERSION_NOW = 0x2008_0522;

/** Header: how many words a set has, or an errno; an unknown version is answered with the present one. */
function capHeader(kernel: Kernel, task: Task, header: number): { words: number; pid: number } | number {
  const bytes = copyIn(kernel, task, header, 8);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const words = CAP_VERSIONS.get(reader.u32(0));
  if (words === undefined) return writeWord(kernel, task, header, CAP_VERSION_NOW) ? -EINVAL : -EFAULT;
  return { words, pid: reader.i32(4) };
}

function capget(kernel: Kernel, task: Task, header: number, data: number): number {
  const head = capHeader(kernel, task, header);
  if (typeof head === 'number') return head === -EINVAL && data === 0 ? 0 : head;
  if (head.pid < 0) return -EINVAL;
  const target = head.pid === 0 ? task : kernel.state.tasks.get(head.pid);
  if (target === undefined) return -ESRCH;
  if (data === 0) return 0;
  const { effective, permitted, inheritable } = target.cred;
  const writer = new StructWriter(kernel, 12 * head.words).u32(effective.low).u32(permitted.low).u32(inheritable.low);
  if (head.words > 1) writer.u32(effective.high).u32(permitted.high).u32(inheritable.high);
  return copyOut(kernel, task, data, writer.bytes) ? 0 : -EFAULT;
}

/** Linux: cap_capset */
function capset(kernel: Kernel, task: Task, header: number, data: number): number {
  const head = capHeader(kernel, task, header);
  if (typeof head === 'number') return head;
  if (head.pid !== 0 && head.pid !== task.tid) return -EPERM;
  const bytes = copyIn(kernel, task, data, 12 * head.words);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const setAt = (at: number) => capSet(reader.u32(at), head.words > 1 ? reader.u32(at + 12) : 0);
  const [effective, permitted, inheritable] = [setAt(0), setAt(4), setAt(8)];
  const { cred } = task;
  if (!capable(task, CAP_SETPCAP) && !isSubset(inheritable, union(cred.inheritable, cred.permitted))) return -EPERM;
  if (!isSubset(inheritable, union(cred.inheritable, cred.bounding))) return -EPERM;
  if (!isSubset(permitted, cred.permitted) || !isSubset(effective, permitted)) return -EPERM;
  const ambient = intersection(cred.ambient, intersection(permitted, inheritable));
  Object.assign(cred, { effective, permitted, inheritable, ambient });
  return 0;
}

/** PR_CAPBSET_READ, PR_CAPBSET_DROP. */
export function readBounding(task: Task, cap: number): number {
  return cap > CAP_LAST ? -EINVAL : includesCap(task.cred.bounding, cap) ? 1 : 0;
}

export function dropBounding(task: Task, cap: number): number {
  if (!capable(task, CAP_SETPCAP)) return -EPERM;
  if (cap > CAP_LAST) return -EINVAL;
  task.cred.bounding = withoutCap(task.cred.bounding, cap);
  return 0;
}

/** PR_SET_SECUREBITS: locks stay, and what is locked. */
export function setSecureBits(task: Task, wanted: number): number {
  const { cred } = task;
  const locks = cred.securebits & SECURE_ALL_LOCKS;
  const refused =
    ((locks >> 1) & (cred.securebits ^ wanted)) !== 0 ||
    (locks & ~wanted) !== 0 ||
    (wanted & ~(SECURE_ALL_BITS | SECURE_ALL_LOCKS)) !== 0 ||
    !capable(task, CAP_SETPCAP);
  if (refused) return -EPERM;
  cred.securebits = wanted;
  return 0;
}

export function setKeepCaps(task: Task, keep: number): number {
  if (keep > 1) return -EINVAL;
  const { cred } = task;
  if (cred.securebits & SECBIT_KEEP_CAPS_LOCKED) return -EPERM;
  cred.securebits = keep ? cred.securebits | SECBIT_KEEP_CAPS : cred.securebits & ~SECBIT_KEEP_CAPS;
  return 0;
}

const PR_CAP_AMBIENT_IS_SET = 1;
const PR_CAP_AMBIENT_RAISE = 2;
const PR_CAP_AMBIENT_LOWER = 3;
const PR_CAP_AMBIENT_CLEAR_ALL = 4;

/** PR_CAP_AMBIENT. */
export function ambientCaps(task: Task, what: number, cap: number, fourth: number, fifth: number): number {
  const { cred } = task;
  if (what === PR_CAP_AMBIENT_CLEAR_ALL) {
    if (cap !== 0 || fourth !== 0 || fifth !== 0) return -EINVAL;
    cred.ambient = NO_CAPS;
    return 0;
  }
  if (cap > CAP_LAST || fourth !== 0 || fifth !== 0) return -EINVAL;
  if (what === PR_CAP_AMBIENT_IS_SET) return includesCap(cred.ambient, cap) ? 1 : 0;
  if (what === PR_CAP_AMBIENT_LOWER) {
    cred.ambient = withoutCap(cred.ambient, cap);
    return 0;
  }
  if (what !== PR_CAP_AMBIENT_RAISE) return -EINVAL;
  const held = includesCap(cred.permitted, cap) && includesCap(cred.inheritable, cap);
  if (!held || cred.securebits & SECBIT_NO_CAP_AMBIENT_RAISE) return -EPERM;
  cred.ambient = withCap(cred.ambient, cap);
  return 0;
}

export const CAPABILITY_SYSCALLS: readonly SyscallDef[] = [
  full('capget', ['ptr', 'ptr'], capget),
  full('capset', ['ptr', 'ptr'], capset),
];
