import { genericNumber } from '../../abi/numbers.ts';
import { StructReader, StructWriter } from '../../abi/struct.ts';
import { BLOCKED, EAFNOSUPPORT, EFAULT, EINVAL, EOPNOTSUPP } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut, writeWord } from '../../mm/user-access.ts';
import { full, partial, type SyscallDef, type SyscallHandler } from '../../syscalls/define.ts';
import { monotonicNs } from '../../time/clock.ts';
import { readTimespec } from '../../time/timespec.ts';
import type { Task } from '../../types.ts';
import { closeFd, installFd } from '../file-table.ts';
import { O_CLOEXEC, O_NONBLOCK } from '../open-flags.ts';
import { readAddress, writeAddress } from '../socket/address.ts';
import { newSocketFile } from '../socket/socket-file.ts';
import { familyOps, socketOps } from '../socket/socket-ops.ts';
import { type Socket, socketFile, socketOf } from '../socket/socket-state.ts';
import { MSG_DONTWAIT } from '../socket/waiting.ts';
import { storeLeft } from './poll-wait.ts';
import { recvFrom, recvMessage, sendMessage, sendTo } from './socket-messages.ts';
import { getsockopt, setsockopt } from './socket-options.ts';

const TYPE_MASK = 0xf;
/** SOCK_CLOEXEC and SOCK_NONBLOCK are open()'s flags. */
const TYPE_FLAGS = O_CLOEXEC | O_NONBLOCK;
/** sysctl net.core.somaxconn. */
const MAX_BACKLOG = 4096;

/** A new socket of a domain and type, or -errno. */
function makeSocket(kernel: Kernel, task: Task, domain: number, type: number, protocol: number): Socket | number {
  if (type & ~(TYPE_MASK | TYPE_FLAGS)) return -EINVAL;
  const ops = familyOps(domain);
  return ops === undefined ? -EAFNOSUPPORT : ops.create(kernel, task, domain, type & TYPE_MASK, protocol);
}

function install(kernel: Kernel, task: Task, socket: Socket, flags: number): number {
  const file = newSocketFile(kernel, socket, flags & O_NONBLOCK);
  return installFd(kernel, task, file, (flags & O_CLOEXEC) !== 0);
}

/** socket()'s second argument: the type proper in the low bits, flags above. */
function genericType(kernel: Kernel, type: number): number {
  return genericNumber(kernel, 'socktype', type & TYPE_MASK) | genericNumber(kernel, 'oflags', type & ~TYPE_MASK);
}

function socket(kernel: Kernel, task: Task, domain: number, given: number, protocol: number): number {
  const type = genericType(kernel, given);
  const made = makeSocket(kernel, task, domain, type, protocol);
  return typeof made === 'number' ? made : install(kernel, task, made, type);
}

function socketpair(
  kernel: Kernel,
  task: Task,
  domain: number,
  given: number,
  protocol: number,
  address: number,
): number {
  const type = genericType(kernel, given);
  const first = makeSocket(kernel, task, domain, type, protocol);
  const second = makeSocket(kernel, task, domain, type, protocol);
  if (typeof first === 'number') return first;
  if (typeof second === 'number') return second;
  const pair = familyOps(domain)?.pair;
  if (pair === undefined) return -EOPNOTSUPP;
  pair(first, second);
  const one = install(kernel, task, first, type);
  const two = install(kernel, task, second, type);
  const out = new StructWriter(kernel, 8).u32(one).u32(two);
  if (one >= 0 && two >= 0 && copyOut(kernel, task, address, out.bytes)) return 0;
  if (one >= 0) closeFd(kernel, task, one);
  if (two >= 0) closeFd(kernel, task, two);
  return one < 0 ? one : two < 0 ? two : -EFAULT;
}

function bind(kernel: Kernel, task: Task, fd: number, address: number, length: number): number {
  const file = socketFile(task, fd);
  if (typeof file === 'number') return file;
  const name = readAddress(kernel, task, address, length);
  return typeof name === 'number' ? name : socketOps(file).bind(kernel, task, file, name);
}

function listen(kernel: Kernel, task: Task, fd: number, backlog: number): number {
  const file = socketFile(task, fd);
  if (typeof file === 'number') return file;
  return socketOps(file).listen(kernel, task, file, Math.min(backlog >>> 0, MAX_BACKLOG));
}

function connect(kernel: Kernel, task: Task, fd: number, address: number, length: number): number {
  const file = socketFile(task, fd);
  if (typeof file === 'number') return file;
  const name = readAddress(kernel, task, address, length);
  return typeof name === 'number' ? name : socketOps(file).connect(kernel, task, file, name);
}

/** Linux 6.1 net/socket.c: do_accept */
function accept4(kernel: Kernel, task: Task, fd: number, address: number, lengthAt: number, given: number): number {
  const flags = genericNumber(kernel, 'oflags', given);
  if (flags & ~TYPE_FLAGS) return -EINVAL;
  const file = socketFile(task, fd);
  if (typeof file === 'number') return file;
  const ops = socketOps(file);
  const taken = ops.accept(kernel, task, file);
  if (typeof taken === 'number') return taken;
  const accepted = install(kernel, task, taken, flags);
  if (accepted < 0 || address === 0) return accepted;
  const name = ops.name(kernel, taken, true);
  const failed = typeof name === 'number' ? name : writeAddress(kernel, task, name, address, lengthAt);
  if (failed) closeFd(kernel, task, accepted);
  return failed || accepted;
}

function nameOf(kernel: Kernel, task: Task, fd: number, address: number, lengthAt: number, peer: boolean): number {
  const file = socketFile(task, fd);
  if (typeof file === 'number') return file;
  const name = socketOps(file).name(kernel, socketOf(file), peer);
  return typeof name === 'number' ? name : writeAddress(kernel, task, name, address, lengthAt);
}

const getsockname = (kernel: Kernel, task: Task, fd: number, address: number, lengthAt: number): number =>
  nameOf(kernel, task, fd, address, lengthAt, false);
const getpeername = (kernel: Kernel, task: Task, fd: number, address: number, lengthAt: number): number =>
  nameOf(kernel, task, fd, address, lengthAt, true);

/** Linux 6.1 net/socket.c: __sys_shutdown; 0 reading, 1 writing, 2 both. */
function shutdown(kernel: Kernel, task: Task, fd: number, how: number): number {
  const file = socketFile(task, fd);
  if (typeof file === 'number') return file;
  return how > 2 ? -EINVAL : socketOps(file).shutdown(kernel, socketOf(file), how);
}

type OneMessage = (kernel: Kernel, task: Task, fd: number, header: number, flags: number) => number;

/** sendmmsg: one message after the other; what came before an error counts. Linux 6.1 net/socket.c: __sys_sendmmsg */
function sendmmsg(kernel: Kernel, task: Task, fd: number, vector: number, count: number, flags: number): number {
  return several(sendMessage, kernel, task, fd, vector, count, flags, undefined);
}

const MSG_WAITFORONE = 0x1_0000;

/**
 * recvmmsg. The time is looked at between messages only: a call that waits for one waits on, as in
 * Linux. 6.1 net/socket.c: do_recvmmsg
 */
function recvmmsg(wide: boolean) {
  return (
    kernel: Kernel,
    task: Task,
    fd: number,
    vector: number,
    count: number,
    flags: number,
    timeoutAt: number,
  ): number => {
    const again = task.restart?.timeEnds as bigint | undefined;
    const timeout = timeoutAt === 0 || again !== undefined ? undefined : readTimespec(kernel, task, timeoutAt, wide);
    if (typeof timeout === 'number') return timeout;
    const ends = again ?? (timeout === undefined ? undefined : monotonicNs(kernel) + timeout);
    const result = several(recvMessage, kernel, task, fd, vector, count, flags, ends);
    if (result !== BLOCKED && ends !== undefined) storeLeft(kernel, task, timeoutAt, ends, wide);
    return result;
  };
}

/** `ends`: monotonic time after which no further message is taken. What was done before a wait stands in the restart record. */
function several(
  one: OneMessage,
  kernel: Kernel,
  task: Task,
  fd: number,
  vector: number,
  count: number,
  flags: number,
  ends: bigint | undefined,
): number {
  let done = (task.restart?.messages as number | undefined) ?? 0;
  const most = Math.min(count, 1024);
  while (done < most) {
    // struct mmsghdr: a msghdr of 28 bytes and the length.
    const at = vector + done * 32;
    const dontWait = done > 0 && flags & MSG_WAITFORONE ? MSG_DONTWAIT : 0;
    const result = one(kernel, task, fd, at, (flags & ~MSG_WAITFORONE) | dontWait);
    if (result === BLOCKED) {
      task.restart = { ...task.restart!, call: 'several', messages: done, timeEnds: ends };
      return BLOCKED;
    }
    if (result < 0) return done > 0 ? done : result;
    if (!writeWord(kernel, task, at + 28, result)) return -EFAULT;
    done++;
    // What one message's record says is of no concern to the next.
    task.restart = undefined;
    if (ends !== undefined && monotonicNs(kernel) >= ends) break;
  }
  return done;
}

const accept: SyscallHandler = (kernel, task, fd, address, lengthAt) =>
  accept4(kernel, task, fd!, address!, lengthAt!, 0);
const send: SyscallHandler = (kernel, task, fd, address, length, flags) =>
  sendTo(kernel, task, fd!, address!, length!, flags!, 0, 0);
const recv: SyscallHandler = (kernel, task, fd, address, length, flags) =>
  recvFrom(kernel, task, fd!, address!, length!, flags!, 0, 0);

/** The calls behind socketcall by number, with how many arguments each takes. Linux 6.1 net/socket.c: nargs */
const CALLS: readonly (readonly [handler: SyscallHandler, count: number] | undefined)[] = [
  undefined,
  [socket, 3],
  [bind, 3],
  [connect, 3],
  [listen, 2],
  [accept, 3],
  [getsockname, 3],
  [getpeername, 3],
  [socketpair, 4],
  [send, 4],
  [recv, 4],
  [sendTo, 6],
  [recvFrom, 6],
  [shutdown, 2],
  [setsockopt, 5],
  [getsockopt, 5],
  [sendMessage, 3],
  [recvMessage, 3],
  [accept4, 4],
  [recvmmsg(false), 5],
  [sendmmsg, 4],
];

function socketcall(kernel: Kernel, task: Task, call: number, address: number): number {
  const row = CALLS[call];
  if (row === undefined) return -EINVAL;
  const bytes = copyIn(kernel, task, address, row[1] * 4);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const values = Array.from({ length: row[1] }, (_, i) => reader.i32(4 * i));
  return row[0](kernel, task, ...values);
}

const NOTE = 'Unix, Internet (TCP and UDP within the machine) and route netlink; other families give EAFNOSUPPORT';

/** socket(2) and its family. */
export const SOCKET_SYSCALLS: SyscallDef[] = [
  partial('socketcall', ['int', 'ptr'], NOTE, socketcall),
  partial('socket', ['int', 'int', 'int'], NOTE, socket),
  partial('socketpair', ['int', 'int', 'int', 'ptr'], NOTE, socketpair),
  full('bind', ['fd', 'ptr', 'uint'], bind),
  full('listen', ['fd', 'int'], listen),
  full('connect', ['fd', 'ptr', 'uint'], connect),
  full('accept', ['fd', 'ptr', 'ptr'], accept),
  full('accept4', ['fd', 'ptr', 'ptr', 'flags'], accept4),
  full('getsockname', ['fd', 'ptr', 'ptr'], getsockname),
  full('getpeername', ['fd', 'ptr', 'ptr'], getpeername),
  full('shutdown', ['fd', 'uint'], shutdown),
  full('getsockopt', ['fd', 'int', 'int', 'ptr', 'ptr'], getsockopt),
  full('setsockopt', ['fd', 'int', 'int', 'ptr', 'uint'], setsockopt),
  full('send', ['fd', 'buf', 'size', 'flags'], send),
  full('recv', ['fd', 'outbuf', 'size', 'flags'], recv),
  full('sendto', ['fd', 'buf', 'size', 'flags', 'ptr', 'uint'], sendTo),
  full('recvfrom', ['fd', 'outbuf', 'size', 'flags', 'ptr', 'ptr'], recvFrom),
  full('sendmsg', ['fd', 'ptr', 'flags'], sendMessage),
  full('recvmsg', ['fd', 'ptr', 'flags'], recvMessage),
  full('sendmmsg', ['fd', 'ptr', 'uint', 'flags'], sendmmsg),
  full('recvmmsg', ['fd', 'ptr', 'uint', 'flags', 'ptr'], recvmmsg(false)),
  full('recvmmsg_time64', ['fd', 'ptr', 'uint', 'flags', 'ptr'], recvmmsg(true)),
];
