import type { Kernel } from '../../kernel.ts';
import type { Dentry, Superblock } from '../../types.ts';
import { addChild } from '../dentry.ts';
import { makeDevice, S_IFCHR, S_IFDIR, S_IFLNK } from '../mode.ts';
import type { SuperblockOps } from '../superblock-ops.ts';
import { newTmpfs, newTmpfsInode, TMPFS_OPS } from '../tmpfs/tmpfs.ts';

/** Behaves as tmpfs; only its first content differs. */
export const DEVTMPFS_OPS: SuperblockOps = TMPFS_OPS;

const DEVICES: readonly [name: string, mode: number, major: number, minor: number][] = [
  ['null', 0o666, 1, 3],
  ['zero', 0o666, 1, 5],
  ['full', 0o666, 1, 7],
  ['random', 0o666, 1, 8],
  ['urandom', 0o666, 1, 9],
  ['kmsg', 0o644, 1, 11],
  ['tty1', 0o620, 4, 1],
  ['tty', 0o666, 5, 0],
  ['console', 0o600, 5, 1],
  ['ptmx', 0o666, 5, 2],
];

const LINKS: readonly [name: string, target: string][] = [
  ['fd', '/proc/self/fd'],
  ['stdin', '/proc/self/fd/0'],
  ['stdout', '/proc/self/fd/1'],
  ['stderr', '/proc/self/fd/2'],
];

const DIRECTORIES: readonly [name: string, mode: number][] = [
  ['pts', 0o755],
  ['shm', 0o1777],
];

/** /dev: the devices there are, the usual links, and mount points for devpts and shared memory. */
export function newDevtmpfs(kernel: Kernel): { superblock: Superblock; root: Dentry } {
  const made = newTmpfs(kernel, 'devtmpfs', 0o755);
  const { superblock, root } = made;
  for (const [name, mode, major, minor] of DEVICES) {
    addChild(root, name, newTmpfsInode(kernel, superblock, S_IFCHR | mode, makeDevice(major, minor), ''));
  }
  for (const [name, target] of LINKS) {
    addChild(root, name, newTmpfsInode(kernel, superblock, S_IFLNK | 0o777, 0, target));
  }
  for (const [name, mode] of DIRECTORIES) {
    addChild(root, name, newTmpfsInode(kernel, superblock, S_IFDIR | mode, 0, ''));
    root.inode!.nlink++;
  }
  return made;
}
