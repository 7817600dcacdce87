import type { Kernel } from '../kernel.ts';
import { truncatePages } from '../mm/page-cache.ts';
import type { Inode, OpenFile, PathRef } from '../types.ts';
import { releaseFlock } from './file-locks.ts';
import { fileOps } from './file-ops.ts';
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
  fileOps(file).release?.(kernel, file);
  releaseFlock(kernel, file);
  const { inode } = file;
  if (--inode.users > 0) return;
  inodeOps(inode).lastUserGone?.(kernel, inode);
  forgetIfUnused(kernel, inode);
}

/** Frees the content of an inode that has neither name nor user any more. */
export function forgetIfUnused(kernel: Kernel, inode: Inode): void {
  if (inode.nlink > 0 || inode.users > 0) return;
  if (inode.pages.size > 0) truncatePages(kernel, inode, 0);
  inodeOps(inode).forget?.(kernel, inode);
}
