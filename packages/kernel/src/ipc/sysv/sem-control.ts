/** semctl(2). Linux 6.1 ipc/sem.c: ksys_semctl */
import { StructReader, StructWriter } from '../../abi/struct.ts';
import { EACCES, EFAULT, EIDRM, EINVAL, ERANGE } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn } from '../../mm/user-access.ts';
import type { Task } from '../../types.ts';
import {
  IPC_INFO,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  ipcAt,
  ipcFind,
  ipcHighest,
  ipcOwner,
  ipcPermits,
  ipcRemove,
  MAY_READ_IPC,
  MAY_WRITE_IPC,
  seconds,
} from './ids.ts';
import { semaphoreCount } from './sem.ts';
import { finishWaiter, reviewWaiters } from './sem-waiters.ts';
import { type SemArray, sysvState } from './state.ts';
import { give, permWriter, putTime, readPerm, sysvLayout, updatePerm } from './structs.ts';

const GETPID = 11;
const GETVAL = 12;
const GETALL = 13;
const GETNCNT = 14;
const GETZCNT = 15;
const SETVAL = 16;
const SETALL = 17;
const SEM_STAT = 18;
const SEM_INFO = 19;
const SEM_STAT_ANY = 20;

const SEMVMX = 32_767;
const SEMAEM = 32_767;
/** sizeof(struct sem_undo) as IPC_INFO has always told it. Linux: SEMUSZ */
const SEMUSZ = 20;

export function semctl(kernel: Kernel, task: Task, id: number, num: number, command: number, arg: number): number {
  if (id < 0) return -EINVAL;
  switch (command) {
    case IPC_INFO:
    case SEM_INFO:
      return info(kernel, task, command === SEM_INFO, arg);
    case IPC_STAT:
    case SEM_STAT:
    case SEM_STAT_ANY:
      return status(kernel, task, id, command, arg);
    case GETALL:
    case GETVAL:
    case GETPID:
    case GETNCNT:
    case GETZCNT:
    case SETALL:
    case SETVAL:
      return values(kernel, task, id, num, command, arg);
    case IPC_SET:
    case IPC_RMID:
      return change(kernel, task, id, command, arg);
    default:
      return -EINVAL;
  }
}

/** struct seminfo: semmap, semmni, semmns, semmnu, semmsl, semopm, semume, semusz, semvmx, semaem. */
function info(kernel: Kernel, task: Task, used: boolean, address: number): number {
  const { sem, limits } = sysvState(kernel);
  const { semmni, semmns, semmsl, semopm } = limits;
  const out = new StructWriter(kernel, 40).u32(semmns).u32(semmni).u32(semmns).u32(semmns).u32(semmsl).u32(semopm);
  out.u32(semopm).u32(used ? sem.objects.size : SEMUSZ);
  out.u32(SEMVMX).u32(used ? semaphoreCount(kernel) : SEMAEM);
  return give(kernel, task, address, out, ipcHighest(sem));
}

/** struct semid64_ds of an id, or of an index. */
function status(kernel: Kernel, task: Task, id: number, command: number, address: number): number {
  const { sem } = sysvState(kernel);
  const array = command === IPC_STAT ? ipcFind(sem, id) : ipcAt(sem, id);
  if (typeof array === 'number') return array;
  if (command !== SEM_STAT_ANY && !ipcPermits(task, array, MAY_READ_IPC)) return -EACCES;
  const layout = sysvLayout(kernel).sem;
  const out = permWriter(kernel, array, layout.bytes);
  putTime(out, layout.otime, array.otime);
  putTime(out, layout.ctime, array.ctime);
  out.at(layout.nsems).u32(array.sems.length);
  return give(kernel, task, address, out, command === IPC_STAT ? 0 : array.id);
}

/** What needs an array and looks at or sets values. Linux: semctl_main, semctl_setval */
function values(kernel: Kernel, task: Task, id: number, num: number, command: number, arg: number): number {
  const value = arg | 0;
  if (command === SETVAL && (value < 0 || value > SEMVMX)) return -ERANGE;
  const array = ipcFind(sysvState(kernel).sem, id);
  if (typeof array === 'number') return array;
  // SETVAL looks at the number first.
  if (command === SETVAL && (num < 0 || num >= array.sems.length)) return -EINVAL;
  const sets = command === SETVAL || command === SETALL;
  if (!ipcPermits(task, array, sets ? MAY_WRITE_IPC : MAY_READ_IPC)) return -EACCES;
  if (command === GETALL) return getAll(kernel, task, array, arg);
  if (command === SETALL) return setAll(kernel, task, array, arg);
  const sem = array.sems[num];
  if (num < 0 || sem === undefined) return -EINVAL;
  switch (command) {
    case GETVAL:
      return sem.value;
    case GETPID:
      return sem.pid;
    case GETNCNT:
      return waiting(kernel, array, num, false);
    case GETZCNT:
      return waiting(kernel, array, num, true);
    default:
      setValues(kernel, task, array, new Map([[num, value]]));
      return 0;
  }
}

function getAll(kernel: Kernel, task: Task, array: SemArray, address: number): number {
  const out = new StructWriter(kernel, array.sems.length * 2);
  for (const { value } of array.sems) out.u16(value);
  return give(kernel, task, address, out, 0);
}

function setAll(kernel: Kernel, task: Task, array: SemArray, address: number): number {
  const count = array.sems.length;
  const bytes = copyIn(kernel, task, address, count * 2);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const changes = new Map(Array.from({ length: count }, (_, num) => [num, reader.u16(num * 2)]));
  for (const value of changes.values()) if (value > SEMVMX) return -ERANGE;
  setValues(kernel, task, array, changes);
  return 0;
}

/** Sets values; what processes owe those semaphores is forgotten. */
function setValues(kernel: Kernel, task: Task, array: SemArray, changes: ReadonlyMap<number, number>): void {
  for (const [num, value] of changes) {
    array.sems[num] = { value, pid: task.group.pid };
    for (const { adjust } of array.undos) adjust[num] = 0;
  }
  array.ctime = seconds(kernel);
  reviewWaiters(kernel, array);
}

/** Tasks that wait for the semaphore to grow, or to become zero. Linux: count_semcnt */
function waiting(kernel: Kernel, array: SemArray, num: number, forZero: boolean): number {
  return array.waiters.filter((waiter) => {
    if (kernel.state.tasks.get(waiter.tid)?.restart !== waiter) return false;
    const op = waiter.ops[waiter.blocking]!;
    return op.num === num && (op.op === 0) === forZero;
  }).length;
}

/** IPC_SET, IPC_RMID. Linux: semctl_down */
function change(kernel: Kernel, task: Task, id: number, command: number, address: number): number {
  const { sem } = sysvState(kernel);
  const layout = sysvLayout(kernel).sem;
  const perm = command === IPC_SET ? readPerm(kernel, task, address, layout.bytes) : undefined;
  if (command === IPC_SET && perm === undefined) return -EFAULT;
  const array = ipcFind(sem, id);
  if (typeof array === 'number') return array;
  const refused = ipcOwner(task, array);
  if (refused !== 0) return refused;
  if (perm !== undefined) {
    updatePerm(array, perm);
    array.ctime = seconds(kernel);
  } else {
    ipcRemove(sem, array);
    for (const waiter of [...array.waiters]) finishWaiter(kernel, waiter, -EIDRM);
  }
  return 0;
}
