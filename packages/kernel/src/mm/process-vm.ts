/** process_vm_readv, process_vm_writev: copying between the memory of two processes. Linux 6.1 mm/process_vm_access.c */
import { PAGE_MASK, PAGE_SIZE } from '@kml/core';
import { EFAULT, EINVAL, EPERM, ESRCH } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { mayAccess } from '../ptrace/access.ts';
import type { Task } from '../types.ts';
import { copyIn, copyOut, readWord } from './user-access.ts';

/** UIO_MAXIOV */
const MAX_VECTORS = 1024;

interface Piece {
  address: number;
  length: number;
}

/** A struct iovec array, or -errno. */
export function readVectors(kernel: Kernel, task: Task, address: number, count: number): Piece[] | number {
  if (count > MAX_VECTORS) return -EINVAL;
  const pieces: Piece[] = [];
  for (let i = 0; i < count; i++) {
    const base = readWord(kernel, task, address + 8 * i);
    const length = readWord(kernel, task, address + 8 * i + 4);
    if (base === undefined || length === undefined) return -EFAULT;
    if (length < 0) return -EINVAL;
    pieces.push({ address: base >>> 0, length });
  }
  return pieces;
}

/** Bytes copied, or -errno where none could be. `writes`: into the other process. */
function processVm(
  kernel: Kernel,
  task: Task,
  pid: number,
  local: number,
  localCount: number,
  remote: number,
  remoteCount: number,
  flags: number,
  writes: boolean,
): number {
  if (flags !== 0) return -EINVAL;
  const own = readVectors(kernel, task, local, localCount);
  if (typeof own === 'number') return own;
  const others = readVectors(kernel, task, remote, remoteCount);
  if (typeof others === 'number') return others;
  if (!own.some(({ length }) => length > 0) || !others.some(({ length }) => length > 0)) return 0;
  const target = kernel.state.tasks.get(pid);
  if (target === undefined) return -ESRCH;
  if (!mayAccess(task, target)) return -EPERM;
  if (target.mm === undefined) return -ESRCH;
  const total = copyPieces(
    kernel,
    writes ? task : target,
    writes ? own : others,
    writes ? target : task,
    writes ? others : own,
  );
  return total === 0 ? -EFAULT : total;
}

/** Copies until either side is used up or cannot be reached, a piece within a page on both sides at a time. */
function copyPieces(
  kernel: Kernel,
  from: Task,
  sources: readonly Piece[],
  to: Task,
  targets: readonly Piece[],
): number {
  let [total, source, sourceAt, target, targetAt] = [0, 0, 0, 0, 0];
  while (source < sources.length && target < targets.length) {
    const { address: fromBase, length: fromLength } = sources[source]!;
    const { address: toBase, length: toLength } = targets[target]!;
    const [fromAddress, toAddress] = [fromBase + sourceAt, toBase + targetAt];
    const within = PAGE_SIZE - Math.max(fromAddress & PAGE_MASK, toAddress & PAGE_MASK);
    const length = Math.min(fromLength - sourceAt, toLength - targetAt, within);
    // Kernel memory is nobody's, of a kernel-mode process neither.
    if (Math.max(fromAddress, toAddress) + length > kernel.abi.taskSize) break;
    if (length > 0) {
      const bytes = copyIn(kernel, from, fromAddress, length);
      if (bytes === undefined || !copyOut(kernel, to, toAddress, bytes)) break;
    }
    total += length;
    sourceAt += length;
    targetAt += length;
    if (sourceAt === fromLength) [source, sourceAt] = [source + 1, 0];
    if (targetAt === toLength) [target, targetAt] = [target + 1, 0];
  }
  return total;
}

export function processVmReadv(
  kernel: Kernel,
  task: Task,
  pid: number,
  local: number,
  localCount: number,
  remote: number,
  remoteCount: number,
  flags: number,
): number {
  return processVm(kernel, task, pid, local, localCount, remote, remoteCount, flags, false);
}

export function processVmWritev(
  kernel: Kernel,
  task: Task,
  pid: number,
  local: number,
  localCount: number,
  remote: number,
  remoteCount: number,
  flags: number,
): number {
  return processVm(kernel, task, pid, local, localCount, remote, remoteCount, flags, true);
}
