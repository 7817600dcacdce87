/**
 * A fatal signal leaves a core file: its threads come to the kernel's door and wait there, the one that
 * got the signal writes the file, and all end. Linux 6.1 fs/coredump.c: do_coredump, coredump_wait
 */

import { PAGE_SIZE } from '@kml/core';
import { releaseFile } from '../fs/file.ts';
import { inodeTruncate, inodeWrite } from '../fs/inode-io.ts';
import { isRegular } from '../fs/mode.ts';
import { openFile } from '../fs/open.ts';
import { O_CREAT, O_LARGEFILE, O_NOFOLLOW, O_RDWR } from '../fs/open-flags.ts';
import type { Kernel } from '../kernel.ts';
import { wake } from '../sched/wait.ts';
import { killThread } from '../signal/send.ts';
import { RLIMIT_CORE } from '../task/rlimit-numbers.ts';
import { frameAddress, setState } from '../task/thread-info.ts';
import type { Inode, SigInfo, Task, ThreadGroup } from '../types.ts';
import { type CoreSink, writeCore } from './core-file.ts';
import { coreName } from './core-name.ts';

/** Bit of a wait status: a core file was written. */
export const CORE_DUMPED = 0x80;

/** A limit below this leaves no core at all. Linux: min_coredump */
const LEAST = PAGE_SIZE;

function coreLimit(group: ThreadGroup): number {
  return group.rlimits[RLIMIT_CORE]!.current;
}

/** Begins the dump for a signal, if there is to be one: the process is dying from here on. */
export function beginCoreDump(kernel: Kernel, task: Task, info: SigInfo): boolean {
  const { group, mm } = task;
  if (mm === undefined || mm.dumpable !== 1 || coreLimit(group) < LEAST) return false;
  if (coreName(kernel, task, info) === undefined) return false;
  group.groupExit = info.signo;
  group.core = { tid: task.tid, info, parked: [], queue: { waiters: [] } };
  for (const other of group.tasks) if (other !== task) killThread(kernel, other);
  return true;
}

/**
 * A thread of a process that dumps, at the way back to user code. True: it waits; false: the file is
 * written, and the process ends.
 */
export function atCoreDump(kernel: Kernel, task: Task): boolean {
  const core = task.group.core!;
  if (core.tid !== task.tid) {
    if (!core.parked.includes(task.tid)) core.parked.push(task.tid);
    const dumper = kernel.state.tasks.get(core.tid);
    if (dumper !== undefined) wake(kernel, core.queue);
    sleep(kernel, task);
    return true;
  }
  const waiting = task.group.tasks.some(
    (other) => other !== task && other.state !== 'zombie' && !core.parked.includes(other.tid),
  );
  if (waiting) {
    core.queue.waiters.push(task.tid);
    sleep(kernel, task);
    return true;
  }
  task.group.core = undefined;
  if (dump(kernel, task, core.info)) task.group.groupExit! |= CORE_DUMPED;
  return false;
}

/** A thread that ends otherwise is not waited for. */
export function leavesCoreDump(kernel: Kernel, task: Task): void {
  const { core } = task.group;
  if (core !== undefined) wake(kernel, core.queue);
}

function sleep(kernel: Kernel, task: Task): void {
  const { core } = task.group;
  const queues = core?.tid === task.tid ? [core.queue] : [];
  task.wait = { queues, deadline: undefined, interruptible: false };
  setState(kernel, task, 'sleeping');
}

/** Whether a file was written. */
function dump(kernel: Kernel, task: Task, info: SigInfo): boolean {
  const name = coreName(kernel, task, info);
  if (name === undefined) return false;
  const file = openFile(kernel, task, name, O_CREAT | O_RDWR | O_NOFOLLOW | O_LARGEFILE, 0o600);
  if (typeof file === 'number') {
    kernel.host.log.info({ pid: task.group.pid, name, errno: -file }, 'core file could not be made');
    return false;
  }
  const { inode } = file;
  const mine = isRegular(inode.mode) && inode.nlink === 1 && inode.uid === task.cred.fsuid;
  const written = mine && (inode.mode & 0o677) === 0o600 && inodeTruncate(kernel, inode, 0) === 0;
  if (written) {
    for (const thread of task.group.tasks) {
      if (thread.stackSlot >= 0) kernel.abi.debug.leaveDirectCall?.(kernel, thread, frameAddress(kernel, thread));
    }
    const sink = sinkOf(kernel, inode, coreLimit(task.group));
    writeCore(kernel, task, task.mm!, info, sink);
    sink.finish();
  }
  releaseFile(kernel, file);
  return written;
}

/** What is passed over is a hole; it does not count for the limit. */
function sinkOf(kernel: Kernel, inode: Inode, limit: number): CoreSink & { finish(): void } {
  let at = 0;
  let written = 0;
  return {
    write(bytes) {
      if (written + bytes.length > limit) return false;
      if (inodeWrite(kernel, inode, at, bytes) !== bytes.length) return false;
      at += bytes.length;
      written += bytes.length;
      return true;
    },
    skip(bytes) {
      at += bytes;
    },
    // A file that ends with a hole.
    finish() {
      if (inode.size < at) inodeTruncate(kernel, inode, at);
    },
  };
}
