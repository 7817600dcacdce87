import { EACCES, EPERM } from '../errno.ts';
import { CAP, capable } from '../task/capabilities.ts';
import type { Credentials, Inode } from '../types.ts';
import { isDirectory, S_ISVTX } from './mode.ts';

export const MAY_EXEC = 1;
export const MAY_WRITE = 2;
export const MAY_READ = 4;

/** Whether the credentials belong to a group. */
export function inGroup(cred: Credentials, gid: number): boolean {
  return cred.fsgid === gid || cred.groups.includes(gid);
}

/**
 * Whether the file-system user may access the inode: 0 or -EACCES. CAP_DAC_OVERRIDE allows everything but
 * executing what nobody may execute. Linux 6.1 fs/namei.c: generic_permission
 */
export function permission(cred: Credentials, inode: Inode, mask: number): number {
  const { mode } = inode;
  const shift = inode.uid === cred.fsuid ? 6 : inGroup(cred, inode.gid) ? 3 : 0;
  if ((mask & ~(mode >> shift) & 7) === 0) return 0;
  const looks = isDirectory(mode) ? (mask & MAY_WRITE) === 0 : mask === MAY_READ;
  if (looks && capable(cred, CAP.dacReadSearch)) return 0;
  if (mask & MAY_EXEC && !isDirectory(mode) && (mode & 0o111) === 0) return -EACCES;
  return capable(cred, CAP.dacOverride) ? 0 : -EACCES;
}

/** Whether the credentials own the inode or override ownership: 0 or -EPERM. */
export function ownerOrCapable(cred: Credentials, inode: Inode): number {
  return cred.fsuid === inode.uid || capable(cred, CAP.fowner) ? 0 : -EPERM;
}

/** The sticky bit's rule for removing `victim` from `dir`. Linux 6.1 fs/namei.c: check_sticky */
export function stickyForbids(cred: Credentials, dir: Inode, victim: Inode): boolean {
  if (!(dir.mode & S_ISVTX) || cred.fsuid === victim.uid || cred.fsuid === dir.uid) return false;
  return !capable(cred, CAP.fowner);
}
