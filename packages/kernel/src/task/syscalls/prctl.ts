/** prctl. */
import { genericNumber, nativeNumber } from '../../abi/numbers.ts';
import { lastSignal } from '../../abi/signals.ts';
import { StructWriter } from '../../abi/struct.ts';
import { EFAULT, EINVAL } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut, readCString, writeWord } from '../../mm/user-access.ts';
import { partial, type SyscallDef } from '../../syscalls/define.ts';
import type { Task } from '../../types.ts';
import { mirrorTask } from '../thread-info.ts';
import { CAPABILITY_SYSCALLS, capabilityPrctl } from './capabilities.ts';

/** Options. Linux 6.1 include/uapi/linux/prctl.h */
const PR_SET_PDEATHSIG = 1;
const PR_GET_PDEATHSIG = 2;
const PR_GET_DUMPABLE = 3;
const PR_SET_DUMPABLE = 4;
const PR_SET_NAME = 15;
const PR_GET_NAME = 16;
const PR_GET_SECCOMP = 21;
const PR_SET_TIMERSLACK = 29;
const PR_GET_TIMERSLACK = 30;
const PR_SET_CHILD_SUBREAPER = 36;
const PR_GET_CHILD_SUBREAPER = 37;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_GET_NO_NEW_PRIVS = 39;
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
  const capability = capabilityPrctl(task, option, second, third, fourth);
  if (capability !== undefined) return capability;
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
    case PR_GET_SECCOMP:
    case PR_SET_TIMERSLACK:
      return 0;
    case PR_GET_TIMERSLACK:
      return TIMER_SLACK_NS;
    case PR_SET_NAME:
      return setName(kernel, task, second);
    case PR_GET_NAME:
      return getName(kernel, task, second);
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

export const PRCTL_SYSCALLS: readonly SyscallDef[] = [
  partial(
    'prctl',
    ['int', 'ulong', 'ulong', 'ulong', 'ulong'],
    'names, death signal, subreaper, no-new-privileges; capabilities; timer slack has no effect; else EINVAL',
    prctl,
  ),
  ...CAPABILITY_SYSCALLS,
];
