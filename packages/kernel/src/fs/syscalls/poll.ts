import { StructReader, StructWriter } from '../../abi/struct.ts';
import { BLOCKED, EBADF, EFAULT, EINVAL, ERESTART_RESTARTBLOCK, ERESTARTNOHAND } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut, readWord } from '../../mm/user-access.ts';
import { blockOn } from '../../sched/wait.ts';
import { setSigMask } from '../../signal/pending.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import { registerRestart } from '../../syscalls/restart.ts';
import { RLIMIT_NOFILE } from '../../task/rlimit-numbers.ts';
import { monotonicNs } from '../../time/clock.ts';
import { readTimespec, writeTimespec, writeTimeval } from '../../time/timespec.ts';
import type { OpenFile, RestartRecord, Task } from '../../types.ts';
import { fileOps } from '../file-ops.ts';
import { getDataFile } from '../file-table.ts';
import type { FileQueue } from '../notify.ts';
import {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  POLLPRI,
  POLLRDNORM,
  READABLE,
  WRITABLE,
} from '../poll-events.ts';

/** Events of a file that hold now. */
export function pollFile(kernel: Kernel, file: OpenFile): number {
  const { poll } = fileOps(file);
  return poll === undefined ? READABLE | WRITABLE : poll(kernel, file);
}

function addQueues(kernel: Kernel, file: OpenFile, queues: FileQueue[]): void {
  const own = fileOps(file).queues?.(kernel, file);
  if (own !== undefined) for (const queue of own) if (!queues.includes(queue)) queues.push(queue);
}

/** What a waiting poll or select keeps: when it ends. Deadlines are absolute, so that re-execution does not begin anew. */
interface PollRecord extends RestartRecord {
  deadline: bigint | undefined;
}

/** The record of this call, made at its first entry. `timeout` in nanoseconds; undefined: for ever. */
export function pollRecord(kernel: Kernel, task: Task, call: string, timeout: bigint | undefined): PollRecord {
  if (task.restart?.call !== call) {
    const deadline = timeout === undefined ? undefined : monotonicNs(kernel) + timeout;
    task.restart = { call, deadline };
  }
  return task.restart as PollRecord;
}

/** Nothing is ready: waits on the queues until the deadline; 0 when it has passed. */
export function waitUntil(
  kernel: Kernel,
  task: Task,
  queues: readonly FileQueue[],
  deadline: bigint | undefined,
  onSignal: number,
): number {
  if (deadline !== undefined && monotonicNs(kernel) >= deadline) return 0;
  return blockOn(kernel, task, queues, { deadline, onSignal });
}

/** Sets a call's own signal mask at its first entry. 0 or -errno. Linux 6.1 kernel/signal.c: set_user_sigmask */
export function enterWithMask(kernel: Kernel, task: Task, address: number, size: number): number {
  if (address === 0) return 0;
  if (size !== 8) return -EINVAL;
  const bytes = copyIn(kernel, task, address, 8);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const mask = BigInt(reader.u32(0)) | (BigInt(reader.u32(4)) << 32n);
  task.savedSigMask = task.sigMask;
  setSigMask(kernel, task, mask);
  return 0;
}

/** Puts the old mask back, unless a signal is to be delivered under the new one first. */
export function leaveMask(kernel: Kernel, task: Task, result: number): number {
  if (result === BLOCKED || result === -ERESTARTNOHAND || task.savedSigMask === undefined) return result;
  const mask = task.savedSigMask;
  task.savedSigMask = undefined;
  setSigMask(kernel, task, mask);
  return result;
}

const POLLFD_BYTES = 8;

/** Looks at every pollfd once and stores what it finds: how many are ready, or -errno. */
function scanPollfds(kernel: Kernel, task: Task, address: number, count: number, queues: FileQueue[]): number {
  const bytes = copyIn(kernel, task, address, count * POLLFD_BYTES);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const out = new StructWriter(kernel, bytes.length);
  out.bytes.set(bytes);
  let ready = 0;
  for (let i = 0; i < count; i++) {
    const fd = reader.i32(i * POLLFD_BYTES);
    const wanted = reader.u16(i * POLLFD_BYTES + 4) | POLLERR | POLLHUP;
    let events = 0;
    if (fd >= 0) {
      const file = getDataFile(task, fd);
      if (file === undefined) events = POLLNVAL;
      else {
        events = pollFile(kernel, file) & wanted;
        addQueues(kernel, file, queues);
      }
    }
    if (events !== 0) ready++;
    out.at(i * POLLFD_BYTES + 6).u16(events);
  }
  return copyOut(kernel, task, address, out.bytes) ? ready : -EFAULT;
}

/** Linux 6.1 fs/select.c: do_sys_poll */
function pollFds(
  kernel: Kernel,
  task: Task,
  address: number,
  count: number,
  deadline: bigint | undefined,
  onSignal: number,
): number {
  if (count > (task.group.rlimits[RLIMIT_NOFILE]?.current ?? 1024)) return -EINVAL;
  const queues: FileQueue[] = [];
  const ready = scanPollfds(kernel, task, address, count, queues);
  return ready !== 0 ? ready : waitUntil(kernel, task, queues, deadline, onSignal);
}

function poll(kernel: Kernel, task: Task, address: number, count: number, milliseconds: number): number {
  const timeout = milliseconds < 0 ? undefined : BigInt(milliseconds) * 1_000_000n;
  const record = pollRecord(kernel, task, 'poll', timeout);
  record.address = address;
  record.count = count;
  return pollFds(kernel, task, address, count, record.deadline, -ERESTART_RESTARTBLOCK);
}

registerRestart('poll', (kernel, task, record) =>
  pollFds(
    kernel,
    task,
    record.address as number,
    record.count as number,
    record.deadline as bigint | undefined,
    -ERESTART_RESTARTBLOCK,
  ),
);

/** ppoll stores what is left of its time in the caller's timespec. */
function ppoll(wide: boolean) {
  const call = wide ? 'ppoll_time64' : 'ppoll';
  return (
    kernel: Kernel,
    task: Task,
    address: number,
    count: number,
    timeoutAt: number,
    mask: number,
    size: number,
  ): number => {
    const timeout = timeoutAt === 0 ? undefined : readTimespec(kernel, task, timeoutAt, wide);
    if (typeof timeout === 'number') return timeout;
    if (task.restart?.call !== call) {
      const failed = enterWithMask(kernel, task, mask, size);
      if (failed) return failed;
    }
    const { deadline } = pollRecord(kernel, task, call, timeout);
    const result = pollFds(kernel, task, address, count, deadline, -ERESTARTNOHAND);
    if (result !== BLOCKED && deadline !== undefined) storeLeft(kernel, task, timeoutAt, deadline, wide);
    return leaveMask(kernel, task, result);
  };
}

function storeLeft(kernel: Kernel, task: Task, address: number, deadline: bigint, wide: boolean): void {
  const left = deadline - monotonicNs(kernel);
  writeTimespec(kernel, task, address, left > 0n ? left : 0n, wide);
}

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

/** poll(2), select(2). */
export const POLL_SYSCALLS: SyscallDef[] = [
  full('poll', ['ptr', 'uint', 'int'], poll),
  full('ppoll', ['ptr', 'uint', 'ptr', 'ptr', 'size'], ppoll(false)),
  full('ppoll_time64', ['ptr', 'uint', 'ptr', 'ptr', 'size'], ppoll(true)),
  full('_newselect', ['int', 'ptr', 'ptr', 'ptr', 'ptr'], newselect),
  full('select', ['ptr'], oldSelect),
  full('pselect6', ['int', 'ptr', 'ptr', 'ptr', 'ptr', 'ptr'], pselect6(false)),
  full('pselect6_time64', ['int', 'ptr', 'ptr', 'ptr', 'ptr', 'ptr'], pselect6(true)),
];
