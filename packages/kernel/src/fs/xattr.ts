import { EEXIST, EINVAL, ENODATA, EOPNOTSUPP, EPERM } from '../errno.ts';
import { CAP, capable } from '../task/capabilities.ts';
import type { Inode, Task } from '../types.ts';
import { isDirectory, isRegular, S_ISVTX } from './mode.ts';
import { MAY_READ, MAY_WRITE, ownerOrCapable, permission } from './permission.ts';

/** Flags of setxattr. Linux 6.1 include/uapi/linux/xattr.h */
export const XATTR_CREATE = 1;
export const XATTR_REPLACE = 2;

/** Name spaces that a kind of file system keeps: tmpfs as in Linux 6.1, host directories as ext4. */
const SPACES: Readonly<Record<string, readonly string[]>> = {
  tmpfs: ['trusted.', 'security.'],
  devtmpfs: ['trusted.', 'security.'],
  hostfs: ['user.', 'trusted.', 'security.'],
};

/** Whether the file system keeps attributes of this name: 0, -EOPNOTSUPP or -EINVAL. */
function supported(inode: Inode, name: string): number {
  const space = SPACES[inode.superblock.kind]?.find((candidate) => name.startsWith(candidate));
  if (space === undefined) return -EOPNOTSUPP;
  return name.length > space.length ? 0 : -EINVAL;
}

/** Linux 6.1 fs/xattr.c: xattr_permission */
function xattrPermission(task: Task, inode: Inode, name: string, writes: boolean): number {
  const refused = writes ? -EPERM : -ENODATA;
  if (name.startsWith('security.') || name.startsWith('system.')) return 0;
  if (name.startsWith('trusted.')) return capable(task.cred, CAP.sysAdmin) ? 0 : refused;
  if (name.startsWith('user.')) {
    if (!isRegular(inode.mode) && !isDirectory(inode.mode)) return refused;
    const sticky = isDirectory(inode.mode) && (inode.mode & S_ISVTX) !== 0;
    if (sticky && writes && ownerOrCapable(task.cred, inode)) return -EPERM;
  }
  return permission(task.cred, inode, writes ? MAY_WRITE : MAY_READ);
}

/** What the security modules say to a change of security.*. Linux 6.1 security/commoncap.c: cap_inode_setxattr */
function securityRefused(task: Task, name: string): number {
  if (!name.startsWith('security.')) return 0;
  const needed = name === 'security.capability' ? CAP.setfcap : CAP.sysAdmin;
  return capable(task.cred, needed) ? 0 : -EPERM;
}

/** getxattr(): the value or -errno. */
export function getXattr(task: Task, inode: Inode, name: string): Uint8Array | number {
  const refused = xattrPermission(task, inode, name, false) || supported(inode, name);
  return refused || (inode.xattrs?.get(name) ?? -ENODATA);
}

/** setxattr(): 0 or -errno. */
export function setXattr(task: Task, inode: Inode, name: string, value: Uint8Array, flags: number): number {
  const refused = changeRefused(task, inode, name);
  if (refused) return refused;
  const known = inode.xattrs?.has(name) === true;
  if (known && flags & XATTR_CREATE) return -EEXIST;
  if (!known && flags & XATTR_REPLACE) return -ENODATA;
  inode.xattrs ??= new Map();
  inode.xattrs.set(name, value);
  return 0;
}

/** removexattr(): 0 or -errno. */
export function removeXattr(task: Task, inode: Inode, name: string): number {
  const refused = changeRefused(task, inode, name);
  if (refused) return refused;
  return inode.xattrs?.delete(name) === true ? 0 : -ENODATA;
}

function changeRefused(task: Task, inode: Inode, name: string): number {
  return xattrPermission(task, inode, name, true) || securityRefused(task, name) || supported(inode, name);
}

/** listxattr(): the names that the task may see, or -errno. Linux 6.1 fs/xattr.c: simple_xattr_list */
export function listXattrs(task: Task, inode: Inode): string[] {
  const trusted = capable(task.cred, CAP.sysAdmin);
  return [...(inode.xattrs?.keys() ?? [])].filter((name) => trusted || !name.startsWith('trusted.'));
}
