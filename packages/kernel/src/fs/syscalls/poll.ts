import { genericNumber, nativeNumber } from '../../abi/numbers.ts';
import { StructReader, StructWriter } from '../../abi/struct.ts';
import { BLOCKED, EFAULT, EINVAL, ERESTART_RESTARTBLOCK, ERESTARTNOHAND } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import { registerRestart } from '../../syscalls/restart.ts';
import { RLIMIT_NOFILE } from '../../task/rlimit-numbers.ts';
import { readTimespec } from '../../time/timespec.ts';
import type { Task } from '../../types.ts';
import { getDataFile } from '../file-table.ts';
import type { FileQueue } from '../notify.ts';
import { POLLERR, POLLHUP, POLLNVAL } from '../poll-events.ts';
import { addQueues, enterWithMask, leaveMask, pollFile, pollRecord, storeLeft, waitUntil } from './poll-wait.ts';

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
    const wanted = genericNumber(kernel, 'poll', reader.u16(i * POLLFD_BYTES + 4)) | POLLERR | POLLHUP;
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
    out.at(i * POLLFD_BYTES + 6).u16(nativeNumber(kernel, 'poll', events));
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

/** poll(2). */
export const POLL_SYSCALLS: SyscallDef[] = [
  full('poll', ['ptr', 'uint', 'int'], poll),
  full('ppoll', ['ptr', 'uint', 'ptr', 'ptr', 'size'], ppoll(false)),
  full('ppoll_time64', ['ptr', 'uint', 'ptr', 'ptr', 'size'], ppoll(true)),
];
