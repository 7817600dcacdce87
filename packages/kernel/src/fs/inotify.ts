import { StructWriter } from '../abi/struct.ts';
import { EAGAIN, EEXIST, EINVAL, ENOTTY } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { blockOn } from '../sched/wait.ts';
import type { Inode, OpenFile } from '../types.ts';
import { newAnonymousFile } from './anonymous-file.ts';
import type { FileOps } from './file-ops.ts';
import { fsState } from './fs-state.ts';
import {
  IN_ALL_EVENTS,
  IN_DELETE_SELF,
  IN_EXCL_UNLINK,
  IN_IGNORED,
  IN_MASK_ADD,
  IN_MASK_CREATE,
  IN_ONESHOT,
  IN_Q_OVERFLOW,
  IN_UNMOUNT,
} from './inotify-events.ts';
import { FIONREAD, putInt } from './ioctl.ts';
import { type FileQueue, newQueue, notify, POLL_IN } from './notify.ts';
import { O_NONBLOCK } from './open-flags.ts';
import { READABLE } from './poll-events.ts';

/** As sysctl fs.inotify.max_queued_events. */
const MAX_QUEUED = 16384;

interface QueuedEvent {
  wd: number;
  mask: number;
  /** Joins the two events of a rename; else 0. */
  cookie: number;
  name: string;
}

/** OpenFile.data of an inotify instance. */
interface Inotify {
  nextWd: number;
  events: QueuedEvent[];
  queue: FileQueue;
}

/** A watch: of which inode, for which instance. */
export interface InotifyWatch {
  inode: Inode;
  file: OpenFile;
  wd: number;
  mask: number;
}

/** inotify_init1(). Linux 6.1 fs/notify/inotify */
export function openInotify(kernel: Kernel, flags: number): OpenFile {
  const data: Inotify = { nextWd: 1, events: [], queue: newQueue() };
  return newAnonymousFile(kernel, 'inotify', 'inotify', flags, data);
}

/** inotify_add_watch(): the watch descriptor, or -EEXIST. Linux 6.1 fs/notify/inotify/inotify_user.c: inotify_update_watch */
export function addWatch(kernel: Kernel, file: OpenFile, inode: Inode, mask: number): number {
  const { inotifyWatches } = fsState(kernel);
  const kept = (mask & ~(IN_MASK_ADD | IN_MASK_CREATE)) >>> 0;
  const known = inotifyWatches.find((watch) => watch.file === file && watch.inode === inode);
  if (known !== undefined) {
    if (mask & IN_MASK_CREATE) return -EEXIST;
    known.mask = mask & IN_MASK_ADD ? (known.mask | kept) >>> 0 : kept;
    return known.wd;
  }
  const data = file.data as Inotify;
  const wd = data.nextWd++;
  inotifyWatches.push({ inode, file, wd, mask: kept });
  return wd;
}

/** inotify_rm_watch(): 0 or -EINVAL. */
export function removeWatch(kernel: Kernel, file: OpenFile, wd: number): number {
  const { inotifyWatches } = fsState(kernel);
  const index = inotifyWatches.findIndex((watch) => watch.file === file && watch.wd === wd);
  if (index < 0) return -EINVAL;
  inotifyWatches.splice(index, 1);
  enqueue(kernel, file, { wd, mask: IN_IGNORED, cookie: 0, name: '' });
  return 0;
}

/**
 * Something happened to an inode (in a directory: to the entry of that name). `unlinked`: the name was
 * gone already, which watches with IN_EXCL_UNLINK do not hear of.
 */
export function watchEvent(
  kernel: Kernel,
  inode: Inode,
  mask: number,
  name: string,
  cookie = 0,
  unlinked = false,
): void {
  const { inotifyWatches } = fsState(kernel);
  if (inotifyWatches.length === 0) return;
  for (const watch of [...inotifyWatches]) {
    if (watch.inode !== inode || !(watch.mask & mask & IN_ALL_EVENTS)) continue;
    if (unlinked && watch.mask & IN_EXCL_UNLINK) continue;
    enqueue(kernel, watch.file, { wd: watch.wd, mask, cookie, name });
    if (watch.mask & IN_ONESHOT) removeWatch(kernel, watch.file, watch.wd);
  }
}

/** The inode is gone, with its file system if `unmounted`: its watches end. */
export function endWatches(kernel: Kernel, inode: Inode, unmounted = false): void {
  const { inotifyWatches } = fsState(kernel);
  if (inotifyWatches.length === 0) return;
  for (const watch of [...inotifyWatches]) {
    if (watch.inode !== inode) continue;
    const mask = unmounted ? IN_UNMOUNT : watch.mask & IN_DELETE_SELF;
    if (mask) enqueue(kernel, watch.file, { wd: watch.wd, mask, cookie: 0, name: '' });
    removeWatch(kernel, watch.file, watch.wd);
  }
}

function enqueue(kernel: Kernel, file: OpenFile, event: QueuedEvent): void {
  const data = file.data as Inotify;
  const last = data.events.at(-1);
  // Equal events that nobody has read yet are one.
  if (last?.wd === event.wd && last.mask === event.mask && last.name === event.name) return;
  if (data.events.length > MAX_QUEUED) return;
  data.events.push(data.events.length === MAX_QUEUED ? { wd: -1, mask: IN_Q_OVERFLOW, cookie: 0, name: '' } : event);
  notify(kernel, data.queue, POLL_IN);
}

/** struct inotify_event with its name padded to 16 bytes. */
function encodeEvent(kernel: Kernel, event: QueuedEvent): Uint8Array {
  const length = event.name === '' ? 0 : (event.name.length + 16) & ~15;
  return new StructWriter(kernel, 16 + length)
    .u32(event.wd)
    .u32(event.mask)
    .u32(event.cookie)
    .u32(length)
    .text(event.name).bytes;
}

export const INOTIFY_OPS: FileOps = {
  seeksNowhere: true,

  read(kernel, task, file, into) {
    const data = file.data as Inotify;
    if (data.events.length === 0) {
      return file.flags & O_NONBLOCK ? -EAGAIN : blockOn(kernel, task, [data.queue]);
    }
    let done = 0;
    while (data.events.length > 0) {
      const bytes = encodeEvent(kernel, data.events[0]!);
      if (done + bytes.length > into.length) break;
      into.set(bytes, done);
      done += bytes.length;
      data.events.shift();
    }
    return done === 0 ? -EINVAL : done;
  },

  poll: (_kernel, file) => ((file.data as Inotify).events.length > 0 ? READABLE : 0),
  queues: (_kernel, file) => [(file.data as Inotify).queue],

  ioctl(kernel, task, file, command, argument) {
    if (command !== FIONREAD) return -ENOTTY;
    const bytes = (file.data as Inotify).events.reduce((sum, event) => sum + encodeEvent(kernel, event).length, 0);
    return putInt(kernel, task, argument, bytes);
  },

  release(kernel, file) {
    const state = fsState(kernel);
    state.inotifyWatches = state.inotifyWatches.filter((watch) => watch.file !== file);
  },
};
