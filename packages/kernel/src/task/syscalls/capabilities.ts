/** capget, capset, and what prctl does to capabilities. Linux 6.1 kernel/capability.c, security/commoncap.c */
import { StructReader, StructWriter } from '../../abi/struct.ts';
import { EFAULT, EINVAL, EPERM, ESRCH } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut, writeWord } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import type { Task } from '../../types.ts';
import {
  ALL_CAPS,
  both,
  CAP,
  CAP_LAST,
  type CapSet,
  capable,
  either,
  hasCap,
  isSubset,
  NO_CAPS,
  SECBIT_KEEP_CAPS,
  SECBIT_NO_CAP_AMBIENT_RAISE,
  withCap,
  withoutCap,
} from '../capabilities.ts';

/** Version words of the header, and how many words each set has. */
const VERSIONS = new Map([
  [0x1998_0330, 1],
  [0x2007_1026, 2],
  [0x2008_0522, 2],
]);
const VERSION_NOW = 0x2008_0522;
/** Effective, permitted, inheritable. */
const ENTRY_BYTES = 12;

/** Header: how many words a set has, or -errno; an unknown version is answered with the present one. */
function readHeader(kernel: Kernel, task: Task, header: number): { words: number; pid: number } | number {
  const bytes = copyIn(kernel, task, header, 8);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const words = VERSIONS.get(reader.u32(0));
  if (words === undefined) return writeWord(kernel, task, header, VERSION_NOW) ? -EINVAL : -EFAULT;
  return { words, pid: reader.i32(4) };
}

function capget(kernel: Kernel, task: Task, header: number, data: number): number {
  const head = readHeader(kernel, task, header);
  if (typeof head === 'number') return head === -EINVAL && data === 0 ? 0 : head;
  if (head.pid < 0) return -EINVAL;
  const target = head.pid === 0 ? task : kernel.state.tasks.get(head.pid);
  if (target === undefined) return -ESRCH;
  if (data === 0) return 0;
  const { effective, permitted, inheritable } = target.cred.caps;
  const writer = new StructWriter(kernel, ENTRY_BYTES * head.words);
  writer.u32(effective.low).u32(permitted.low).u32(inheritable.low);
  if (head.words === 2) writer.u32(effective.high).u32(permitted.high).u32(inheritable.high);
  return copyOut(kernel, task, data, writer.bytes) ? 0 : -EFAULT;
}

/** Bits beyond the last capability are dropped. */
function setAt(reader: StructReader, words: number, at: number): CapSet {
  return both({ low: reader.u32(at) | 0, high: words === 2 ? reader.u32(ENTRY_BYTES + at) | 0 : 0 }, ALL_CAPS);
}

function capset(kernel: Kernel, task: Task, header: number, data: number): number {
  const head = readHeader(kernel, task, header);
  if (typeof head === 'number') return head;
  if (head.pid !== 0 && head.pid !== task.tid) return -EPERM;
  const bytes = copyIn(kernel, task, data, ENTRY_BYTES * head.words);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const [effective, permitted, inheritable] = [0, 4, 8].map((at) => setAt(reader, head.words, at)) as [
    CapSet,
    CapSet,
    CapSet,
  ];
  const { caps } = task.cred;
  if (!capable(task.cred, CAP.setpcap) && !isSubset(inheritable, either(caps.inheritable, caps.permitted))) {
    return -EPERM;
  }
  if (!isSubset(inheritable, either(caps.inheritable, caps.bounding))) return -EPERM;
  if (!isSubset(permitted, caps.permitted) || !isSubset(effective, permitted)) return -EPERM;
  const ambient = both(caps.ambient, both(permitted, inheritable));
  task.cred.caps = { ...caps, effective, permitted, inheritable, ambient };
  return 0;
}

/** Options. Linux 6.1 include/uapi/linux/prctl.h */
const PR_GET_KEEPCAPS = 7;
const PR_SET_KEEPCAPS = 8;
const PR_CAPBSET_READ = 23;
const PR_CAPBSET_DROP = 24;
const PR_GET_SECUREBITS = 27;
const PR_SET_SECUREBITS = 28;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_IS_SET = 1;
const PR_CAP_AMBIENT_RAISE = 2;
const PR_CAP_AMBIENT_LOWER = 3;
const PR_CAP_AMBIENT_CLEAR_ALL = 4;

/** Every bit that locks the one below it. */
const SECURE_LOCKS = 0xaa;
const SECURE_ALL = 0xff;

function dropBounding(task: Task, cap: number): number {
  if (!capable(task.cred, CAP.setpcap)) return -EPERM;
  if (cap > CAP_LAST) return -EINVAL;
  const { caps } = task.cred;
  task.cred.caps = { ...caps, bounding: withoutCap(caps.bounding, cap) };
  return 0;
}

/** Locked bits stay, locks stay, and all of it is for CAP_SETPCAP only. */
function setSecureBits(task: Task, bits: number): number {
  const { caps } = task.cred;
  const old = caps.secureBits;
  const locked = (old & SECURE_LOCKS) >> 1;
  if (locked & (old ^ bits) || old & SECURE_LOCKS & ~bits || bits & ~SECURE_ALL) return -EPERM;
  if (!capable(task.cred, CAP.setpcap)) return -EPERM;
  task.cred.caps = { ...caps, secureBits: bits };
  return 0;
}

function setKeepCaps(task: Task, value: number): number {
  if (value > 1) return -EINVAL;
  const { caps } = task.cred;
  if (caps.secureBits & (SECBIT_KEEP_CAPS << 1)) return -EPERM;
  const kept = value === 1 ? caps.secureBits | SECBIT_KEEP_CAPS : caps.secureBits & ~SECBIT_KEEP_CAPS;
  task.cred.caps = { ...caps, secureBits: kept };
  return 0;
}

function ambient(task: Task, action: number, cap: number, rest: number): number {
  if (rest !== 0) return -EINVAL;
  const { caps } = task.cred;
  if (action === PR_CAP_AMBIENT_CLEAR_ALL) {
    if (cap !== 0) return -EINVAL;
    task.cred.caps = { ...caps, ambient: NO_CAPS };
    return 0;
  }
  if (cap > CAP_LAST) return -EINVAL;
  switch (action) {
    case PR_CAP_AMBIENT_IS_SET:
      return hasCap(caps.ambient, cap) ? 1 : 0;
    case PR_CAP_AMBIENT_LOWER:
      task.cred.caps = { ...caps, ambient: withoutCap(caps.ambient, cap) };
      return 0;
    case PR_CAP_AMBIENT_RAISE:
      if (!hasCap(caps.permitted, cap) || !hasCap(caps.inheritable, cap)) return -EPERM;
      if (caps.secureBits & SECBIT_NO_CAP_AMBIENT_RAISE) return -EPERM;
      task.cred.caps = { ...caps, ambient: withCap(caps.ambient, cap) };
      return 0;
    default:
      return -EINVAL;
  }
}

/** What prctl answers to an option about capabilities; undefined for others. Linux: cap_task_prctl */
export function capabilityPrctl(
  task: Task,
  option: number,
  second: number,
  third: number,
  fourth: number,
): number | undefined {
  const { caps } = task.cred;
  switch (option) {
    case PR_CAPBSET_READ:
      return second > CAP_LAST ? -EINVAL : hasCap(caps.bounding, second) ? 1 : 0;
    case PR_CAPBSET_DROP:
      return dropBounding(task, second);
    case PR_GET_SECUREBITS:
      return caps.secureBits;
    case PR_SET_SECUREBITS:
      return setSecureBits(task, second);
    case PR_GET_KEEPCAPS:
      return caps.secureBits & SECBIT_KEEP_CAPS ? 1 : 0;
    case PR_SET_KEEPCAPS:
      return setKeepCaps(task, second);
    case PR_CAP_AMBIENT:
      return ambient(task, second, third, fourth);
    default:
      return undefined;
  }
}

export const CAPABILITY_SYSCALLS: readonly SyscallDef[] = [
  full('capget', ['ptr', 'ptr'], capget),
  full('capset', ['ptr', 'ptr'], capset),
];
