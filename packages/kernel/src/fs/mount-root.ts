import { mqueueTree } from '../ipc/mqueue/mqueuefs.ts';
import type { Kernel } from '../kernel.ts';
import { rootCredentials } from '../task/new-task.ts';
import type { Dentry, PathRef, Superblock } from '../types.ts';
import { addChild } from './dentry.ts';
import { newDevtmpfs } from './dev/devtmpfs.ts';
import { newHostfs } from './hostfs/hostfs.ts';
import { S_IFDIR } from './mode.ts';
import { attachMount, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY, newMount } from './mount-table.ts';
import { type PathContext, resolvePath } from './path-walk.ts';
import { newProcfs } from './proc/procfs.ts';
import { inodeOps } from './superblock-ops.ts';
import { newSysfs } from './sys/sysfs.ts';
import { newTmpfs } from './tmpfs/tmpfs.ts';

type Tree = { superblock: Superblock; root: Dentry };

/**
 * Mounts the root, /proc, /sys, /dev, /dev/pts, /dev/shm, /dev/mqueue and what --mount asks for: 0, or -errno if a
 * host directory cannot be read. Mount points that a read-through root lacks exist in the view only.
 */
export function mountRoot(kernel: Kernel): number {
  const { root, writeRoot, mounts } = kernel.options;
  const tree = root === undefined ? newTmpfs(kernel, 'tmpfs', 0o755) : newHostfs(kernel, root, writeRoot);
  if (typeof tree === 'number') return tree;
  const type = root === undefined ? 'tmpfs' : 'hostfs';
  const mount = newMount(kernel, tree.superblock, tree.root, root === undefined ? 'tmpfs' : 'root', type, 0);
  kernel.state.rootMount = mount;
  kernel.state.mounts.push(mount);
  mountAt(kernel, '/proc', newProcfs(kernel), 'proc', MS_NOSUID | MS_NODEV | MS_NOEXEC);
  mountAt(kernel, '/sys', newSysfs(kernel), 'sysfs', MS_NOSUID | MS_NODEV | MS_NOEXEC);
  mountAt(kernel, '/dev', newDevtmpfs(kernel), 'devtmpfs', MS_NOSUID);
  mountAt(kernel, '/dev/pts', newTmpfs(kernel, 'devpts', 0o755), 'devpts', MS_NOSUID | MS_NOEXEC);
  mountAt(kernel, '/dev/shm', newTmpfs(kernel, 'tmpfs'), 'tmpfs', MS_NOSUID | MS_NODEV);
  mountAt(kernel, '/dev/mqueue', mqueueTree(kernel), 'mqueue', MS_NOSUID | MS_NODEV | MS_NOEXEC);
  if (root === undefined) mountAt(kernel, '/tmp', newTmpfs(kernel, 'tmpfs'), 'tmpfs', MS_NOSUID | MS_NODEV);
  for (const { host, guest, readOnly } of mounts) {
    // A directory named on the command line is as writable as the user says; only the root is a copy-on-write view by default.
    const view = newHostfs(kernel, host, !readOnly);
    if (typeof view === 'number') return view;
    const result = mountAt(kernel, guest, view, 'hostfs', readOnly ? MS_RDONLY : 0);
    if (result < 0) return result;
  }
  return 0;
}

/** Mounts a tree on a directory, which is made (in the guest's view only) where it is missing. */
function mountAt(kernel: Kernel, path: string, tree: Tree, type: string, flags: number): number {
  const point = ensureDirectory(kernel, path);
  if (typeof point === 'number') return point;
  attachMount(kernel, newMount(kernel, tree.superblock, tree.root, type, type, flags), point);
  return 0;
}

/** Whose look-ups boot does. */
function bootContext(kernel: Kernel): PathContext {
  const root: PathRef = { mount: kernel.state.rootMount!, dentry: kernel.state.rootMount!.root };
  return { cred: rootCredentials(), fs: { users: 1, root, cwd: root, umask: 0 } };
}

function ensureDirectory(kernel: Kernel, path: string): PathRef | number {
  const context = bootContext(kernel);
  let at: PathRef = context.fs.root;
  for (const name of path.split('/')) {
    if (name === '') continue;
    const next = resolvePath(kernel, context, name, { at });
    at = typeof next === 'number' ? { mount: at.mount, dentry: placeholder(kernel, at.dentry, name) } : next;
  }
  return at;
}

/** A directory to mount on that the file system below does not have, and is not asked to make. */
function placeholder(kernel: Kernel, parent: Dentry, name: string): Dentry {
  const parentInode = parent.inode!;
  const inode = inodeOps(parentInode).placeholder!(kernel, parentInode.superblock, S_IFDIR | 0o755);
  return addChild(parent, name, inode);
}
