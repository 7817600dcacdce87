/** Registers of a tracee. Linux 6.1 kernel/ptrace.c: ptrace_regset; include/linux/regset.h: copy_regset_to_user */
import type { RegisterSet } from '../debug-abi.ts';
import { EFAULT, EINVAL, EIO, ENODEV } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { copyIn, copyOut, readWord, writeWord } from '../mm/user-access.ts';
import type { Task } from '../types.ts';

function findSet(kernel: Kernel, type: number): RegisterSet | undefined {
  return kernel.abi.debug.registerSets.find((set) => set.type === type);
}

/** PTRACE_GETREGSET, PTRACE_SETREGSET: `vector` is a struct iovec, whose length becomes what was copied. */
export function transferRegset(
  kernel: Kernel,
  tracer: Task,
  task: Task,
  type: number,
  vector: number,
  writes: boolean,
): number {
  const base = readWord(kernel, tracer, vector);
  const room = readWord(kernel, tracer, vector + 4);
  if (base === undefined || room === undefined) return -EFAULT;
  const set = findSet(kernel, type);
  if (set === undefined || (room >>> 0) % set.unit !== 0) return -EINVAL;
  const length = Math.min(room >>> 0, set.bytes);
  const result = writes
    ? writeSet(kernel, tracer, task, set, base, length)
    : readSet(kernel, tracer, task, set, base, length);
  if (result < 0) return result;
  return writeWord(kernel, tracer, vector + 4, length) ? 0 : -EFAULT;
}

/** Copies (the beginning of) a register set to the tracer's memory. */
export function readSet(
  kernel: Kernel,
  tracer: Task,
  task: Task,
  set: RegisterSet,
  address: number,
  length: number,
): number {
  const bytes = set.read(kernel, task);
  if (bytes === undefined) return -ENODEV;
  return copyOut(kernel, tracer, address, bytes.subarray(0, length)) ? 0 : -EFAULT;
}

/** Changes (the beginning of) a register set. */
export function writeSet(
  kernel: Kernel,
  tracer: Task,
  task: Task,
  set: RegisterSet,
  address: number,
  length: number,
): number {
  const bytes = set.read(kernel, task);
  if (bytes === undefined) return -ENODEV;
  const given = copyIn(kernel, tracer, address, length);
  if (given === undefined) return -EFAULT;
  bytes.set(given);
  return set.write(kernel, task, bytes) ? 0 : -EIO;
}

/**
 * The requests of an ABI that copy a whole set (PTRACE_GETREGS, …): rows of request, set and direction.
 * undefined: none of them.
 */
export function wholeSetRequest(
  kernel: Kernel,
  tracer: Task,
  task: Task,
  rows: ReadonlyMap<number, readonly [set: RegisterSet, writes: boolean]>,
  request: number,
  data: number,
): number | undefined {
  const row = rows.get(request);
  if (row === undefined) return undefined;
  const [set, writes] = row;
  const transfer = writes ? writeSet : readSet;
  return transfer(kernel, tracer, task, set, data, set.bytes);
}
