import { EINVAL, EISDIR, ENOENT, ENOTDIR } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { OpenFile } from '../types.ts';
import type { FileOps } from './file-ops.ts';
import { touchAccessed } from './inode.ts';
import { direntType, isDirectory, S_IFDIR } from './mode.ts';
import { parentMountOf } from './mount-table.ts';
import { type DirectoryEntry, inodeOps } from './superblock-ops.ts';

/** OpenFile.data of a directory: its entries as of the last read from the beginning. */
interface DirectoryCursor {
  entries: DirectoryEntry[] | undefined;
}

export function newDirectoryCursor(): DirectoryCursor {
  return { entries: undefined };
}

/** Directories: read with getdents, positions count entries. */
export const DIRECTORY_OPS: FileOps = {
  seekable: true,
  read: () => -EISDIR,
};

/** The entries from the file's position on, . and .. included; a read at position 0 looks at the directory afresh. */
export function directoryEntries(kernel: Kernel, file: OpenFile): DirectoryEntry[] | number {
  if (!isDirectory(file.inode.mode)) return -ENOTDIR;
  if (file.kind !== 'directory') return -EINVAL;
  const cursor = file.data as DirectoryCursor;
  if (file.position === 0 || cursor.entries === undefined) {
    const { dentry } = file.path;
    if (file.inode.nlink === 0) return -ENOENT;
    const entries = inodeOps(file.inode).readdir(kernel, dentry);
    if (typeof entries === 'number') return entries;
    cursor.entries = [
      { name: '.', ino: file.inode.ino, type: direntType(S_IFDIR) },
      { name: '..', ino: parentIno(file), type: direntType(S_IFDIR) },
      ...entries,
    ];
    touchAccessed(kernel, file.inode);
  }
  return cursor.entries;
}

function parentIno(file: OpenFile): number {
  let { mount, dentry } = file.path;
  if (dentry === mount.root) {
    const above = parentMountOf(mount);
    if (above !== undefined) ({ mount, dentry } = above);
  }
  return (dentry.parent?.inode ?? dentry.inode ?? file.inode).ino;
}
