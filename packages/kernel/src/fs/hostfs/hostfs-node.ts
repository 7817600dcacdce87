import type { HostDirectory, HostStat } from '../../host.ts';
import type { Kernel } from '../../kernel.ts';
import type { Inode, Superblock } from '../../types.ts';
import type { DataPages, DataQuota } from '../data-pages.ts';
import { newInode } from '../inode.ts';
import { isDevice, isDirectory, isRegular } from '../mode.ts';

/** Superblock.data of a view of a host directory. */
export interface HostfsData {
  host: HostDirectory;
  /** Changes go to the host. Otherwise they stay here and the host is never written. */
  writable: boolean;
  quota: DataQuota;
  /** Inodes of host files with several names, by the host's dev:ino. */
  linked: Map<string, Inode>;
}

/** Inode.data of a node of the view. */
export interface HostfsNode {
  /** Path on the host, relative to the directory; undefined for what exists only here. */
  path: string | undefined;
  /** Regular files: bytes of the host's file that still shine through (lowered by truncation). */
  hostSize: number;
  /** Regular files: pages written here, over the host's. */
  pages: DataPages;
  /** Host handle while the file is in use, and whether it may write; -1 for none. */
  handle: number;
  handleWrites: boolean;
  /** Where a symbolic link leads, once that is known. */
  target: string;
  /** Directories: names of the host's that were removed or covered here. */
  whiteouts: Set<string>;
  /** Directories: names that the host was asked for and does not have. */
  missing: Set<string>;
}

export function hostfsData(superblock: Superblock): HostfsData {
  return superblock.data as HostfsData;
}

export function hostfsNode(inode: Inode): HostfsNode {
  return inode.data as HostfsNode;
}

/** What an inode of the view keeps, before anything was changed. */
export function newHostfsNode(path: string | undefined, hostSize: number, target: string): HostfsNode {
  return {
    path,
    hostSize,
    pages: new Map(),
    handle: -1,
    handleWrites: false,
    target,
    whiteouts: new Set(),
    missing: new Set(),
  };
}

/** Key in HostfsData.linked. */
export function linkedKey({ dev, ino }: HostStat): string {
  return `${dev}:${ino}`;
}

/**
 * The inode of a host node: one for all names of a hard-linked file. In a view that is not writable it was accessed when
 * it was written, as in an image that keeps no access times: the host's change whenever anyone reads the file, this run
 * included, and a run in virtual time would not repeat.
 */
export function inodeOfHost(kernel: Kernel, superblock: Superblock, path: string, stat: HostStat): Inode {
  const data = hostfsData(superblock);
  const shared = stat.nlink > 1 && !isDirectory(stat.mode);
  const key = linkedKey(stat);
  const known = shared ? data.linked.get(key) : undefined;
  if (known !== undefined) return known;
  const hostSize = isRegular(stat.mode) ? stat.size : 0;
  const inode = newInode(kernel, superblock, stat.mode, newHostfsNode(path, hostSize, ''));
  inode.uid = stat.uid;
  inode.gid = stat.gid;
  inode.nlink = stat.nlink;
  inode.size = stat.size;
  inode.rdev = isDevice(stat.mode) ? stat.rdev : 0;
  inode.atime = data.writable ? stat.atimeNs : stat.mtimeNs;
  inode.mtime = stat.mtimeNs;
  inode.ctime = stat.ctimeNs;
  inode.btime = undefined;
  if (shared) data.linked.set(key, inode);
  return inode;
}

/** Path of a name below a host directory ('' is the directory itself). */
export function joinHostPath(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}
