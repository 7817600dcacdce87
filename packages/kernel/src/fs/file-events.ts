import type { Kernel } from '../kernel.ts';
import type { Dentry, Inode, OpenFile } from '../types.ts';
import { isAttached } from './dentry.ts';
import { directoryChanged } from './dnotify.ts';
import { type FsState, fsState } from './fs-state.ts';
import { watchEvent } from './inotify.ts';
import { IN_ISDIR } from './inotify-events.ts';
import { isDirectory } from './mode.ts';
import { O_PATH } from './open-flags.ts';

/** Whether anyone wants to hear of what happens to files. */
function isWatched({ inotifyWatches, dirNotifies }: FsState): boolean {
  return inotifyWatches.length > 0 || dirNotifies.length > 0;
}

/**
 * Something happened to the file at a place: those who watch its directory hear of it by name, then
 * those who watch the file. Linux 6.1 fs/notify/fsnotify.c: __fsnotify_parent
 */
export function placeEvent(kernel: Kernel, dentry: Dentry, mask: number): void {
  if (!isWatched(fsState(kernel))) return;
  const inode = dentry.inode!;
  const whole = isDirectory(inode.mode) ? mask | IN_ISDIR : mask;
  const parent = dentry.parent?.inode;
  if (parent !== undefined) {
    watchEvent(kernel, parent, whole, dentry.name, 0, !isAttached(dentry));
    directoryChanged(kernel, parent, mask);
  }
  watchEvent(kernel, inode, whole, '');
}

/** The same for an open file. */
export function fileEvent(kernel: Kernel, file: OpenFile, mask: number): void {
  if (file.flags & O_PATH || !isWatched(fsState(kernel))) return;
  placeEvent(kernel, file.path.dentry, mask);
}

/** A name in a directory came or went. */
export function entryEvent(kernel: Kernel, dir: Inode, mask: number, name: string, cookie = 0): void {
  watchEvent(kernel, dir, mask, name, cookie);
  directoryChanged(kernel, dir, mask);
}

/** A number for the two events of a rename. */
export function renameCookie(kernel: Kernel): number {
  const state = fsState(kernel);
  state.renameCookie = (state.renameCookie + 1) >>> 0;
  return state.renameCookie;
}
