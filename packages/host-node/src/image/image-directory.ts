import * as fs from 'node:fs';
import {
  EINVAL,
  EISDIR,
  ENOENT,
  ENOTDIR,
  EROFS,
  type HostDirectory,
  type HostStat,
  REFUSED_CHANGES,
  S_IFMT,
  S_IFREG,
} from '@kml/kernel';
import { attempt } from '../errno.ts';
import type { ImageNode } from './image-tree.ts';

/** Tells the inodes of one image from those of another. */
let devices = 0x8000;

/**
 * An image's tree as a directory that can only be read.
 * @param data file of the host's with the bytes of the image's files; stays open with the directory
 */
export function imageDirectory(description: string, root: ImageNode, data: string): HostDirectory {
  const fd = fs.openSync(data, 'r');
  const device = devices++;
  const handles: (ImageNode | undefined)[] = [];
  const closed: number[] = [];

  const find = (path: string): ImageNode | number => {
    let node = root;
    if (path === '') return node;
    for (const name of path.split('/')) {
      if (!node.entries) return -ENOTDIR;
      const next = node.entries.get(name);
      if (!next) return -ENOENT;
      node = next;
    }
    return node;
  };

  return {
    description,
    lstat(path) {
      const node = find(path);
      return typeof node === 'number' ? node : statOf(node, device);
    },
    readdir(path) {
      const node = find(path);
      if (typeof node === 'number') return node;
      return node.entries ? [...node.entries.keys()] : -ENOTDIR;
    },
    readlink(path) {
      const node = find(path);
      if (typeof node === 'number') return node;
      return node.target === '' ? -EINVAL : node.target;
    },
    open(path, write) {
      const node = find(path);
      if (typeof node === 'number') return node;
      if (write) return -EROFS;
      if (node.entries) return -EISDIR;
      if ((node.mode & S_IFMT) !== S_IFREG) return -EINVAL;
      const handle = closed.pop() ?? handles.length;
      handles[handle] = node;
      return handle;
    },
    close(handle) {
      handles[handle] = undefined;
      closed.push(handle);
      return 0;
    },
    fstat: (handle) => statOf(handles[handle]!, device),
    read(handle, position, into) {
      const { offset, size } = handles[handle]!;
      const length = Math.max(0, Math.min(into.length, size - position));
      return length === 0 ? 0 : (attempt(() => fs.readSync(fd, into, 0, length, offset + position)) as number);
    },
    ...REFUSED_CHANGES,
  };
}

function statOf(node: ImageNode, dev: number): HostStat {
  const { mode, uid, gid, size, nlink, ino, rdev } = node;
  const time = BigInt(node.mtime) * 1_000_000_000n;
  return { mode, uid, gid, size, nlink, ino, dev, rdev, atimeNs: time, mtimeNs: time, ctimeNs: time };
}
