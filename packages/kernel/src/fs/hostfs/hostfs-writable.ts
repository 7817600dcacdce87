import { EPERM } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import type { Dentry, Inode } from '../../types.ts';
import { isDirectory, isRegular, isSymlink } from '../mode.ts';
import type { NewNode } from '../superblock-ops.ts';
import { hostfsData, hostfsNode, inodeOfHost, joinHostPath } from './hostfs-node.ts';

/** Changes that go to the host itself. Ownership does not: the host's files stay its user's. */

function hostPathIn(dir: Dentry, name: string): string | undefined {
  const { path } = hostfsNode(dir.inode!);
  return path === undefined ? undefined : joinHostPath(path, name);
}

/** Makes a file, directory or symbolic link; device nodes and FIFOs are refused. */
export function createOnHost(kernel: Kernel, dir: Dentry, name: string, made: NewNode): Inode | number {
  const { superblock } = dir.inode!;
  const { host } = hostfsData(superblock);
  const path = hostPathIn(dir, name);
  if (path === undefined) return -EPERM;
  let result: number = -EPERM;
  if (isRegular(made.mode)) {
    result = host.create(path, made.mode & 0o7777);
    // The handle is not kept: the file is opened again when it is needed.
    if (result >= 0) host.close(result);
  } else if (isDirectory(made.mode)) result = host.mkdir(path, made.mode & 0o7777);
  else if (isSymlink(made.mode)) result = host.symlink(path, made.target);
  if (result < 0) return result;
  const stat = host.lstat(path);
  if (typeof stat === 'number') return stat;
  if (isDirectory(made.mode)) dir.inode!.nlink++;
  return inodeOfHost(kernel, superblock, path, stat);
}

export function unlinkOnHost(entry: Dentry): number {
  const { host } = hostfsData(entry.inode!.superblock);
  const path = hostPathIn(entry.parent!, entry.name);
  if (path === undefined) return -EPERM;
  return isDirectory(entry.inode!.mode) ? host.rmdir(path) : host.unlink(path);
}

export function linkOnHost(inode: Inode, dir: Dentry, name: string): number {
  const from = hostfsNode(inode).path;
  const to = hostPathIn(dir, name);
  if (from === undefined || to === undefined) return -EPERM;
  return hostfsData(inode.superblock).host.link(from, to);
}

/** Renames on the host; the paths kept for everything below change along. */
export function renameOnHost(entry: Dentry, dir: Dentry, name: string): number {
  const from = hostPathIn(entry.parent!, entry.name);
  const to = hostPathIn(dir, name);
  if (from === undefined || to === undefined) return -EPERM;
  const result = hostfsData(entry.inode!.superblock).host.rename(from, to);
  if (result < 0) return result;
  repath(entry, to);
  return 0;
}

function repath(dentry: Dentry, path: string): void {
  if (dentry.inode === undefined) return;
  hostfsNode(dentry.inode).path = path;
  for (const child of dentry.children.values()) repath(child, joinHostPath(path, child.name));
}

/** Writes mode and times through. */
export function setAttributesOnHost(inode: Inode): number {
  const { path } = hostfsNode(inode);
  if (path === undefined || isSymlink(inode.mode) || inode.nlink === 0) return 0;
  const { host } = hostfsData(inode.superblock);
  const result = host.chmod(path, inode.mode & 0o7777);
  return result < 0 ? result : host.utimes(path, inode.atime, inode.mtime);
}
