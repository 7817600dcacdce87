/** Rows of System V IPC: calls of their own, and ipc(2), which is all of them. Linux 6.1 ipc/syscall.c */
import { EFAULT, EINVAL, ENOSYS } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { readWord, writeWord } from '../../mm/user-access.ts';
import { full, partial, type SyscallDef } from '../../syscalls/define.ts';
import type { Task } from '../../types.ts';
import { IPC_INFO, IPC_SET, IPC_STAT } from './ids.ts';
import { msgget, msgrcv, msgsnd } from './msg.ts';
import { msgctl } from './msg-control.ts';
import { semget, semtimedop } from './sem.ts';
import { semctl } from './sem-control.ts';
import { shmat, shmdt, shmget } from './shm.ts';
import { shmctl } from './shm-control.ts';

/** In a command: the structures are those with 32-bit ids and 64-bit times. */
const IPC_64 = 0x100;

type Control = (kernel: Kernel, task: Task, id: number, command: number, address: number) => number;

/** Whether a command without IPC_64 needs one of the structures that were before it. */
function isOld(command: number): boolean {
  return command === IPC_SET || command === IPC_STAT || command === IPC_INFO || command > 17;
}

/** The command without its version, or -EINVAL. Linux: ipc_parse_version */
function parsed(command: number, old = isOld(command)): number {
  return command & IPC_64 ? command & ~IPC_64 : old ? -EINVAL : command;
}

function versionedSemctl(kernel: Kernel, task: Task, id: number, num: number, command: number, arg: number): number {
  const plain = parsed(command);
  return plain < 0 ? plain : semctl(kernel, task, id, num, plain, arg);
}

/** msgctl and shmctl where the command has a version. Only IPC_RMID, SHM_LOCK and SHM_UNLOCK do without a structure. */
function versioned(control: Control, plainCommands: readonly number[]): Control {
  return (kernel, task, id, command, address) => {
    const plain = parsed(command, !plainCommands.includes(command));
    return plain < 0 ? plain : control(kernel, task, id, plain, address);
  };
}

const versionedMsgctl = versioned(msgctl, [0]);
const versionedShmctl = versioned(shmctl, [0, 11, 12]);

const SEMOP = 1;
const SEMGET = 2;
const SEMCTL = 3;
const SEMTIMEDOP = 4;
const MSGSND = 11;
const MSGRCV = 12;
const MSGGET = 13;
const MSGCTL = 14;
const SHMAT = 21;
const SHMDT = 22;
const SHMGET = 23;
const SHMCTL = 24;

function ipc(
  kernel: Kernel,
  task: Task,
  call: number,
  first: number,
  second: number,
  third: number,
  pointer: number,
  fifth: number,
): number {
  const version = call >>> 16;
  switch (call & 0xffff) {
    case SEMOP:
      return semtimedop(kernel, task, first, pointer, second >>> 0, 0, false);
    case SEMTIMEDOP:
      return semtimedop(kernel, task, first, pointer, second >>> 0, fifth, false);
    case SEMGET:
      return semget(kernel, task, first, second, third | 0);
    case SEMCTL: {
      const arg = pointer === 0 ? -EINVAL : readWord(kernel, task, pointer);
      if (pointer === 0) return -EINVAL;
      return arg === undefined ? -EFAULT : versionedSemctl(kernel, task, first, second, third | 0, arg >>> 0);
    }
    case MSGSND:
      return msgsnd(kernel, task, first, pointer, second >>> 0, third | 0);
    case MSGRCV:
      return version === 0
        ? oldMsgrcv(kernel, task, first, second, third, pointer)
        : msgrcv(kernel, task, first, pointer, second >>> 0, fifth | 0, third | 0);
    case MSGGET:
      return msgget(kernel, task, first, second);
    case MSGCTL:
      return versionedMsgctl(kernel, task, first, second, pointer);
    case SHMAT:
      return version === 1 ? -EINVAL : shmatTo(kernel, task, first, second, third, pointer);
    case SHMDT:
      return shmdt(kernel, task, pointer);
    case SHMGET:
      return shmget(kernel, task, first, second >>> 0, third | 0);
    case SHMCTL:
      return versionedShmctl(kernel, task, first, second, pointer);
    default:
      return -ENOSYS;
  }
}

/** Version 0 of msgrcv: buffer and type in a structure (struct ipc_kludge). */
function oldMsgrcv(kernel: Kernel, task: Task, id: number, size: number, flags: number, pointer: number): number {
  if (pointer === 0) return -EINVAL;
  const buffer = readWord(kernel, task, pointer);
  const type = readWord(kernel, task, pointer + 4);
  if (buffer === undefined || type === undefined) return -EFAULT;
  return msgrcv(kernel, task, id, buffer >>> 0, size >>> 0, type, flags | 0);
}

/** shmat whose address goes to memory. */
function shmatTo(kernel: Kernel, task: Task, id: number, flags: number, result: number, address: number): number {
  const at = shmat(kernel, task, id, address, flags);
  if (at < 0) return at;
  return writeWord(kernel, task, result, at) ? 0 : -EFAULT;
}

const OLD_NOTE = 'structures of before IPC_64 (Linux 2.2) give EINVAL';
const CONTROL = ['int', 'int', 'ptr'] as const;
const SEMCTL_ARGS = ['int', 'int', 'int', 'ulong'] as const;

/** Rows of an ABI whose semctl, msgctl and shmctl carry a version in their commands (ARM); to be put among its private calls. */
export const VERSIONED_IPC_CONTROLS: readonly SyscallDef[] = [
  partial('semctl', SEMCTL_ARGS, OLD_NOTE, versionedSemctl),
  partial('msgctl', CONTROL, OLD_NOTE, versionedMsgctl),
  partial('shmctl', CONTROL, OLD_NOTE, versionedShmctl),
];

export const SYSV_SYSCALLS: readonly SyscallDef[] = [
  full('semget', ['int', 'int', 'int'], semget),
  full('semctl', SEMCTL_ARGS, semctl),
  full('semop', ['int', 'ptr', 'uint'], (kernel, task, id, ops, count) =>
    semtimedop(kernel, task, id!, ops!, count!, 0, false),
  ),
  full('semtimedop', ['int', 'ptr', 'uint', 'ptr'], (kernel, task, id, ops, count, timeout) =>
    semtimedop(kernel, task, id!, ops!, count!, timeout!, false),
  ),
  full('semtimedop_time64', ['int', 'ptr', 'uint', 'ptr'], (kernel, task, id, ops, count, timeout) =>
    semtimedop(kernel, task, id!, ops!, count!, timeout!, true),
  ),
  full('msgget', ['int', 'int'], msgget),
  full('msgctl', CONTROL, msgctl),
  full('msgsnd', ['int', 'ptr', 'size', 'int'], msgsnd),
  full('msgrcv', ['int', 'ptr', 'size', 'long', 'int'], msgrcv),
  full('shmget', ['int', 'size', 'int'], shmget),
  full('shmctl', CONTROL, shmctl),
  full('shmat', ['int', 'ptr', 'int'], shmat),
  full('shmdt', ['ptr'], shmdt),
  partial('ipc', ['uint', 'int', 'int', 'ulong', 'ptr', 'ulong'], OLD_NOTE, ipc),
];
