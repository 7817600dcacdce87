import type { Kernel } from '../kernel.ts';
import type { PathRef } from '../types.ts';
import { isAttached } from './dentry.ts';
import { parentMountOf } from './mount-table.ts';

/**
 * Absolute path of a place as seen from `root` (the machine's root where it is left out); ' (deleted)'
 * follows where the name is gone. Files behind no directory have names like 'pipe:[7]'.
 * Linux 6.1 fs/d_path.c: d_path
 */
export function pathString(kernel: Kernel, ref: PathRef, root?: PathRef): string {
  const { path, deleted } = pathParts(kernel, ref, root);
  return deleted ? `${path} (deleted)` : path;
}

/** The same, with what getcwd() must know: whether the place is gone, and whether it lies outside `root`. */
export function pathParts(
  _kernel: Kernel,
  ref: PathRef,
  root?: PathRef,
): { path: string; deleted: boolean; unreachable: boolean } {
  if (ref.mount.superblock.kind === 'internal') return { path: ref.dentry.name, deleted: false, unreachable: false };
  const names: string[] = [];
  let { mount, dentry } = ref;
  let deleted = false;
  for (;;) {
    if (root !== undefined && dentry === root.dentry && mount === root.mount) break;
    if (dentry === mount.root) {
      const above = parentMountOf(mount);
      if (above === undefined) {
        const unreachable = root !== undefined;
        return { path: `/${names.reverse().join('/')}`, deleted, unreachable };
      }
      dentry = above.dentry;
      mount = above.mount;
      continue;
    }
    if (!isAttached(dentry) && !isUncached(ref)) deleted = true;
    names.push(dentry.name);
    if (dentry.parent === undefined) break;
    dentry = dentry.parent;
  }
  return { path: `/${names.reverse().join('/')}`, deleted, unreachable: false };
}

/** Names of /proc are looked up afresh each time and never stand in the cache. */
function isUncached(ref: PathRef): boolean {
  return ref.mount.superblock.kind === 'proc';
}
