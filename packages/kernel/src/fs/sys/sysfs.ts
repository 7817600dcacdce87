import { EINVAL, ENOENT } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import type { Dentry, Inode, Superblock } from '../../types.ts';
import { newDentry } from '../dentry.ts';
import { newInode, newSuperblock } from '../inode.ts';
import { direntType, S_IFDIR, S_IFLNK, S_IFREG } from '../mode.ts';
import type { DirectoryEntry, StatFs, SuperblockOps } from '../superblock-ops.ts';
import { SYS_FILES } from './sys-files.ts';

const SYSFS_MAGIC = 0x62656572;
/** st_size of every file. */
const FILE_SIZE = 4096;

/** /sys: what the machine consists of, as far as programs ask. Linux 6.1 fs/sysfs */
export function newSysfs(kernel: Kernel): { superblock: Superblock; root: Dentry } {
  const superblock = newSuperblock(kernel, 'sysfs', undefined);
  return { superblock, root: newDentry('/', undefined, newInode(kernel, superblock, S_IFDIR | 0o555, '')) };
}

/** Inode.data: the path below the root. */
export function sysPath(inode: Inode): string {
  return inode.data as string;
}

function childPath(dir: Dentry, name: string): string {
  const parent = sysPath(dir.inode!);
  return parent === '' ? name : `${parent}/${name}`;
}

/** Every path there is, with the directories between. */
const PATHS: readonly string[] = [...new Set([...SYS_FILES.keys()].flatMap(withParents))];

function withParents(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** The same number whenever the path is looked up; the root has 1. */
const inoOf = (path: string): number => PATHS.indexOf(path) + 2;

function modeOf(path: string): number {
  const entry = SYS_FILES.get(path);
  if (entry === undefined || entry === 'directory') return S_IFDIR | 0o755;
  return 'link' in entry ? S_IFLNK | 0o777 : S_IFREG | 0o444;
}

export const SYSFS_OPS: SuperblockOps = {
  cached: true,

  lookup(kernel, dir, name) {
    const path = childPath(dir, name);
    if (!PATHS.includes(path)) return -ENOENT;
    const inode = newInode(kernel, dir.inode!.superblock, modeOf(path), path);
    inode.ino = inoOf(path);
    if (inode.mode === (S_IFREG | 0o444)) inode.size = FILE_SIZE;
    return inode;
  },

  readdir(_kernel, dir): DirectoryEntry[] {
    const prefix = childPath(dir, '');
    return PATHS.filter((path) => path.startsWith(prefix) && !path.includes('/', prefix.length)).map((path) => ({
      name: path.slice(prefix.length),
      ino: inoOf(path),
      type: direntType(modeOf(path)),
    }));
  },

  readlink(_kernel, _context, inode) {
    const entry = SYS_FILES.get(sysPath(inode));
    return entry !== undefined && entry !== 'directory' && 'link' in entry ? entry.link : -EINVAL;
  },

  attributesChanged: () => 0,

  statfs(): StatFs {
    return { type: SYSFS_MAGIC, bsize: 4096, blocks: 0, bfree: 0, files: 0, ffree: 0 };
  },
};
