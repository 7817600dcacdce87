import {
  EINVAL,
  EISDIR,
  ENOENT,
  ENOTDIR,
  EROFS,
  type HostDirectory,
  type HostStat,
  REFUSED_CHANGES,
} from '@kml/kernel';

/** A file of a MemoryDirectory: its content, or where a symbolic link leads. */
export type MemoryFile = Uint8Array | { readonly link: string };

interface Node {
  readonly ino: number;
  readonly mode: number;
  readonly content: MemoryFile | Map<string, Node>;
}

const DIRECTORY = 0o040755;
const FILE = 0o100755;
const LINK = 0o120777;

/**
 * A read-only directory tree that lives in memory: the small root a machine has when no host
 * directory is given. Paths are absolute guest paths; directories on the way come by themselves, and
 * one that ends in '/' is an empty directory.
 */
export function memoryDirectory(files: Readonly<Record<string, MemoryFile>>): HostDirectory {
  let inodes = 1;
  const make = (mode: number, content: Node['content']): Node => ({ ino: inodes++, mode, content });
  const root = make(DIRECTORY, new Map());
  for (const [path, content] of Object.entries(files)) {
    const names = path.split('/').filter((name) => name !== '');
    let at = root.content as Map<string, Node>;
    const last = path.endsWith('/') ? undefined : names.pop();
    for (const name of names) {
      if (!at.has(name)) at.set(name, make(DIRECTORY, new Map()));
      at = at.get(name)!.content as Map<string, Node>;
    }
    if (last) at.set(last, make(content instanceof Uint8Array ? FILE : LINK, content));
  }

  const find = (path: string): Node | number => {
    let node = root;
    for (const name of path === '' ? [] : path.split('/')) {
      if (!(node.content instanceof Map)) return -ENOTDIR;
      const next = node.content.get(name);
      if (!next) return -ENOENT;
      node = next;
    }
    return node;
  };
  const handles: (Node | undefined)[] = [];

  return {
    description: 'memory',
    files,
    lstat(path) {
      const node = find(path);
      return typeof node === 'number' ? node : statOf(node);
    },
    readdir(path) {
      const node = find(path);
      if (typeof node === 'number') return node;
      return node.content instanceof Map ? [...node.content.keys()] : -ENOTDIR;
    },
    readlink(path) {
      const node = find(path);
      if (typeof node === 'number') return node;
      return 'link' in node.content ? node.content.link : -EINVAL;
    },
    open(path, write) {
      const node = find(path);
      if (typeof node === 'number') return node;
      if (write) return -EROFS;
      if (!(node.content instanceof Uint8Array)) return -EISDIR;
      return handles.push(node) - 1;
    },
    close(handle) {
      handles[handle] = undefined;
      return 0;
    },
    fstat: (handle) => statOf(handles[handle]!),
    read(handle, position, into) {
      const piece = (handles[handle]!.content as Uint8Array).subarray(position, position + into.length);
      into.set(piece);
      return piece.length;
    },
    ...REFUSED_CHANGES,
  };
}

function statOf(node: Node): HostStat {
  const size =
    node.content instanceof Uint8Array ? node.content.length : 'link' in node.content ? node.content.link.length : 0;
  const time = 0n;
  return {
    ...{ mode: node.mode, uid: 0, gid: 0, size, nlink: 1, ino: node.ino, dev: 1, rdev: 0 },
    ...{ atimeNs: time, mtimeNs: time, ctimeNs: time },
  };
}
