import { nativeNumber } from '../../abi/numbers.ts';
import { StructReader, StructWriter } from '../../abi/struct.ts';
import { EDOM, EINVAL, ENOPROTOOPT, EPERM } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { CAP, capable } from '../../task/capabilities.ts';
import type { Task } from '../../types.ts';
import { notify } from '../notify.ts';
import { type Socket, type SocketBase, takeError } from './socket-state.ts';

export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
export const SO_TYPE = 3;
export const SO_ERROR = 4;
export const SO_BROADCAST = 6;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
export const SO_LINGER = 13;
export const SO_REUSEPORT = 15;
export const SO_PASSCRED = 16;
export const SO_PEERCRED = 17;
const SO_RCVTIMEO = 20;
const SO_SNDTIMEO = 21;
export const SO_ACCEPTCONN = 30;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
export const SO_PROTOCOL = 38;
export const SO_DOMAIN = 39;
const SO_COOKIE = 57;
/** The same time limits as two 64-bit words. */
const SO_RCVTIMEO_NEW = 66;
const SO_SNDTIMEO_NEW = 67;

/** sysctl net.core.wmem_max and rmem_max, and the least that a buffer gets. */
const BUFFER_MAX = 212_992;
const SEND_MIN = 4608;
const RECEIVE_MIN = 2304;

/** How an option of one int is kept. */
export interface IntOption {
  readonly initial: number;
  /** A truth value: anything but 0 is kept as 1. */
  readonly bool?: boolean;
  readonly least?: number;
  readonly most?: number;
  /** Value that stands for the initial one. */
  readonly reset?: number;
  /** Only root may set it. */
  readonly root?: boolean;
}

const FLAG: IntOption = { initial: 0, bool: true };

/** Options of level SOL_SOCKET that are kept. Linux 6.1 net/core/sock.c: sk_setsockopt */
const KEPT = new Map<number, IntOption>([
  [1, { ...FLAG, root: true }], // SO_DEBUG
  [SO_REUSEADDR, FLAG],
  [5, FLAG], // SO_DONTROUTE
  [SO_BROADCAST, FLAG],
  [9, FLAG], // SO_KEEPALIVE
  [10, FLAG], // SO_OOBINLINE
  [11, FLAG], // SO_NO_CHECK
  [12, { initial: 0, least: 0, most: 6 }], // SO_PRIORITY
  [SO_REUSEPORT, FLAG],
  [18, { initial: 1 }], // SO_RCVLOWAT
  [29, FLAG], // SO_TIMESTAMP
  [35, FLAG], // SO_TIMESTAMPNS
  [36, { initial: 0, root: true }], // SO_MARK
  [40, FLAG], // SO_RXQ_OVFL
  [42, { initial: -1 }], // SO_PEEK_OFF
  [46, { initial: 0, least: 0 }], // SO_BUSY_POLL
  [47, { initial: -1 }], // SO_MAX_PACING_RATE
  [49, { initial: 0 }], // SO_INCOMING_CPU
]);

/** Key of an option in SocketBase.options. */
export function optionKey(level: number, option: number): number {
  return level * 0x1_0000 + option;
}

/** Value of a kept option, or its initial one. */
export function keptOption(socket: SocketBase, level: number, option: number, initial = 0): number {
  return socket.options.get(optionKey(level, option)) ?? initial;
}

/** Whether a flag of level SOL_SOCKET is set. */
export function hasFlag(socket: SocketBase, option: number): boolean {
  return keptOption(socket, SOL_SOCKET, option) !== 0;
}

/** Ints as getsockopt stores them. */
export function intBytes(kernel: Kernel, ...values: number[]): Uint8Array {
  const out = new StructWriter(kernel, values.length * 4);
  for (const value of values) out.u32(value);
  return out.bytes;
}

export function isInt(value: Uint8Array): boolean {
  return value.length >= 4;
}

/** Keeps the value of an option of one int: 0 or -errno. */
export function keepOption(
  kernel: Kernel,
  task: Task,
  socket: SocketBase,
  key: number,
  row: IntOption,
  value: Uint8Array,
): number {
  if (!isInt(value)) return -EINVAL;
  let number = new StructReader(kernel, value).i32(0);
  if (row.root && !capable(task.cred, CAP.netAdmin)) return -EPERM;
  if (row.bool) number = number === 0 ? 0 : 1;
  if (number === row.reset) number = row.initial;
  else if (number < (row.least ?? -0x8000_0000) || number > (row.most ?? 0x7fff_ffff)) return -EINVAL;
  socket.options.set(key, number);
  return 0;
}

function timeBytes(kernel: Kernel, ns: bigint, wide: boolean): Uint8Array {
  const seconds = ns / 1_000_000_000n;
  const micros = (ns % 1_000_000_000n) / 1000n;
  if (wide) return new StructWriter(kernel, 16).u64(seconds).u64(micros).bytes;
  return intBytes(kernel, Number(seconds), Number(micros));
}

/** A struct timeval in nanoseconds (0: no limit), or -errno. Linux 6.1 net/core/sock.c: sock_set_timeout */
function timeOf(kernel: Kernel, value: Uint8Array, wide: boolean): bigint | number {
  if (value.length < (wide ? 16 : 8)) return -EINVAL;
  const reader = new StructReader(kernel, value);
  const seconds = wide ? reader.i64(0) : BigInt(reader.i32(0));
  const micros = wide ? reader.i64(8) : BigInt(reader.i32(4));
  if (micros < 0n || micros >= 1_000_000n) return -EDOM;
  if (seconds < 0n) return 1n;
  return seconds * 1_000_000_000n + micros * 1000n;
}

/** A SOL_SOCKET option that every family has, or -errno. */
export function getBaseOption(kernel: Kernel, socket: Socket, option: number, listening: boolean): Uint8Array | number {
  switch (option) {
    case SO_TYPE:
      return intBytes(kernel, nativeNumber(kernel, 'socktype', socket.type));
    case SO_ERROR:
      return intBytes(kernel, nativeNumber(kernel, 'errno', takeError(socket)));
    case SO_SNDBUF:
      return intBytes(kernel, socket.sendBuffer);
    case SO_RCVBUF:
      return intBytes(kernel, socket.receiveBuffer);
    case SO_LINGER: {
      const seconds = keptOption(socket, SOL_SOCKET, SO_LINGER, -1);
      return intBytes(kernel, seconds < 0 ? 0 : 1, Math.max(0, seconds));
    }
    case 19: // SO_SNDLOWAT
      return intBytes(kernel, 1);
    case SO_RCVTIMEO:
    case SO_RCVTIMEO_NEW:
      return timeBytes(kernel, socket.receiveTimeout, option === SO_RCVTIMEO_NEW);
    case SO_SNDTIMEO:
    case SO_SNDTIMEO_NEW:
      return timeBytes(kernel, socket.sendTimeout, option === SO_SNDTIMEO_NEW);
    case SO_ACCEPTCONN:
      return intBytes(kernel, listening ? 1 : 0);
    case SO_PROTOCOL:
      return intBytes(kernel, socket.protocol);
    case SO_DOMAIN:
      return intBytes(kernel, socket.family);
    case SO_COOKIE:
      return new StructWriter(kernel, 8).u64(socket.ino).bytes;
    default: {
      const row = KEPT.get(option);
      return row === undefined ? -ENOPROTOOPT : intBytes(kernel, keptOption(socket, SOL_SOCKET, option, row.initial));
    }
  }
}

/** The kernel doubles a buffer size for its own needs. */
function bufferSize(wanted: number, least: number, most: number): number {
  return Math.max(least, Math.min(wanted >>> 0, most) * 2);
}

/** Sets a SOL_SOCKET option that every family has: 0 or -errno. */
export function setBaseOption(kernel: Kernel, task: Task, socket: Socket, option: number, value: Uint8Array): number {
  if (!isInt(value)) return -EINVAL;
  const number = new StructReader(kernel, value).i32(0);
  switch (option) {
    case SO_SNDBUF:
    case SO_SNDBUFFORCE:
      if (option === SO_SNDBUFFORCE && !capable(task.cred, CAP.netAdmin)) return -EPERM;
      socket.sendBuffer = bufferSize(number, SEND_MIN, option === SO_SNDBUF ? BUFFER_MAX : 0x3fff_ffff);
      notify(kernel, socket.queue);
      return 0;
    case SO_RCVBUF:
    case SO_RCVBUFFORCE:
      if (option === SO_RCVBUFFORCE && !capable(task.cred, CAP.netAdmin)) return -EPERM;
      socket.receiveBuffer = bufferSize(number, RECEIVE_MIN, option === SO_RCVBUF ? BUFFER_MAX : 0x3fff_ffff);
      return 0;
    case SO_LINGER:
      if (value.length < 8) return -EINVAL;
      socket.options.set(optionKey(SOL_SOCKET, SO_LINGER), number === 0 ? -1 : new StructReader(kernel, value).u32(4));
      return 0;
    case SO_RCVTIMEO:
    case SO_RCVTIMEO_NEW:
    case SO_SNDTIMEO:
    case SO_SNDTIMEO_NEW: {
      const limit = timeOf(kernel, value, option >= SO_RCVTIMEO_NEW);
      if (typeof limit === 'number') return limit;
      if (option === SO_RCVTIMEO || option === SO_RCVTIMEO_NEW) socket.receiveTimeout = limit;
      else socket.sendTimeout = limit;
      return 0;
    }
    default: {
      const row = KEPT.get(option);
      if (row === undefined) return -ENOPROTOOPT;
      return keepOption(kernel, task, socket, optionKey(SOL_SOCKET, option), row, value);
    }
  }
}
