import { EACCES, EINVAL, ENOENT, ESRCH } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { CAP, capable } from '../../task/capabilities.ts';
import type { Dentry, Inode, PathRef, Superblock, Task } from '../../types.ts';
import { newDentry } from '../dentry.ts';
import { newSuperblock } from '../inode.ts';
import { direntType, S_IFDIR, S_IFLNK, S_IFREG } from '../mode.ts';
import { canRead, canWrite } from '../open-flags.ts';
import { pathString } from '../path-string.ts';
import type { PathContext } from '../path-walk.ts';
import type { DirectoryEntry, StatFs, SuperblockOps } from '../superblock-ops.ts';
import { PID_FILES } from './pid-files.ts';
import { type ProcNode, procInode, procNode, procTask } from './proc-node.ts';
import { SYSTEM_FILES } from './system-files.ts';

const PROC_MAGIC = 0x9fa0;

/** /proc. Linux 6.1 fs/proc */
export function newProcfs(kernel: Kernel): { superblock: Superblock; root: Dentry } {
  const superblock = newSuperblock(kernel, 'proc', undefined);
  const inode = procInode(kernel, superblock, S_IFDIR | 0o555, plain('root'));
  return { superblock, root: newDentry('/', undefined, inode) };
}

function plain(node: string): ProcNode {
  return { node, tid: 0, thread: false, fd: -1 };
}

const DIR = S_IFDIR | 0o555;
const LINK = S_IFLNK | 0o777;

/** Links in a task's directory. */
const PID_LINKS: readonly string[] = ['exe', 'cwd', 'root'];

/** A process, by the number of its leader; threads are found below task/ (and, as in Linux, by number). */
function findTask(kernel: Kernel, name: string): Task | undefined {
  return /^[1-9][0-9]{0,8}$/.test(name) ? kernel.state.tasks.get(Number(name)) : undefined;
}

function lookup(kernel: Kernel, dir: Dentry, name: string): Inode | number {
  const { superblock } = dir.inode!;
  const parent = procNode(dir.inode!);
  const make = (mode: number, node: ProcNode): Inode => procInode(kernel, superblock, mode, node);
  switch (parent.node) {
    case 'root': {
      if (name === 'self' || name === 'thread-self') return make(LINK, plain(name));
      const task = findTask(kernel, name);
      if (task !== undefined) return make(DIR, { ...plain('pid'), tid: task.tid });
      return lookupSystem(make, '', name);
    }
    case 'pid':
      return procTask(kernel, parent) === undefined ? -ENOENT : lookupPid(make, parent, name);
    case 'pid/task': {
      const owner = procTask(kernel, parent);
      const task = findTask(kernel, name);
      if (task === undefined || owner === undefined || task.group !== owner.group) return -ENOENT;
      return make(DIR, { node: 'pid', tid: task.tid, thread: true, fd: -1 });
    }
    case 'pid/fd':
    case 'pid/fdinfo':
      return lookupFd(kernel, make, parent, name);
    default:
      return lookupSystem(make, `${parent.node}/`, name);
  }
}

type MakeInode = (mode: number, node: ProcNode) => Inode;

function lookupPid(make: MakeInode, parent: ProcNode, name: string): Inode | number {
  const node: ProcNode = { ...parent, node: `pid/${name}` };
  if (PID_LINKS.includes(name)) return make(LINK, node);
  if (name === 'fd' || name === 'fdinfo') return make(S_IFDIR | 0o500, node);
  if (name === 'task') return parent.thread ? -ENOENT : make(DIR, node);
  const file = PID_FILES.get(name);
  return file === undefined ? -ENOENT : make(S_IFREG | file.mode, node);
}

function lookupFd(kernel: Kernel, make: MakeInode, parent: ProcNode, name: string): Inode | number {
  const task = procTask(kernel, parent);
  if (task === undefined || !/^(0|[1-9][0-9]{0,6})$/.test(name)) return -ENOENT;
  const fd = Number(name);
  const file = task.files.fds[fd]?.file;
  if (file === undefined) return -ENOENT;
  const node = { ...parent, node: `${parent.node}/n`, fd };
  if (parent.node === 'pid/fdinfo') return make(S_IFREG | 0o400, node);
  const rights = (canRead(file.flags) ? 0o500 : 0) | (canWrite(file.flags) ? 0o300 : 0);
  return make(S_IFLNK | (rights || 0o500), node);
}

function lookupSystem(make: MakeInode, prefix: string, name: string): Inode | number {
  const path = prefix + name;
  const file = SYSTEM_FILES.get(path);
  if (file !== undefined) return file.link ? make(LINK, plain(path)) : make(S_IFREG | file.mode, plain(path));
  for (const key of SYSTEM_FILES.keys()) if (key.startsWith(`${path}/`)) return make(DIR, plain(path));
  return -ENOENT;
}

function names(kernel: Kernel, node: ProcNode): string[] {
  const task = procTask(kernel, node);
  switch (node.node) {
    case 'root': {
      const processes = [...kernel.state.groups.keys()].sort((a, b) => a - b).map(String);
      return ['self', 'thread-self', ...systemNames(''), ...processes];
    }
    case 'pid':
      return [...PID_LINKS, 'fd', 'fdinfo', ...(node.thread ? [] : ['task']), ...PID_FILES.keys()];
    case 'pid/task':
      return task?.group.tasks.map((thread) => String(thread.tid)) ?? [];
    case 'pid/fd':
    case 'pid/fdinfo':
      return task?.files.fds.flatMap((entry, fd) => (entry === undefined ? [] : [String(fd)])) ?? [];
    default:
      return systemNames(`${node.node}/`);
  }
}

/** First components of the system files below a prefix. */
function systemNames(prefix: string): string[] {
  const found = new Set<string>();
  for (const key of SYSTEM_FILES.keys()) {
    if (key.startsWith(prefix)) found.add(key.slice(prefix.length).split('/')[0]!);
  }
  return [...found];
}

/** Where a magic link leads. Linux 6.1 fs/proc/base.c: proc_pid_get_link */
function magicTarget(kernel: Kernel, context: PathContext, node: ProcNode): PathRef | number | undefined {
  if (!node.node.startsWith('pid/')) return undefined;
  const task = procTask(kernel, node);
  if (task === undefined) return -ENOENT;
  const { cred } = context;
  if (cred.fsuid !== task.cred.uid && !capable(cred, CAP.sysPtrace)) return -EACCES;
  switch (node.node) {
    case 'pid/cwd':
      return task.fs.cwd;
    case 'pid/root':
      return task.fs.root;
    case 'pid/exe':
      return task.mm?.exe?.path ?? -ENOENT;
    case 'pid/fd/n':
      return task.files.fds[node.fd]?.file.path ?? -ENOENT;
    default:
      return undefined;
  }
}

function readlink(kernel: Kernel, context: PathContext, inode: Inode): string | number {
  const node = procNode(inode);
  const { group, tid } = context;
  if (node.node === 'self') return group === undefined ? -ENOENT : String(group.pid);
  if (node.node === 'thread-self') return group === undefined ? -ENOENT : `${group.pid}/task/${tid}`;
  const target = magicTarget(kernel, context, node);
  if (typeof target === 'number') return target;
  if (target !== undefined) return pathString(kernel, target, context.fs.root);
  return SYSTEM_FILES.get(node.node)?.link ?? -EINVAL;
}

export const PROC_OPS: SuperblockOps = {
  cached: false,
  lookup,
  readlink,
  followLink: (kernel, context, inode) => magicTarget(kernel, context, procNode(inode)),

  readdir(kernel, dir): DirectoryEntry[] | number {
    const node = procNode(dir.inode!);
    if (node.tid !== 0 && procTask(kernel, node) === undefined) return -ESRCH;
    const entries: DirectoryEntry[] = [];
    for (const name of names(kernel, node)) {
      const inode = lookup(kernel, dir, name);
      if (typeof inode === 'number') continue;
      entries.push({ name, ino: inode.ino, type: direntType(inode.mode) });
    }
    return entries;
  },

  statfs(): StatFs {
    return { type: PROC_MAGIC, bsize: 4096, blocks: 0, bfree: 0, files: 0, ffree: 0 };
  },
};
