import type { Kernel } from '../kernel.ts';
import type { Dentry, Mount, PathRef, Superblock } from '../types.ts';
import { fsState } from './fs-state.ts';

/** mount() flags that stay with the mount. Linux 6.1 include/uapi/linux/mount.h */
export const MS_RDONLY = 1;
export const MS_NOSUID = 2;
export const MS_NODEV = 4;
export const MS_NOEXEC = 8;
export const MS_REMOUNT = 32;
export const MS_NOATIME = 1024;
export const MS_NODIRATIME = 2048;
export const MS_BIND = 4096;
export const MS_MOVE = 8192;
export const MS_REC = 16_384;
export const MS_UNBINDABLE = 1 << 17;
export const MS_PRIVATE = 1 << 18;
export const MS_SLAVE = 1 << 19;
export const MS_SHARED = 1 << 20;
export const MS_RELATIME = 1 << 21;
export const MS_STRICTATIME = 1 << 24;
const SAFETY_FLAGS = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
export const ATIME_FLAGS = MS_NOATIME | MS_NODIRATIME | MS_STRICTATIME;
/** What stays with a mount. */
export const MOUNT_FLAGS = SAFETY_FLAGS | ATIME_FLAGS;

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
  mount.parent = mount.mountpoint = undefined;
}

/** A mount and all below it, parents first. */
export function mountTree(kernel: Kernel, top: Mount): Mount[] {
  const tree = [top];
  for (const mount of tree) tree.push(...kernel.state.mounts.filter((other) => other.parent === mount));
  return tree;
}

/** Takes a mount and all below it out of the tree. */
export function detachTree(kernel: Kernel, top: Mount): void {
  for (const mount of mountTree(kernel, top).reverse()) detachMount(kernel, mount);
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
