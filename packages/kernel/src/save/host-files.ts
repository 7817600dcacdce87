import { PAGE_SIZE } from '@kml/core';
import { keepContent } from '../fs/hostfs/hostfs-content.ts';
import { type HostfsData, hostfsData, hostfsNode, linkedKey } from '../fs/hostfs/hostfs-node.ts';
import { isRegular } from '../fs/mode.ts';
import type { Kernel } from '../kernel.ts';
import type { Inode, Superblock } from '../types.ts';

/** A host file that a saved machine has open, mapped or cached. */
export interface HostFileRecord {
  inode: Inode;
  /** As the host's file was when the machine was saved. */
  size: number;
  mtimeNs: bigint;
  /** The file had lost its name on the host, or another had it: its bytes, which nothing else has. */
  content: Uint8Array | undefined;
}

/** What has become of a host file since the save. */
export interface HostFileChange {
  readonly path: string;
  readonly change: 'gone' | 'changed';
}

/** Whether an object of the kernel's state is the inode of a host file. */
function isHostInode(object: object): object is Inode {
  const { superblock, pages, users } = object as Partial<Inode>;
  return superblock?.kind === 'hostfs' && pages instanceof Map && users !== undefined;
}

/** Whether it is a view of a host directory. */
function isHostView(object: object): object is Superblock {
  const { kind, data } = object as Partial<Superblock>;
  return kind === 'hostfs' && (data as Partial<HostfsData> | undefined)?.linked instanceof Map;
}

function isInUse(inode: Inode): boolean {
  return inode.users > 0 || inode.pages.size > 0 || hostfsNode(inode).handle >= 0;
}

/**
 * Records of the host files in use, for a save file. Changes nothing.
 * @param objects everything that the kernel's state reaches: files are found wherever they hang
 */
export function recordHostFiles(objects: Iterable<object>): HostFileRecord[] {
  const records: HostFileRecord[] = [];
  for (const inode of objects) {
    if (!isHostInode(inode) || !isRegular(inode.mode) || !isInUse(inode)) continue;
    const { path, handle } = hostfsNode(inode);
    if (path !== undefined || handle >= 0) records.push(recordOf(inode));
  }
  return records;
}

function recordOf(inode: Inode): HostFileRecord {
  const { host } = hostfsData(inode.superblock);
  const { path, handle, hostSize } = hostfsNode(inode);
  const named = path === undefined ? -1 : host.lstat(path);
  const held = handle < 0 ? named : host.fstat(handle);
  if (typeof held === 'number') return { inode, size: hostSize, mtimeNs: 0n, content: undefined };
  const lost = typeof named === 'number' || named.ino !== held.ino || named.dev !== held.dev;
  const content = lost ? hostBytes(inode) : undefined;
  return { inode, size: held.size, mtimeNs: held.mtimeNs, content };
}

/** The host's bytes of a file as far as they shine through. */
function hostBytes(inode: Inode): Uint8Array {
  const { handle, hostSize } = hostfsNode(inode);
  const bytes = new Uint8Array(hostSize);
  const { host } = hostfsData(inode.superblock);
  for (let done = 0; done < bytes.length; ) {
    const got = host.read(handle, done, bytes.subarray(done));
    if (got <= 0) break;
    done += got;
  }
  return bytes;
}

/** Lets go of the handles of the host that was, and takes files without a name there into the kernel. Answers what is otherwise than it was. */
export function restoreHostFiles(
  kernel: Kernel,
  objects: Iterable<object>,
  records: readonly HostFileRecord[],
): HostFileChange[] {
  for (const object of objects) {
    if (isHostView(object)) findLinkedAgain(object);
    if (!isHostInode(object)) continue;
    const node = hostfsNode(object);
    node.handle = -1;
    node.handleWrites = false;
  }
  return records.flatMap((record) => restoreOne(kernel, record));
}

/** Files with several names are known by the host's numbers, which are others where the tree was copied. */
function findLinkedAgain(view: Superblock): void {
  const data = hostfsData(view);
  const inodes = [...data.linked.values()];
  data.linked.clear();
  for (const inode of inodes) {
    const { path } = hostfsNode(inode);
    const stat = path === undefined ? -1 : data.host.lstat(path);
    if (typeof stat !== 'number') data.linked.set(linkedKey(stat), inode);
  }
}

function restoreOne(kernel: Kernel, { inode, size, mtimeNs, content }: HostFileRecord): HostFileChange[] {
  if (content !== undefined) {
    adoptContent(kernel, inode, content);
    return [];
  }
  const path = hostfsNode(inode).path!;
  const stat = hostfsData(inode.superblock).host.lstat(path);
  if (typeof stat === 'number' || !isRegular(stat.mode)) return [{ path, change: 'gone' }];
  return stat.size === size && stat.mtimeNs === mtimeNs ? [] : [{ path, change: 'changed' }];
}

/** The kernel keeps the file's content from now on. */
function adoptContent(kernel: Kernel, inode: Inode, content: Uint8Array): void {
  const node = hostfsNode(inode);
  for (let at = 0; at < content.length; at += PAGE_SIZE) {
    if (!node.pages.has(at / PAGE_SIZE)) keepContent(kernel, inode, at, content.subarray(at, at + PAGE_SIZE));
  }
  node.path = undefined;
  node.hostSize = 0;
}
