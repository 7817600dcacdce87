import { EINVAL, ENOENT, ENOTDIR } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { Dentry, Inode, Mount, PathRef, Superblock } from '../types.ts';
import { newDentry } from './dentry.ts';
import { fsState } from './fs-state.ts';
import { newInode, newSuperblock } from './inode.ts';
import { newMount } from './mount-table.ts';
import type { StatFs, SuperblockOps } from './superblock-ops.ts';

/** f_type of file systems behind no mount. Linux 6.1 include/uapi/linux/magic.h */
const MAGIC: Readonly<Record<string, number>> = {
  pipefs: 0x50495045,
  sockfs: 0x534f434b,
  anon_inodefs: 0x09041934,
};

/** Linux numbers all these inodes by one counter that is far on when programs run; netstat -p takes no small number. */
const FIRST_INO = 1024;

interface InternalData {
  readonly name: string;
  readonly mount: { value: Mount | undefined };
}

/** pipefs, sockfs and anon_inodefs: inodes without directories. */
export const INTERNAL_OPS: SuperblockOps = {
  cached: true,
  lookup: () => -ENOENT,
  readdir: () => -ENOTDIR,
  readlink: () => -EINVAL,
  statfs(_kernel: Kernel, superblock: Superblock): StatFs {
    const type = MAGIC[(superblock.data as InternalData).name] ?? 0;
    return { type, bsize: 4096, blocks: 0, bfree: 0, files: 0, ffree: 0 };
  },
  attributesChanged: () => 0,
};

/**
 * An inode behind no directory, on the internal file system of that name, with a place that shows as
 * `label` (with the inode's number in brackets where it ends in a colon: 'pipe:[7]').
 */
export function internalInode(kernel: Kernel, fsName: string, label: string, mode: number, data: unknown): PathRef {
  const state = fsState(kernel);
  let superblock = state.internal.get(fsName);
  if (superblock === undefined) {
    const fresh: InternalData = { name: fsName, mount: { value: undefined } };
    superblock = newSuperblock(kernel, 'internal', fresh);
    superblock.nextIno = FIRST_INO;
    state.internal.set(fsName, superblock);
  }
  const keep = superblock.data as InternalData;
  keep.mount.value ??= newMount(kernel, superblock, newDentry('/', undefined, undefined), fsName, fsName, 0);
  const inode: Inode = newInode(kernel, superblock, mode, data);
  const name = label.endsWith(':') ? `${label}[${inode.ino}]` : label;
  const dentry: Dentry = newDentry(name, undefined, inode);
  return { mount: keep.mount.value, dentry };
}
