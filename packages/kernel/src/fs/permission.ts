import { EACCES, EPERM } from '../errno.ts';
import { CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER, hasCap } from '../task/capabilities.ts';
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
 * Whether the file-system user may access the inode: 0 or -EACCES. With CAP_DAC_OVERRIDE everything is
 * allowed but to execute what nobody may execute. Linux 6.1 fs/namei.c: generic_permission
 */
export function permission(cred: Credentials, inode: Inode, mask: number): number {
  const { mode } = inode;
  const shift = inode.uid === cred.fsuid ? 6 : inGroup(cred, inode.gid) ? 3 : 0;
  if ((mask & ~(mode >> shift) & 7) === 0) return 0;
  const executable = isDirectory(mode) || (mode & 0o111) !== 0;
  if ((!(mask & MAY_EXEC) || executable) && hasCap(cred, CAP_DAC_OVERRIDE)) return 0;
  const reads = mask === MAY_READ || (isDirectory(mode) && !(mask & MAY_WRITE));
  return reads && hasCap(cred, CAP_DAC_READ_SEARCH) ? 0 : -EACCES;
}

/** Whether the credentials own the inode or override ownership: 0 or -EPERM. */
export function ownerOrCapable(cred: Credentials, inode: Inode): number {
  return cred.fsuid === inode.uid || hasCap(cred, CAP_FOWNER) ? 0 : -EPERM;
}

/** The sticky bit's rule for removing `victim` from `dir`. Linux 6.1 fs/namei.c: check_sticky */
export function stickyForbids(cred: Credentials, dir: Inode, victim: Inode): boolean {
  if (!(dir.mode & S_ISVTX) || cred.fsuid === victim.uid || cred.fsuid === dir.uid) return false;
  return !hasCap(cred, CAP_FOWNER);
}
