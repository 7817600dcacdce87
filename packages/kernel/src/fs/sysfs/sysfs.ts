import { latin1Bytes } from '../../abi/struct.ts';
import { EACCES, EINVAL, ENOENT } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import type { Dentry, Inode, OpenFile, PathRef, Superblock } from '../../types.ts';
import { newDentry } from '../dentry.ts';
import { newFile } from '../file.ts';
import type { FileOps } from '../file-ops.ts';
import { newInode, newSuperblock } from '../inode.ts';
import { direntType, S_IFDIR, S_IFLNK, S_IFREG } from '../mode.ts';
import { canWrite } from '../open-flags.ts';
import { READABLE, WRITABLE } from '../poll-events.ts';
import type { StatFs, SuperblockOps } from '../superblock-ops.ts';
import { SYS_TREE, type SysNode } from './system-tree.ts';

const SYSFS_MAGIC = 0x6265_6572;
const PAGE_SIZE = 4096;
const DIR = S_IFDIR | 0o755;

/** Every path and what lies there, directories included; in the order that numbers their inodes. */
const NODES = withDirectories();
const PATHS = [...NODES.keys()];

function withDirectories(): Map<string, SysNode> {
  const all = new Map<string, SysNode>();
  for (const [path, node] of SYS_TREE) {
    const parts = path.split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const above = parts.slice(0, depth).join('/');
      if (!all.has(above)) all.set(above, 'directory');
    }
    all.set(path, node);
  }
  return all;
}

/** /sys. Linux 6.1 fs/sysfs */
export function newSysfs(kernel: Kernel): { superblock: Superblock; root: Dentry } {
  const superblock = newSuperblock(kernel, 'sysfs', undefined);
  return { superblock, root: newDentry('/', undefined, newInode(kernel, superblock, DIR, '')) };
}

/** Inode.data: the path below /sys, '' for its root. */
function pathOf(inode: Inode): string {
  return inode.data as string;
}

function modeOf(node: SysNode): number {
  if (node === 'directory') return DIR;
  return 'link' in node ? S_IFLNK | 0o777 : S_IFREG | 0o444;
}

function inoOf(path: string): number {
  return PATHS.indexOf(path) + 2;
}

function childPath(dir: Dentry, name: string): string {
  const path = pathOf(dir.inode!);
  return path === '' ? name : `${path}/${name}`;
}

function lookup(kernel: Kernel, dir: Dentry, name: string): Inode | number {
  const path = childPath(dir, name);
  const node = NODES.get(path);
  if (node === undefined) return -ENOENT;
  const inode = newInode(kernel, dir.inode!.superblock, modeOf(node), path);
  inode.ino = inoOf(path);
  if (node !== 'directory' && !('link' in node)) inode.size = PAGE_SIZE;
  return inode;
}

/** The tree does not change while a machine runs. */
export const SYSFS_OPS: SuperblockOps = {
  cached: true,
  lookup,

  readdir(_kernel, dir) {
    const prefix = childPath(dir, '');
    return PATHS.filter((path) => path.startsWith(prefix) && !path.includes('/', prefix.length)).map((path) => ({
      name: path.slice(prefix.length),
      ino: inoOf(path),
      type: direntType(modeOf(NODES.get(path)!)),
    }));
  },

  readlink(_kernel, _context, inode) {
    const node = NODES.get(pathOf(inode));
    return node !== undefined && node !== 'directory' && 'link' in node ? node.link : -EINVAL;
  },

  statfs(): StatFs {
    return { type: SYSFS_MAGIC, bsize: PAGE_SIZE, blocks: 0, bfree: 0, files: 0, ffree: 0 };
  },
};

/** OpenFile.data: the attribute's text, as of the last read from the beginning. */
interface SysText {
  bytes: Uint8Array;
}

/** Opens an attribute; none can be stored to. Linux 6.1 fs/kernfs/file.c: kernfs_fop_open */
export function openSysFile(ref: PathRef, flags: number): OpenFile | number {
  if (canWrite(flags)) return -EACCES;
  const data: SysText = { bytes: new Uint8Array(0) };
  return newFile('sysfs', ref, flags, data);
}

export const SYS_FILE_OPS: FileOps = {
  seekable: true,

  read(kernel, _task, file, into, position) {
    const data = file.data as SysText;
    const node = NODES.get(pathOf(file.inode));
    if (position === 0 && node !== undefined && node !== 'directory' && 'read' in node) {
      data.bytes = latin1Bytes(node.read(kernel));
    }
    const piece = data.bytes.subarray(position, position + into.length);
    into.set(piece);
    return piece.length;
  },

  poll: () => READABLE | WRITABLE,
};
