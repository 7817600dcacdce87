/** prctl. */
import { genericNumber, nativeNumber } from '../../abi/numbers.ts';
import { lastSignal } from '../../abi/signals.ts';
import { StructWriter } from '../../abi/struct.ts';
import { EFAULT, EINVAL } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut, readCString, writeWord } from '../../mm/user-access.ts';
import { partial, type SyscallDef } from '../../syscalls/define.ts';
import type { Mm, Task } from '../../types.ts';
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
const PR_GET_TIMING = 13;
const PR_SET_TIMING = 14;
const PR_TASK_PERF_EVENTS_DISABLE = 31;
const PR_TASK_PERF_EVENTS_ENABLE = 32;
const PR_MCE_KILL = 33;
const PR_MCE_KILL_GET = 34;
const PR_GET_TID_ADDRESS = 40;
const PR_SET_THP_DISABLE = 41;
const PR_GET_THP_DISABLE = 42;
/** Linux: PR_MCE_KILL_DEFAULT */
const MCE_KILL_DEFAULT = 2;

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

/** PR_MCE_KILL, which decides what an error of the memory would do to the task. */
function setMceKill(task: Task, what: number, policy: number): number {
  if (what === 0 && policy === 0) task.mceKill = MCE_KILL_DEFAULT;
  else if (what === 1 && policy <= MCE_KILL_DEFAULT) task.mceKill = policy;
  else return -EINVAL;
  return 0;
}

/** What concerns the whole address space: undefined for other options. */
function memoryOption(mm: Mm, option: number, second: number, rest: number): number | undefined {
  switch (option) {
    case PR_GET_DUMPABLE:
      return mm.dumpable;
    case PR_SET_DUMPABLE:
      if (second > 1) return -EINVAL;
      mm.dumpable = second;
      return 0;
    case PR_SET_THP_DISABLE:
      if (rest !== 0) return -EINVAL;
      mm.noHugePages = second !== 0;
      return 0;
    case PR_GET_THP_DISABLE:
      return second !== 0 || rest !== 0 ? -EINVAL : mm.noHugePages ? 1 : 0;
    default:
      return undefined;
  }
}

function prctl(
  kernel: Kernel,
  task: Task,
  option: number,
  second: number,
  third: number,
  fourth: number,
  fifth: number,
): number {
  const known =
    capabilityPrctl(task, option, second, third, fourth) ??
    memoryOption(task.mm!, option, second, third | fourth | fifth);
  if (known !== undefined) return known;
  switch (option) {
    case PR_SET_PDEATHSIG:
      return setDeathSignal(kernel, task, genericNumber(kernel, 'signal', second));
    case PR_GET_PDEATHSIG:
      return store(kernel, task, second, nativeNumber(kernel, 'signal', task.parentDeathSignal));
    case PR_GET_SECCOMP:
    case PR_GET_TIMING:
    case PR_TASK_PERF_EVENTS_DISABLE:
    case PR_TASK_PERF_EVENTS_ENABLE:
      return 0;
    case PR_SET_TIMING:
      return second === 0 ? 0 : -EINVAL;
    case PR_SET_TIMERSLACK:
      task.timerSlack = second | 0 || task.defaultSlack;
      return 0;
    case PR_GET_TIMERSLACK:
      return task.timerSlack;
    case PR_GET_TID_ADDRESS:
      return store(kernel, task, second, task.clearChildTid);
    case PR_MCE_KILL:
      return fourth !== 0 || fifth !== 0 ? -EINVAL : setMceKill(task, second, third);
    case PR_MCE_KILL_GET:
      return second !== 0 || third !== 0 || fourth !== 0 || fifth !== 0 ? -EINVAL : task.mceKill;
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
      if (second !== 1 || third !== 0 || fourth !== 0 || fifth !== 0) return -EINVAL;
      task.noNewPrivs = true;
      return 0;
    case PR_GET_NO_NEW_PRIVS:
      if (second !== 0 || third !== 0 || fourth !== 0 || fifth !== 0) return -EINVAL;
      return task.noNewPrivs ? 1 : 0;
    default:
      return kernel.abi.prctl?.(kernel, task, option, second, third) ?? -EINVAL;
  }
}

export const PRCTL_SYSCALLS: readonly SyscallDef[] = [
  partial(
    'prctl',
    ['int', 'ulong', 'ulong', 'ulong', 'ulong'],
    'no PR_SET_MM and no options of hardware that is not there (EINVAL)',
    prctl,
  ),
  ...CAPABILITY_SYSCALLS,
];
