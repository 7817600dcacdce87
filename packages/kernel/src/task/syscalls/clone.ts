/** fork, vfork, clone, clone3. */
import { genericNumber } from '../../abi/numbers.ts';
import { lastSignal } from '../../abi/signals.ts';
import { StructReader } from '../../abi/struct.ts';
import { E2BIG, EFAULT, EINVAL } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn } from '../../mm/user-access.ts';
import { SIGCHLD } from '../../signal/numbers.ts';
import { full, partial, type SyscallDef } from '../../syscalls/define.ts';
import type { Task } from '../../types.ts';
import {
  CLONE_CLEAR_SIGHAND,
  CLONE_DETACHED,
  CLONE_PARENT_SETTID,
  CLONE_PIDFD,
  CLONE_VFORK,
  CLONE_VM,
  CSIGNAL,
} from '../clone-flags.ts';
import { doClone } from '../fork.ts';

const PLAIN = { sp: 0, parentTid: 0, childTid: 0, tls: 0 };

function fork(kernel: Kernel, task: Task): number {
  return doClone(kernel, task, { ...PLAIN, flags: 0, exitSignal: SIGCHLD });
}

function vfork(kernel: Kernel, task: Task): number {
  return doClone(kernel, task, { ...PLAIN, flags: CLONE_VFORK | CLONE_VM, exitSignal: SIGCHLD });
}

/** Argument order of CONFIG_CLONE_BACKWARDS: i386, ARM, MIPS, PowerPC. Linux 6.1 kernel/fork.c: clone */
function clone(
  kernel: Kernel,
  task: Task,
  flags: number,
  sp: number,
  parentTid: number,
  tls: number,
  childTid: number,
): number {
  // The old call has one place for both.
  if (flags & CLONE_PIDFD && flags & (CLONE_DETACHED | CLONE_PARENT_SETTID)) return -EINVAL;
  const args = {
    pidfd: parentTid,
    flags: (flags & ~CSIGNAL) >>> 0,
    exitSignal: genericNumber(kernel, 'signal', flags & CSIGNAL),
    sp,
    parentTid,
    childTid,
    tls,
  };
  return doClone(kernel, task, args);
}

/** struct clone_args, first and present version, in bytes. */
const CLONE_ARGS_MIN = 64;
const CLONE_ARGS_MAX = 4096;

function clone3(kernel: Kernel, task: Task, address: number, size: number): number {
  if (task.restart?.call === 'clone') return doClone(kernel, task, { ...PLAIN, flags: 0, exitSignal: 0 });
  if (size > CLONE_ARGS_MAX) return -E2BIG;
  if (size < CLONE_ARGS_MIN) return -EINVAL;
  const bytes = copyIn(kernel, task, address, size);
  if (bytes === undefined) return -EFAULT;
  if (bytes.subarray(88).some((byte) => byte !== 0)) return -E2BIG;
  const reader = new StructReader(kernel, bytes);
  const word = (index: number): number => (8 * index + 8 <= size ? Number(reader.u64(8 * index)) : 0);
  const flags = word(0);
  const [exitSignal, stack, stackSize] = [genericNumber(kernel, 'signal', word(4)), word(5), word(6)];
  if (flags > 2 * CLONE_CLEAR_SIGHAND - 1 || flags & (CSIGNAL | CLONE_DETACHED) || exitSignal > lastSignal(kernel))
    return -EINVAL;
  if ((stack === 0) !== (stackSize === 0)) return -EINVAL;
  // set_tid needs a privilege nobody has here; cgroups are not there.
  if (word(8) !== 0 || word(9) !== 0 || word(10) !== 0) return -EINVAL;
  if (flags & CLONE_PIDFD && flags & CLONE_PARENT_SETTID && word(1) === word(3)) return -EINVAL;
  const ids = { pidfd: word(1), parentTid: word(3), childTid: word(2), tls: word(7) };
  return doClone(kernel, task, { ...ids, flags, exitSignal, sp: stack + stackSize });
}

const NOTE = 'no name spaces (EPERM)';

export const CLONE_SYSCALLS: readonly SyscallDef[] = [
  full('fork', [], fork),
  full('vfork', [], vfork),
  partial('clone', ['flags', 'ptr', 'ptr', 'ptr', 'ptr'], NOTE, clone),
  partial('clone3', ['ptr', 'size'], NOTE, clone3),
];
