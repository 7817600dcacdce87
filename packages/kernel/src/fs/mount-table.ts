import type { Kernel } from '../kernel.ts';
import type { Dentry, Mount, PathRef, Superblock } from '../types.ts';
import { fsState } from './fs-state.ts';

/** mount() flags that stay with the mount. Linux 6.1 include/uapi/linux/mount.h */
export const MS_RDONLY = 1;
export const MS_NOSUID = 2;
export const MS_NODEV = 4;
export const MS_NOEXEC = 8;
export const MS_REMOUNT = 32;
export const MS_BIND = 4096;
export const MS_MOVE = 8192;

/** A mount object that is not in the tree yet. */
export function newMount(
  kernel: Kernel,
  superblock: Superblock,
  root: Dentry,
  source: string,
  type: string,
  flags: number,
): Mount {
  return {
    id: fsState(kernel).nextMountId++,
    source,
    type,
    flags,
    superblock,
    root,
    parent: undefined,
    mountpoint: undefined,
  };
}

/** Hangs a mount over a place. */
export function attachMount(kernel: Kernel, mount: Mount, at: PathRef): void {
  mount.parent = at.mount;
  mount.mountpoint = at.dentry;
  at.dentry.mounted = mount;
  kernel.state.mounts.push(mount);
}

/** Takes a mount out of the tree. */
export function detachMount(kernel: Kernel, mount: Mount): void {
  const mounts = kernel.state.mounts;
  const index = mounts.indexOf(mount);
  if (index >= 0) mounts.splice(index, 1);
  const point = mount.mountpoint;
  if (point !== undefined) point.mounted = mounts.findLast((other) => other.mountpoint === point);
}

/** Where `mount` hangs; undefined for the root of the tree (and for one that was taken out). */
export function parentMountOf(mount: Mount): PathRef | undefined {
  if (mount.parent === undefined || mount.mountpoint === undefined) return undefined;
  return { mount: mount.parent, dentry: mount.mountpoint };
}

/** Goes from a place that is mounted over to the root of what is mounted there, as often as need be. */
export function crossMounts(kernel: Kernel, ref: PathRef): PathRef {
  let at = ref;
  while (at.dentry.mounted !== undefined) {
    const here = at;
    const over = kernel.state.mounts.findLast((m) => m.mountpoint === here.dentry && m.parent === here.mount);
    if (over === undefined) break;
    at = { mount: over, dentry: over.root };
  }
  return at;
}

/** Whether writing through this mount is refused. */
export function isReadOnly(mount: Mount): boolean {
  return mount.superblock.readOnly || (mount.flags & MS_RDONLY) !== 0;
}
