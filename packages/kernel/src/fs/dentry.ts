import type { Dentry, Inode } from '../types.ts';

/** A root dentry, or one of a file behind no directory. */
export function newDentry(name: string, parent: Dentry | undefined, inode: Inode | undefined): Dentry {
  return { name, parent, inode, children: new Map(), mounted: undefined };
}

/** Puts a child into the cache of its directory, replacing what was there. */
export function addChild(parent: Dentry, name: string, inode: Inode | undefined): Dentry {
  const dentry = newDentry(name, parent, inode);
  parent.children.set(name, dentry);
  return dentry;
}

/**
 * The name is gone: out of its directory. It keeps its parent, so that a working directory that was
 * removed still knows where it was; pathString shows it as deleted.
 */
export function detach(dentry: Dentry): void {
  const parent = dentry.parent;
  if (parent?.children.get(dentry.name) === dentry) parent.children.delete(dentry.name);
}

/** Whether the name still leads to it. Roots count as attached. */
export function isAttached(dentry: Dentry): boolean {
  return dentry.parent === undefined || dentry.parent.children.get(dentry.name) === dentry;
}

/** Moves a dentry to another name; what had the name is out of the cache. */
export function moveDentry(dentry: Dentry, parent: Dentry, name: string): void {
  detach(dentry);
  dentry.parent = parent;
  dentry.name = name;
  parent.children.set(name, dentry);
}

/** Whether `dentry` is `ancestor` or below it. */
export function isWithin(dentry: Dentry, ancestor: Dentry): boolean {
  for (let at: Dentry | undefined = dentry; at !== undefined; at = at.parent) if (at === ancestor) return true;
  return false;
}
