import { StructReader, StructWriter } from '../../abi/struct.ts';
import { BLOCKED, EBADF, EFAULT, EINVAL, ERESTARTNOHAND } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut, readWord } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import { monotonicNs } from '../../time/clock.ts';
import { readTimespec, writeTimeval } from '../../time/timespec.ts';
import type { Task } from '../../types.ts';
import { getDataFile } from '../file-table.ts';
import type { FileQueue } from '../notify.ts';
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLPRI, POLLRDNORM, WRITABLE } from '../poll-events.ts';
import { addQueues, enterWithMask, leaveMask, pollFile, pollRecord, storeLeft, waitUntil } from './poll-wait.ts';

/** The most descriptors select takes here. */
const FD_SETSIZE = 1 << 16;

/** The three sets of select: events that put a descriptor into each. Linux 6.1 fs/select.c: POLLIN_SET, POLLOUT_SET, POLLEX_SET */
const SELECT_EVENTS: readonly number[] = [
  POLLRDNORM | POLLIN | POLLHUP | POLLERR,
  WRITABLE | POLLOUT | POLLERR,
  POLLPRI,
];

/** Linux 6.1 fs/select.c: core_sys_select, do_select */
function selectFds(
  kernel: Kernel,
  task: Task,
  count: number,
  addresses: readonly number[],
  deadline: bigint | undefined,
): number {
  const words = (count + 31) >>> 5;
  const sets: (StructReader | undefined)[] = [];
  for (const address of addresses) {
    const bytes = address === 0 ? undefined : copyIn(kernel, task, address, words * 4);
    if (address !== 0 && bytes === undefined) return -EFAULT;
    sets.push(bytes && new StructReader(kernel, bytes));
  }
  const results = sets.map(() => new Uint32Array(words));
  const queues: FileQueue[] = [];
  let ready = 0;
  for (let fd = 0; fd < count; fd++) {
    const bit = 1 << (fd & 31);
    const wanted = sets.map((set) => set !== undefined && (set.u32((fd >>> 5) * 4) & bit) !== 0);
    if (!wanted.includes(true)) continue;
    const file = getDataFile(task, fd);
    if (file === undefined) return -EBADF;
    const events = pollFile(kernel, file);
    addQueues(kernel, file, queues);
    for (let i = 0; i < 3; i++) {
      if (!wanted[i] || !(events & SELECT_EVENTS[i]!)) continue;
      results[i]![fd >>> 5]! |= bit;
      ready++;
    }
  }
  if (ready === 0) {
    const waiting = waitUntil(kernel, task, queues, deadline, -ERESTARTNOHAND);
    if (waiting !== 0) return waiting;
  }
  return storeSets(kernel, task, addresses, results) ? ready : -EFAULT;
}

function storeSets(kernel: Kernel, task: Task, addresses: readonly number[], results: readonly Uint32Array[]): boolean {
  return addresses.every((address, i) => {
    if (address === 0) return true;
    const out = new StructWriter(kernel, results[i]!.length * 4);
    for (const word of results[i]!) out.u32(word);
    return copyOut(kernel, task, address, out.bytes);
  });
}

/** Descriptors beyond those the process has cannot be in the sets' use. Linux: core_sys_select cuts at max_fds */
function clampCount(task: Task, count: number): number {
  return count < 0 ? -EINVAL : Math.min(count, FD_SETSIZE, Math.max(64, task.files.fds.length));
}

/** Nanoseconds of select's timeval, whose microseconds may exceed a second. */
function readSelectTimeout(kernel: Kernel, task: Task, address: number): bigint | undefined | number {
  if (address === 0) return undefined;
  const bytes = copyIn(kernel, task, address, 8);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const ns = BigInt(reader.i32(0)) * 1_000_000_000n + BigInt(reader.i32(4)) * 1000n;
  return reader.i32(0) < 0 || reader.i32(4) < 0 ? -EINVAL : ns;
}

function newselect(
  kernel: Kernel,
  task: Task,
  count: number,
  readAt: number,
  writeAt: number,
  exceptAt: number,
  timeoutAt: number,
): number {
  const fds = clampCount(task, count);
  if (fds < 0) return fds;
  const timeout = task.restart === undefined ? readSelectTimeout(kernel, task, timeoutAt) : undefined;
  if (typeof timeout === 'number') return timeout;
  const { deadline } = pollRecord(kernel, task, 'select', timeout);
  const result = selectFds(kernel, task, fds, [readAt, writeAt, exceptAt], deadline);
  if (result !== BLOCKED && deadline !== undefined) {
    const left = deadline - monotonicNs(kernel);
    writeTimeval(kernel, task, timeoutAt, left > 0n ? left : 0n);
  }
  return result;
}

/** The old call has its arguments in memory. */
function oldSelect(kernel: Kernel, task: Task, address: number): number {
  const bytes = copyIn(kernel, task, address, 20);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const at = (index: number): number => reader.u32(4 * index);
  return newselect(kernel, task, reader.i32(0), at(1), at(2), at(3), at(4));
}

function pselect6(wide: boolean) {
  const call = wide ? 'pselect6_time64' : 'pselect6';
  return (
    kernel: Kernel,
    task: Task,
    count: number,
    readAt: number,
    writeAt: number,
    exceptAt: number,
    timeoutAt: number,
    maskAt: number,
  ): number => {
    const fds = clampCount(task, count);
    if (fds < 0) return fds;
    const timeout = timeoutAt === 0 ? undefined : readTimespec(kernel, task, timeoutAt, wide);
    if (typeof timeout === 'number') return timeout;
    if (task.restart?.call !== call) {
      const failed = enterWithPair(kernel, task, maskAt);
      if (failed) return failed;
    }
    const { deadline } = pollRecord(kernel, task, call, timeout);
    const result = selectFds(kernel, task, fds, [readAt, writeAt, exceptAt], deadline);
    if (result !== BLOCKED && deadline !== undefined) storeLeft(kernel, task, timeoutAt, deadline, wide);
    return leaveMask(kernel, task, result);
  };
}

/** pselect's sixth argument: address and size of the mask. */
function enterWithPair(kernel: Kernel, task: Task, address: number): number {
  if (address === 0) return 0;
  const mask = readWord(kernel, task, address);
  const size = readWord(kernel, task, address + 4);
  if (mask === undefined || size === undefined) return -EFAULT;
  return enterWithMask(kernel, task, mask, size);
}

/** select(2). */
export const SELECT_SYSCALLS: SyscallDef[] = [
  full('_newselect', ['int', 'ptr', 'ptr', 'ptr', 'ptr'], newselect),
  full('select', ['ptr'], oldSelect),
  full('pselect6', ['int', 'ptr', 'ptr', 'ptr', 'ptr', 'ptr'], pselect6(false)),
  full('pselect6_time64', ['int', 'ptr', 'ptr', 'ptr', 'ptr', 'ptr'], pselect6(true)),
];
