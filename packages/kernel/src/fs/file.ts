import type { Kernel } from '../kernel.ts';
import { truncatePages } from '../mm/page-cache.ts';
import type { Inode, OpenFile, PathRef } from '../types.ts';
import { dropDirectoryNotify } from './dnotify.ts';
import { fileEvent } from './file-events.ts';
import { releaseFlock } from './file-locks.ts';
import { fileOps } from './file-ops.ts';
import { setAsync } from './file-owner.ts';
import { endWatches } from './inotify.ts';
import { IN_CLOSE_NOWRITE, IN_CLOSE_WRITE } from './inotify-events.ts';
import { dropLease } from './leases.ts';
import { canWrite, O_ASYNC } from './open-flags.ts';
import { inodeOps } from './superblock-ops.ts';

/** An open file description with one reference, on the inode of `path`. */
export function newFile(kind: string, path: PathRef, flags: number, data: unknown): OpenFile {
  const inode = path.dentry.inode!;
  inode.users++;
  return { kind, refs: 1, inode, path, position: 0, flags, data };
}

/** Takes another reference: for a descriptor, a mapping, a call in progress. Returns the file. */
export function retainFile(file: OpenFile): OpenFile {
  file.refs++;
  return file;
}

/** Gives a reference back; with the last one the file is closed. */
export function releaseFile(kernel: Kernel, file: OpenFile): void {
  if (--file.refs > 0) return;
  fileEvent(kernel, file, canWrite(file.flags) ? IN_CLOSE_WRITE : IN_CLOSE_NOWRITE);
  if (file.flags & O_ASYNC) setAsync(kernel, file, -1, false);
  fileOps(file).release?.(kernel, file);
  releaseFlock(kernel, file);
  dropLease(kernel, file);
  dropDirectoryNotify(kernel, file);
  const { inode } = file;
  if (--inode.users > 0) return;
  inodeOps(inode).lastUserGone?.(kernel, inode);
  forgetIfUnused(kernel, inode);
}

/** Frees the content of an inode that has neither name nor user any more. */
export function forgetIfUnused(kernel: Kernel, inode: Inode): void {
  if (inode.nlink > 0 || inode.users > 0) return;
  endWatches(kernel, inode);
  if (inode.pages.size > 0) truncatePages(kernel, inode, 0);
  inodeOps(inode).forget?.(kernel, inode);
}
