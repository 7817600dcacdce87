import { EAGAIN, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, EXDEV } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { Dentry, FsContext, PathRef, Task } from '../types.ts';
import { addChild, newDentry } from './dentry.ts';
import { isDirectory, isSymlink } from './mode.ts';
import { crossMounts, parentMountOf } from './mount-table.ts';
import { MAY_EXEC, permission } from './permission.ts';
import { inodeOps, superblockOps } from './superblock-ops.ts';

/** Whose path it is: the part of a task that a look-up needs. */
export interface PathContext {
  readonly cred: Task['cred'];
  readonly fs: FsContext;
  /** For /proc/self; absent before there are tasks. */
  readonly group?: Task['group'];
  readonly tid?: number;
  readonly files?: Task['files'];
}

export const PATH_MAX = 4096;
export const NAME_MAX = 255;
const MAX_LINKS = 40;

/** openat2's resolve flags. Linux 6.1 include/uapi/linux/openat2.h */
export const RESOLVE_NO_XDEV = 0x01;
export const RESOLVE_NO_MAGICLINKS = 0x02;
export const RESOLVE_NO_SYMLINKS = 0x04;
export const RESOLVE_BENEATH = 0x08;
export const RESOLVE_IN_ROOT = 0x10;
export const RESOLVE_CACHED = 0x20;

export interface ResolveOptions {
  /** Where relative paths begin; the working directory if left out. */
  readonly at?: PathRef;
  /** Follow a symbolic link in the last place. Default true. */
  readonly follow?: boolean;
  /** RESOLVE_* */
  readonly resolve?: number;
}

/** The directory and last component of a path, before the last is looked up. */
export interface ParentPath {
  readonly parent: PathRef;
  /** '.', '..' and, for the root, '' are possible. */
  readonly name: string;
  /** The path ended in a slash: only a directory will do. */
  readonly trailing: boolean;
  /** Symbolic links followed so far. */
  readonly links: number;
}

/** The place a path names, or -errno. The result always has an inode. */
export function resolvePath(
  kernel: Kernel,
  context: PathContext,
  path: string,
  options: ResolveOptions = {},
): PathRef | number {
  const result = walk(kernel, context, path, options, false, 0);
  if (typeof result === 'number') return result;
  return 'parent' in result ? result.parent : result;
}

/** The directory a path's last component is to be found or made in, or -errno. */
export function resolveParent(
  kernel: Kernel,
  context: PathContext,
  path: string,
  options: ResolveOptions = {},
  links = 0,
): ParentPath | number {
  const result = walk(kernel, context, path, options, true, links);
  if (typeof result === 'number') return result;
  return 'parent' in result ? result : { parent: result, name: '', trailing: false, links };
}

/** Linux 6.1 fs/namei.c: link_path_walk, walk_component, pick_link */
function walk(
  kernel: Kernel,
  context: PathContext,
  path: string,
  options: ResolveOptions,
  wantParent: boolean,
  linksBefore: number,
): PathRef | ParentPath | number {
  if (path === '') return -ENOENT;
  if (path.length >= PATH_MAX) return -ENAMETOOLONG;
  const resolve = options.resolve ?? 0;
  const start = options.at ?? context.fs.cwd;
  const root = resolve & RESOLVE_IN_ROOT || resolve & RESOLVE_BENEATH ? start : context.fs.root;
  if (path.startsWith('/') && resolve & RESOLVE_BENEATH) return -EXDEV;
  let at = path.startsWith('/') ? root : start;
  let links = linksBefore;
  const pending: string[] = [];
  let trailing = pushComponents(pending, path);
  while (pending.length > 0) {
    const name = pending.pop()!;
    const last = pending.length === 0;
    const directory = at.dentry.inode;
    if (directory === undefined) return -ENOENT;
    if (!isDirectory(directory.mode)) return -ENOTDIR;
    const denied = permission(context.cred, directory, MAY_EXEC);
    if (denied) return denied;
    if (last && wantParent) return { parent: at, name, trailing, links };
    if (name === '.') continue;
    if (name === '..') {
      const up = stepUp(kernel, at, root);
      if (up === at && resolve & RESOLVE_BENEATH) return -EXDEV;
      if (resolve & RESOLVE_NO_XDEV && up.mount !== at.mount) return -EXDEV;
      at = up;
      continue;
    }
    if (resolve & RESOLVE_CACHED && !isCached(at.dentry, name)) return -EAGAIN;
    const child = lookupChild(kernel, at.dentry, name);
    if (typeof child === 'number') return child;
    if (isSymlink(child.inode!.mode) && (!last || trailing || options.follow !== false)) {
      if (++links > MAX_LINKS || resolve & RESOLVE_NO_SYMLINKS) return -ELOOP;
      const followed = followLink(kernel, context, child, at, root, resolve);
      if (typeof followed === 'number') return followed;
      at = followed.at;
      if (pushComponents(pending, followed.text) && last) trailing = true;
      continue;
    }
    const next = crossMounts(kernel, { mount: at.mount, dentry: child });
    if (resolve & RESOLVE_NO_XDEV && next.mount !== at.mount) return -EXDEV;
    at = next;
  }
  if (at.dentry.inode === undefined) return -ENOENT;
  if (trailing && !isDirectory(at.dentry.inode.mode)) return -ENOTDIR;
  return at;
}

/** Puts a path's components on the stack, first on top. Tells whether it ends in a slash. */
function pushComponents(pending: string[], path: string): boolean {
  const parts = path.split('/');
  for (let i = parts.length - 1; i >= 0; i--) if (parts[i] !== '') pending.push(parts[i]!);
  return path.endsWith('/');
}

/** `..`: never above `root`, and across mounts. */
function stepUp(kernel: Kernel, ref: PathRef, root: PathRef): PathRef {
  let at = ref;
  for (;;) {
    if (at.dentry === root.dentry && at.mount === root.mount) return at === ref ? ref : crossMounts(kernel, at);
    if (at.dentry !== at.mount.root) break;
    const above = parentMountOf(at.mount);
    if (above === undefined) return ref;
    at = above;
  }
  const parent = at.dentry.parent;
  if (parent === undefined) return ref;
  return crossMounts(kernel, { mount: at.mount, dentry: parent });
}

function followLink(
  kernel: Kernel,
  context: PathContext,
  link: Dentry,
  at: PathRef,
  root: PathRef,
  resolve: number,
): { at: PathRef; text: string } | number {
  const inode = link.inode!;
  const ops = inodeOps(inode);
  const jump = ops.followLink?.(kernel, context, inode);
  if (typeof jump === 'number') return jump;
  if (jump !== undefined) {
    if (resolve & RESOLVE_NO_MAGICLINKS) return -ELOOP;
    if (resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) return -EXDEV;
    return { at: jump, text: '' };
  }
  const text = ops.readlink(kernel, context, inode);
  if (typeof text === 'number') return text;
  if (text === '') return -ENOENT;
  if (text.startsWith('/')) {
    if (resolve & RESOLVE_BENEATH) return -EXDEV;
    return { at: root, text };
  }
  return { at, text };
}

/** Whether a name can be looked up without asking what lies below: RESOLVE_CACHED. */
function isCached(dir: Dentry, name: string): boolean {
  return dir.children.has(name) || dir.inode?.superblock.kind !== 'hostfs';
}

/**
 * The entry of a name in a directory, from the cache or the file system: with an inode, or -ENOENT,
 * -ENAMETOOLONG and what else the file system answers.
 */
export function lookupChild(kernel: Kernel, dir: Dentry, name: string): Dentry | number {
  kernel.engine.addCycles(kernel.work.pathComponent);
  if (name.length > NAME_MAX) return -ENAMETOOLONG;
  const cached = dir.children.get(name);
  if (cached !== undefined) return cached.inode === undefined ? -ENOENT : cached;
  if (dir.inode === undefined) return -ENOENT;
  const ops = superblockOps(dir.inode.superblock);
  const inode = ops.lookup(kernel, dir, name);
  if (typeof inode === 'number') return inode;
  return ops.cached ? addChild(dir, name, inode) : newDentry(name, dir, inode);
}
