import { genericNumber, nativeNumber } from '../../abi/numbers.ts';
import { StructReader, StructWriter } from '../../abi/struct.ts';
import { BLOCKED, EBADF, EFAULT, EINVAL, EMSGSIZE, EPERM, ESRCH } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut, writeWord } from '../../mm/user-access.ts';
import { CAP, capable } from '../../task/capabilities.ts';
import type { OpenFile, Task } from '../../types.ts';
import { releaseFile, retainFile } from '../file.ts';
import { getDataFile, installFd } from '../file-table.ts';
import { readAddress, writeAddress } from '../socket/address.ts';
import { nothing } from '../socket/inbox.ts';
import { AF_UNIX, SOCK_STREAM } from '../socket/numbers.ts';
import { intBytes, SOL_SOCKET } from '../socket/options.ts';
import { type ControlMessage, type Received, socketOps } from '../socket/socket-ops.ts';
import { type PeerCredentials, RECEIVE_LIMIT, socketFile, socketOf } from '../socket/socket-state.ts';
import { credentialsOf } from '../socket/unix-transfer.ts';
import { MSG_CMSG_CLOEXEC, MSG_CTRUNC, MSG_DONTWAIT, MSG_PEEK, MSG_TRUNC, MSG_WAITALL } from '../socket/waiting.ts';
import { readSegments } from './read-write.ts';
import { type Segment, scatter } from './transfer.ts';

const SCM_RIGHTS = 1;
const SCM_CREDENTIALS = 2;
const MAX_PASSED = 253;
/** sizeof(struct ucred). */
const UCRED_BYTES = 12;
/** struct msghdr of 32-bit programs, and struct cmsghdr. */
const MSGHDR_BYTES = 28;
const CMSGHDR_BYTES = 12;

/** Sends user memory through a socket; of a stream in chunks, waiting in between as write does. */
function send(
  kernel: Kernel,
  task: Task,
  file: OpenFile,
  segments: readonly Segment[],
  flags: number,
  address: Uint8Array | undefined,
  passed: OpenFile[],
  control: readonly ControlMessage[],
  credentials?: PeerCredentials,
): number {
  const total = segments.reduce((sum, { length }) => sum + length, 0);
  const stream = socketOf(file).type === SOCK_STREAM;
  if (!stream && total > RECEIVE_LIMIT) return -EMSGSIZE;
  const ops = socketOps(file);
  let done = (task.restart?.done as number | undefined) ?? 0;
  do {
    const bytes = collect(kernel, task, segments, done, Math.min(total, done + RECEIVE_LIMIT));
    if (bytes === undefined) return done > 0 ? done : -EFAULT;
    const files = done === 0 ? passed.map(retainFile) : [];
    const count = ops.send(kernel, task, file, bytes, flags, { address, files, control, credentials });
    if (count < 0) for (const held of files) releaseFile(kernel, held);
    if (count === BLOCKED) {
      task.restart = { ...task.restart, call: 'send', done };
      return BLOCKED;
    }
    if (count < 0) return done > 0 ? done : count;
    done += count;
  } while (done < total);
  return done;
}

/** Bytes [from, to) of the segments; undefined if they cannot be read. */
function collect(
  kernel: Kernel,
  task: Task,
  segments: readonly Segment[],
  from: number,
  to: number,
): Uint8Array | undefined {
  const out = new Uint8Array(to - from);
  let start = 0;
  for (const { base, length } of segments) {
    const first = Math.max(from, start);
    const last = Math.min(to, start + length);
    if (first < last) {
      const bytes = copyIn(kernel, task, base + first - start, last - first);
      if (bytes === undefined) return undefined;
      out.set(bytes, first - from);
    }
    start += length;
  }
  return out;
}

/** A sockaddr of a send; undefined for none. */
function targetOf(kernel: Kernel, task: Task, address: number, length: number): Uint8Array | undefined | number {
  return address === 0 || length === 0 ? undefined : readAddress(kernel, task, address, length);
}

/** sendto(2). */
export function sendTo(
  kernel: Kernel,
  task: Task,
  fd: number,
  base: number,
  length: number,
  flags: number,
  address: number,
  addressLength: number,
): number {
  const file = socketFile(task, fd);
  if (typeof file === 'number') return file;
  const target = targetOf(kernel, task, address, addressLength);
  if (typeof target === 'number') return target;
  return send(kernel, task, file, [{ base: base >>> 0, length: length >>> 0 }], flags, target, [], []);
}

/** Fields of a struct msghdr. */
interface MessageHeader {
  name: number;
  nameLength: number;
  segments: Segment[];
  control: number;
  controlLength: number;
}

function readHeader(kernel: Kernel, task: Task, address: number): MessageHeader | number {
  const bytes = copyIn(kernel, task, address, MSGHDR_BYTES);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const segments = readSegments(kernel, task, reader.u32(8), reader.u32(12));
  if (typeof segments === 'number') return segments;
  return {
    name: reader.u32(0),
    nameLength: reader.u32(4),
    segments,
    control: reader.u32(16),
    controlLength: reader.u32(20),
  };
}

/** Control messages that come with a send, or -errno. Linux 6.1 include/linux/socket.h: for_each_cmsghdr */
function readControl(kernel: Kernel, task: Task, header: MessageHeader): ControlMessage[] | number {
  if (header.control === 0 || header.controlLength < CMSGHDR_BYTES) return [];
  const bytes = copyIn(kernel, task, header.control, Math.min(header.controlLength, 4096));
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const control: ControlMessage[] = [];
  for (let at = 0; at + CMSGHDR_BYTES <= bytes.length; ) {
    const length = reader.u32(at);
    if (length < CMSGHDR_BYTES || at + length > bytes.length) return -EINVAL;
    const level = genericNumber(kernel, 'socklevel', reader.u32(at + 4));
    control.push({ level, type: reader.u32(at + 8), bytes: bytes.subarray(at + CMSGHDR_BYTES, at + length) });
    at += (length + 3) & ~3;
  }
  return control;
}

/** Descriptors that a message passes (no references taken yet), or -errno. Linux 6.1 net/core/scm.c: __scm_send */
function passedFiles(kernel: Kernel, task: Task, control: readonly ControlMessage[]): OpenFile[] | number {
  const files: OpenFile[] = [];
  for (const { level, type, bytes } of control) {
    if (level !== SOL_SOCKET || type !== SCM_RIGHTS) continue;
    const reader = new StructReader(kernel, bytes);
    for (let at = 0; at + 4 <= bytes.length; at += 4) {
      const file = getDataFile(task, reader.i32(at));
      if (file === undefined) return -EBADF;
      files.push(file);
    }
  }
  return files.length > MAX_PASSED ? -EINVAL : files;
}

/** Credentials that a message gives, or -errno: others than one's own only with the power to take them on. Linux 6.1 net/core/scm.c: scm_check_creds */
function givenCredentials(
  kernel: Kernel,
  task: Task,
  control: readonly ControlMessage[],
): PeerCredentials | undefined | number {
  let given: PeerCredentials | undefined;
  for (const { level, type, bytes } of control) {
    if (level !== SOL_SOCKET || type === SCM_RIGHTS) continue;
    if (type !== SCM_CREDENTIALS || bytes.length !== UCRED_BYTES) return -EINVAL;
    const reader = new StructReader(kernel, bytes);
    given = { pid: reader.i32(0), uid: reader.u32(4), gid: reader.u32(8) };
    const { cred } = task;
    if (given.pid !== task.group.pid && !capable(cred, CAP.sysAdmin)) return -EPERM;
    if (![cred.uid, cred.euid, cred.suid].includes(given.uid) && !capable(cred, CAP.setuid)) return -EPERM;
    if (![cred.gid, cred.egid, cred.sgid].includes(given.gid) && !capable(cred, CAP.setgid)) return -EPERM;
    if (!kernel.state.tasks.has(given.pid)) return -ESRCH;
  }
  return given;
}

/** sendmsg(2). */
export function sendMessage(kernel: Kernel, task: Task, fd: number, address: number, flags: number): number {
  const file = socketFile(task, fd);
  if (typeof file === 'number') return file;
  const header = readHeader(kernel, task, address);
  if (typeof header === 'number') return header;
  const target = targetOf(kernel, task, header.name, header.nameLength);
  if (typeof target === 'number') return target;
  const control = readControl(kernel, task, header);
  if (typeof control === 'number') return control;
  const unix = socketOf(file).family === AF_UNIX;
  const files = unix ? passedFiles(kernel, task, control) : [];
  if (typeof files === 'number') return files;
  const credentials = unix ? givenCredentials(kernel, task, control) : undefined;
  if (typeof credentials === 'number') return credentials;
  return send(kernel, task, file, header.segments, flags, target, files, control, credentials);
}

/** Receives into user memory; with MSG_WAITALL a stream's reader waits until all has come. */
function receive(kernel: Kernel, task: Task, file: OpenFile, segments: readonly Segment[], flags: number): Received {
  const total = segments.reduce((sum, { length }) => sum + length, 0);
  const all = socketOf(file).type === SOCK_STREAM && (flags & (MSG_WAITALL | MSG_PEEK | MSG_DONTWAIT)) === MSG_WAITALL;
  let done = (task.restart?.done as number | undefined) ?? 0;
  for (;;) {
    const buffer = new Uint8Array(Math.min(total - done, RECEIVE_LIMIT));
    const received = socketOps(file).receive(kernel, task, file, buffer, flags);
    const { count } = received;
    if (count > 0 && !scatter(kernel, task, segments, done, buffer.subarray(0, count))) received.count = -EFAULT;
    if (!all) return received;
    if (received.count === BLOCKED) {
      task.restart = { ...task.restart, call: 'recv', done };
      return received;
    }
    if (received.count <= 0 && done > 0) return nothing(done);
    done += received.count;
    if (received.count <= 0 || done >= total || received.files.length > 0) {
      received.count = received.full = received.count < 0 ? received.count : done;
      return received;
    }
  }
}

/** recvfrom(2). */
export function recvFrom(
  kernel: Kernel,
  task: Task,
  fd: number,
  base: number,
  length: number,
  flags: number,
  address: number,
  lengthAt: number,
): number {
  const file = socketFile(task, fd);
  if (typeof file === 'number') return file;
  const received = receive(kernel, task, file, [{ base: base >>> 0, length: length >>> 0 }], flags);
  for (const held of received.files) releaseFile(kernel, held);
  if (received.count < 0) return received.count;
  const failed = writeAddress(kernel, task, received.from, address, lengthAt);
  if (failed) return failed;
  return flags & MSG_TRUNC ? received.full : received.count;
}

/** recvmsg(2). Linux 6.1 net/socket.c: ____sys_recvmsg */
export function recvMessage(kernel: Kernel, task: Task, fd: number, address: number, flags: number): number {
  const file = socketFile(task, fd);
  if (typeof file === 'number') return file;
  const header = readHeader(kernel, task, address);
  if (typeof header === 'number') return header;
  const received = receive(kernel, task, file, header.segments, flags);
  if (received.count < 0) return received.count;
  const truncated = received.full > received.count && socketOf(file).type !== SOCK_STREAM ? MSG_TRUNC : 0;
  const control = putControl(kernel, task, file, header, received, (flags & MSG_CMSG_CLOEXEC) !== 0);
  if (header.name !== 0) {
    const failed = writeAddress(kernel, task, received.from, header.name, address + 4);
    if (failed) return failed;
  }
  const stored =
    writeWord(kernel, task, address + 20, control.length) &&
    writeWord(kernel, task, address + 24, truncated | control.flags);
  if (!stored) return -EFAULT;
  return flags & MSG_TRUNC ? received.full : received.count;
}

/** Stores passed descriptors and credentials as control messages. What finds no room is closed. */
function putControl(
  kernel: Kernel,
  task: Task,
  file: OpenFile,
  header: MessageHeader,
  received: Received,
  closeOnExec: boolean,
): { length: number; flags: number } {
  let length = 0;
  let flags = 0;
  const putBytes = ({ level, type, bytes }: ControlMessage): boolean => {
    const size = CMSGHDR_BYTES + bytes.length;
    if (header.control === 0 || length + size > header.controlLength) return false;
    const out = new StructWriter(kernel, size)
      .u32(size)
      .u32(nativeNumber(kernel, 'socklevel', level))
      .u32(type);
    out.bytes.set(bytes, CMSGHDR_BYTES);
    if (!copyOut(kernel, task, header.control + length, out.bytes)) return false;
    // The next one begins at a word, unless there is no room for that.
    length = Math.min(header.controlLength, length + ((size + 3) & ~3));
    return true;
  };
  const put = (type: number, words: readonly number[]): boolean =>
    putBytes({ level: SOL_SOCKET, type, bytes: intBytes(kernel, ...words) });
  for (const message of received.control) if (!putBytes(message)) flags |= MSG_CTRUNC;
  const own = socketOf(file);
  if (own.family === AF_UNIX && own.passCredentials) {
    const { pid, uid, gid } = received.credentials ?? credentialsOf(task);
    if (!put(SCM_CREDENTIALS, [pid, uid, gid])) flags |= MSG_CTRUNC;
  }
  const room = Math.max(0, Math.floor((header.controlLength - length - CMSGHDR_BYTES) / 4));
  const taken = header.control === 0 ? [] : received.files.slice(0, room);
  for (const extra of received.files.slice(taken.length)) releaseFile(kernel, extra);
  if (taken.length < received.files.length) flags |= MSG_CTRUNC;
  if (taken.length > 0) {
    const fds = taken.map((passed) => installFd(kernel, task, passed, closeOnExec)).filter((fd) => fd >= 0);
    put(SCM_RIGHTS, fds);
  }
  return { length, flags };
}
