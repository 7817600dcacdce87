import { makeDevice, S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG } from '@kml/kernel';
import { ImageError } from './image-error.ts';

/** A file of an image. Plain data, so that trees can be kept as JSON. */
export interface ImageNode {
  ino: number;
  mode: number;
  uid: number;
  gid: number;
  /** Names it has; a directory's own '.' and its subdirectories' '..' count. */
  nlink: number;
  /** Seconds since the epoch. */
  mtime: number;
  rdev: number;
  size: number;
  /** Where a regular file's bytes begin in the image's data. */
  offset: number;
  /** Where a symbolic link leads. */
  target: string;
  /** Which layer it came from, counted from 0. */
  layer: number;
  /** Of a directory, by name. */
  entries?: Map<string, ImageNode>;
}

/** One entry of an archive. Names are bytes as latin1 strings. */
export interface ImageEntry {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'link' | 'character-device' | 'block-device' | 'fifo';
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly size: number;
  readonly offset: number;
  /** Of links: where they lead; a hard link's is a name of the archive. */
  readonly target: string;
  readonly major: number;
  readonly minor: number;
}

const TYPES = {
  file: S_IFREG,
  directory: S_IFDIR,
  symlink: S_IFLNK,
  'character-device': S_IFCHR,
  'block-device': S_IFBLK,
  fifo: S_IFIFO,
} as const;

/** Prefix of names that hide what lower layers have (OCI image-spec, layer.md, Whiteouts). */
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
const MOST_LINKS = 40;

/** A tree that layers are put into, one over the other. */
export class ImageTree {
  readonly root: ImageNode;
  private inodes = 0;
  private layer = 0;

  constructor() {
    this.root = this.node(S_IFDIR | 0o755);
    this.root.nlink++;
  }

  /** What is added from now on lies over what is there. */
  nextLayer(): void {
    this.layer++;
  }

  /** Adds an entry. @throws ImageError where its name or its hard link's target is not one. */
  add(entry: ImageEntry): void {
    const names = namesOf(entry.name);
    const name = names.pop();
    if (name === undefined) {
      if (entry.type === 'directory') setAttributes(this.root, entry);
      return;
    }
    const parent = this.directory(names, entry.name);
    if (name === OPAQUE) this.hideBelow(parent);
    else if (name.startsWith(WHITEOUT)) this.hide(parent, name.slice(WHITEOUT.length));
    else if (entry.type === 'link') this.put(parent, name, this.linked(entry));
    else this.make(parent, name, entry, TYPES[entry.type]);
  }

  private make(parent: ImageNode, name: string, entry: ImageEntry, type: number): void {
    const there = parent.entries!.get(name);
    const node = type === S_IFDIR && there?.entries ? there : this.node(type);
    setAttributes(node, entry);
    node.layer = this.layer;
    if (type === S_IFREG) Object.assign(node, { size: entry.size, offset: entry.offset });
    if (type === S_IFLNK) Object.assign(node, { target: entry.target, size: entry.target.length });
    if (type === S_IFCHR || type === S_IFBLK) node.rdev = makeDevice(entry.major, entry.minor);
    if (node !== there) this.put(parent, name, node);
  }

  private node(mode: number): ImageNode {
    const ino = ++this.inodes;
    const owner = { uid: 0, gid: 0, mtime: 0, rdev: 0, size: 0, offset: 0, target: '', layer: this.layer };
    return (mode & S_IFMT) === S_IFDIR
      ? { ino, mode, nlink: 1, ...owner, entries: new Map() }
      : { ino, mode, nlink: 0, ...owner };
  }

  private put(parent: ImageNode, name: string, node: ImageNode): void {
    if (parent.entries!.get(name) === node) return;
    this.remove(parent, name);
    node.nlink++;
    if (node.entries) parent.nlink++;
    parent.entries!.set(name, node);
  }

  private remove(parent: ImageNode, name: string): void {
    const node = parent.entries!.get(name);
    if (!node) return;
    node.nlink--;
    if (node.entries) parent.nlink--;
    parent.entries!.delete(name);
  }

  private hide(parent: ImageNode, name: string): void {
    if (parent.entries!.get(name)?.layer !== this.layer) this.remove(parent, name);
  }

  private hideBelow(parent: ImageNode): void {
    for (const name of [...parent.entries!.keys()]) this.hide(parent, name);
  }

  private linked(entry: ImageEntry): ImageNode {
    const names = namesOf(entry.target);
    const name = names.pop() ?? '';
    const node = this.directory(names, entry.name).entries!.get(name);
    if (!node || node.entries) throw new ImageError(`${entry.name}: a hard link to ${entry.target}, which is no file`);
    return node;
  }

  /** The directory of these names, made where it is missing; symbolic links on the way are followed within the tree. */
  private directory(names: readonly string[], whose: string): ImageNode {
    let path: ImageNode[] = [this.root];
    const todo = [...names].reverse();
    let links = 0;
    for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
      if (name === '' || name === '.') continue;
      if (name === '..') {
        if (path.length > 1) path.pop();
        continue;
      }
      const at = path.at(-1)!;
      let next = at.entries!.get(name);
      if (next && (next.mode & S_IFMT) === S_IFLNK) {
        if (++links > MOST_LINKS) throw new ImageError(`${whose}: too many symbolic links on its way`);
        if (next.target.startsWith('/')) path = [this.root];
        todo.push(...next.target.split('/').reverse());
        continue;
      }
      if (!next?.entries) this.put(at, name, (next = this.node(S_IFDIR | 0o755)));
      path.push(next);
    }
    return path.at(-1)!;
  }
}

function setAttributes(node: ImageNode, entry: ImageEntry): void {
  const { uid, gid, mtime } = entry;
  Object.assign(node, { mode: (node.mode & S_IFMT) | (entry.mode & 0o7777), uid, gid, mtime });
}

/** The names of an archive's path, which are all below its root. */
function namesOf(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (names.includes('..')) throw new ImageError(`${path}: a name that leaves the archive`);
  return names;
}
