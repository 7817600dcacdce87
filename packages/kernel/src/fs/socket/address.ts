import { StructReader, StructWriter } from '../../abi/struct.ts';
import { EADDRINUSE, ECONNREFUSED, EEXIST, EFAULT, EINVAL, EPROTOTYPE } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut, readWord, writeWord } from '../../mm/user-access.ts';
import type { Task } from '../../types.ts';
import { fsState } from '../fs-state.ts';
import { S_IFMT, S_IFSOCK } from '../mode.ts';
import { lookupChild, type ParentPath, resolveParent, resolvePath } from '../path-walk.ts';
import { MAY_WRITE, permission } from '../permission.ts';
import { createNode } from '../vfs.ts';
import { AF_UNIX } from './numbers.ts';
import type { UnixSocket } from './socket-state.ts';

/** sizeof(struct sockaddr_un). */
const UNIX_ADDRESS_BYTES = 110;
/** sizeof(struct sockaddr_storage). */
const ADDRESS_BYTES = 128;

/** The bytes of a sockaddr in user memory, or -errno. Linux 6.1 net/socket.c: move_addr_to_kernel */
export function readAddress(kernel: Kernel, task: Task, address: number, length: number): Uint8Array | number {
  if (length < 0 || length > ADDRESS_BYTES) return -EINVAL;
  return copyIn(kernel, task, address, length) ?? -EFAULT;
}

/** Stores a sockaddr and its length where a call's two pointers say; it is cut to the room there is. */
export function writeAddress(kernel: Kernel, task: Task, name: Uint8Array, address: number, lengthAt: number): number {
  if (address === 0) return 0;
  const room = readWord(kernel, task, lengthAt);
  if (room === undefined) return -EFAULT;
  if ((room | 0) < 0) return -EINVAL;
  if (!copyOut(kernel, task, address, name.subarray(0, room))) return -EFAULT;
  return writeWord(kernel, task, lengthAt, name.length) ? 0 : -EFAULT;
}

/** sa_family of a sockaddr: in the program's byte order. */
export function addressFamily(kernel: Kernel, address: Uint8Array): number {
  return new StructReader(kernel, address).u16(0);
}

/** sun_path of a sockaddr ('' : autobind), or -errno. */
export function unixName(kernel: Kernel, address: Uint8Array): string | number {
  if (address.length < 2 || address.length > UNIX_ADDRESS_BYTES) return -EINVAL;
  if (addressFamily(kernel, address) !== AF_UNIX) return -EINVAL;
  const path = String.fromCharCode(...address.subarray(2));
  if (path === '' || path.startsWith('\0')) return path;
  const end = path.indexOf('\0');
  return end < 0 ? path : path.slice(0, end);
}

/** The sockaddr of a Unix socket's name. */
export function unixAddress(kernel: Kernel, name: string): Uint8Array {
  const ends = name !== '' && !name.startsWith('\0') ? 1 : 0;
  return new StructWriter(kernel, 2 + name.length + ends).u16(AF_UNIX).text(name).bytes;
}

/** Node data of a bound socket carries the socket. */
interface SocketNode {
  socket?: UnixSocket;
}

function entryExists(kernel: Kernel, at: ParentPath): boolean {
  return typeof lookupChild(kernel, at.parent.dentry, at.name) !== 'number';
}

/** Gives a socket its name: a node in the file system, or an abstract name. */
export function bindName(kernel: Kernel, task: Task, socket: UnixSocket, wanted: string): number {
  const bound = socket.name !== '';
  if (bound && wanted === '') return 0;
  if (bound && wanted.startsWith('\0')) return -EINVAL;
  const { abstractSockets } = fsState(kernel);
  let name = wanted;
  // Autobind: five hexadecimal digits that nobody has.
  for (let i = 0; name === ''; i++) {
    const candidate = `\0${i.toString(16).padStart(5, '0')}`;
    if (!abstractSockets.has(candidate)) name = candidate;
  }
  if (name.startsWith('\0')) {
    if (abstractSockets.has(name)) return -EADDRINUSE;
    abstractSockets.set(name, socket);
  } else {
    const at = resolveParent(kernel, task, name);
    if (typeof at === 'number') return at;
    if (bound) return entryExists(kernel, at) ? -EADDRINUSE : -EINVAL;
    const mode = S_IFSOCK | (0o777 & ~task.fs.umask);
    const made = createNode(kernel, task, at, { mode, rdev: 0, target: '' });
    if (typeof made === 'number') return made === -EEXIST ? -EADDRINUSE : made;
    socket.node = made.inode;
    (made.inode!.data as SocketNode).socket = socket;
  }
  socket.name = name;
  return 0;
}

/** The socket of a name, of the wanted type, or -errno. Linux 6.1 net/unix/af_unix.c: unix_find_other */
export function findUnixSocket(kernel: Kernel, task: Task, name: string, type: number): UnixSocket | number {
  let found: UnixSocket | undefined;
  if (name.startsWith('\0')) {
    found = fsState(kernel).abstractSockets.get(name);
  } else {
    const place = resolvePath(kernel, task, name);
    if (typeof place === 'number') return place;
    const inode = place.dentry.inode!;
    const denied = permission(task.cred, inode, MAY_WRITE);
    if (denied) return denied;
    if ((inode.mode & S_IFMT) !== S_IFSOCK) return -ECONNREFUSED;
    found = (inode.data as SocketNode).socket;
  }
  if (found === undefined || found.state === 'closed') return -ECONNREFUSED;
  return found.type === type ? found : -EPROTOTYPE;
}
