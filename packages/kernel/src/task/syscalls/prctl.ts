/** prctl, capget, capset. */
import { genericNumber, nativeNumber } from '../../abi/numbers.ts';
import { lastSignal } from '../../abi/signals.ts';
import { StructReader, StructWriter } from '../../abi/struct.ts';
import { EFAULT, EINVAL, EPERM, ESRCH } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut, readCString, writeWord } from '../../mm/user-access.ts';
import { partial, type SyscallDef } from '../../syscalls/define.ts';
import type { Task } from '../../types.ts';
import { mirrorTask } from '../thread-info.ts';

/** Options. Linux 6.1 include/uapi/linux/prctl.h */
const PR_SET_PDEATHSIG = 1;
const PR_GET_PDEATHSIG = 2;
const PR_GET_DUMPABLE = 3;
const PR_SET_DUMPABLE = 4;
const PR_GET_KEEPCAPS = 7;
const PR_SET_KEEPCAPS = 8;
const PR_SET_NAME = 15;
const PR_GET_NAME = 16;
const PR_GET_SECCOMP = 21;
const PR_CAPBSET_READ = 23;
const PR_SET_TIMERSLACK = 29;
const PR_GET_TIMERSLACK = 30;
const PR_SET_CHILD_SUBREAPER = 36;
const PR_GET_CHILD_SUBREAPER = 37;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_GET_NO_NEW_PRIVS = 39;
/** Highest capability. Linux 6.1: CAP_CHECKPOINT_RESTORE */
const CAP_LAST = 40;
const TIMER_SLACK_NS = 50_000;

function setName(kernel: Kernel, task: Task, address: number): number {
  const name = readCString(kernel, task, address, 16);
  if (name === -EFAULT) return -EFAULT;
  let text = typeof name === 'string' ? name : '';
  if (typeof name === 'number') {
    const bytes = copyIn(kernel, task, address, 15);
    if (bytes === undefined) return -EFAULT;
    text = String.fromCharCode(...bytes);
  }
  task.comm = text.slice(0, 15);
  mirrorTask(kernel, task);
  return 0;
}

function getName(kernel: Kernel, task: Task, address: number): number {
  return copyOut(kernel, task, address, new StructWriter(kernel, 16).text(task.comm).bytes) ? 0 : -EFAULT;
}

function store(kernel: Kernel, task: Task, address: number, value: number): number {
  return writeWord(kernel, task, address, value) ? 0 : -EFAULT;
}

function setDeathSignal(kernel: Kernel, task: Task, signo: number): number {
  if (signo > lastSignal(kernel)) return -EINVAL;
  task.parentDeathSignal = signo;
  return 0;
}

function prctl(kernel: Kernel, task: Task, option: number, second: number, third: number, fourth: number): number {
  switch (option) {
    case PR_SET_PDEATHSIG:
      return setDeathSignal(kernel, task, genericNumber(kernel, 'signal', second));
    case PR_GET_PDEATHSIG:
      return store(kernel, task, second, nativeNumber(kernel, 'signal', task.parentDeathSignal));
    case PR_GET_DUMPABLE:
      return task.mm?.dumpable ?? 0;
    case PR_SET_DUMPABLE:
      if (second > 1) return -EINVAL;
      if (task.mm !== undefined) task.mm.dumpable = second;
      return 0;
    case PR_SET_KEEPCAPS:
      return second > 1 ? -EINVAL : 0;
    case PR_GET_KEEPCAPS:
    case PR_GET_SECCOMP:
    case PR_SET_TIMERSLACK:
      return 0;
    case PR_GET_TIMERSLACK:
      return TIMER_SLACK_NS;
    case PR_SET_NAME:
      return setName(kernel, task, second);
    case PR_GET_NAME:
      return getName(kernel, task, second);
    case PR_CAPBSET_READ:
      return second > CAP_LAST ? -EINVAL : 1;
    case PR_SET_CHILD_SUBREAPER:
      task.group.subreaper = second !== 0;
      return 0;
    case PR_GET_CHILD_SUBREAPER:
      return store(kernel, task, second, task.group.subreaper ? 1 : 0);
    case PR_SET_NO_NEW_PRIVS:
      if (second !== 1 || third !== 0 || fourth !== 0) return -EINVAL;
      task.noNewPrivs = true;
      return 0;
    case PR_GET_NO_NEW_PRIVS:
      return task.noNewPrivs ? 1 : 0;
    default:
      return kernel.abi.prctl?.(kernel, task, option, second, third) ?? -EINVAL;
  }
}

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
  if (words === undefined) {
    writeWord(kernel, task, header, CAP_VERSION_NOW);
    return -EINVAL;
  }
  return { words, pid: reader.i32(4) };
}

/** Root has every capability, others none: there are no others sets. */
function capget(kernel: Kernel, task: Task, header: number, data: number): number {
  const head = capHeader(kernel, task, header);
  if (typeof head === 'number') return head === -EINVAL && data === 0 ? 0 : head;
  if (head.pid < 0) return -EINVAL;
  const target = head.pid === 0 ? task : kernel.state.tasks.get(head.pid);
  if (target === undefined) return -ESRCH;
  if (data === 0) return 0;
  const writer = new StructWriter(kernel, 12 * head.words);
  for (let word = 0; word < head.words; word++) {
    const all = word === 0 ? 0xffff_ffff : 2 ** (CAP_LAST - 31) - 1;
    writer.u32(target.cred.euid === 0 ? all : 0);
    writer.u32(target.cred.uid === 0 || target.cred.suid === 0 || target.cred.euid === 0 ? all : 0).u32(0);
  }
  return copyOut(kernel, task, data, writer.bytes) ? 0 : -EFAULT;
}

function capset(kernel: Kernel, task: Task, header: number, data: number): number {
  const head = capHeader(kernel, task, header);
  if (typeof head === 'number') return head;
  if (head.pid !== 0 && head.pid !== task.tid) return -EPERM;
  const bytes = copyIn(kernel, task, data, 12 * head.words);
  if (bytes === undefined) return -EFAULT;
  // Giving capabilities up is accepted and has no effect; nobody can gain any.
  const wanted = bytes.some((byte, at) => at % 12 < 8 && byte !== 0);
  return wanted && task.cred.euid !== 0 ? -EPERM : 0;
}

export const PRCTL_SYSCALLS: readonly SyscallDef[] = [
  partial(
    'prctl',
    ['int', 'ulong', 'ulong', 'ulong', 'ulong'],
    'names, death signal, subreaper, no-new-privileges; dumpable, keepcaps and timer slack have no effect; else EINVAL',
    prctl,
  ),
  partial('capget', ['ptr', 'ptr'], 'all capabilities for root, none for others', capget),
  partial('capset', ['ptr', 'ptr'], 'accepted where nothing is gained; no effect', capset),
];
