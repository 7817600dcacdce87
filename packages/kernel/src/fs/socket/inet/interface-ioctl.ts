import { latin1String, StructReader, StructWriter } from '../../../abi/struct.ts';
import { EADDRNOTAVAIL, EFAULT, ENODEV, ENOTTY, EPERM } from '../../../errno.ts';
import type { Kernel } from '../../../kernel.ts';
import { copyIn, copyOut } from '../../../mm/user-access.ts';
import type { Task } from '../../../types.ts';
import { AF_INET } from '../numbers.ts';
import { encodeEndpoint, v4Address } from './endpoint.ts';
import {
  ARPHRD_LOOPBACK,
  LOOPBACK_FLAGS,
  LOOPBACK_INDEX,
  LOOPBACK_MTU,
  LOOPBACK_NAME,
  LOOPBACK_QUEUE_LENGTH,
} from './interface.ts';

/** Linux 6.1 include/uapi/linux/sockios.h */
const SIOCGIFNAME = 0x8910;
const SIOCGIFCONF = 0x8912;
const SIOCGIFFLAGS = 0x8913;
const SIOCGIFADDR = 0x8915;
const SIOCGIFDSTADDR = 0x8917;
const SIOCGIFBRDADDR = 0x8919;
const SIOCGIFNETMASK = 0x891b;
const SIOCGIFMETRIC = 0x891d;
const SIOCGIFMTU = 0x8921;
const SIOCGIFHWADDR = 0x8927;
const SIOCGIFINDEX = 0x8933;
const SIOCGIFTXQLEN = 0x8942;
const SIOCGIFMAP = 0x8970;
/** Those that change something: only root may, and nobody can here. */
const CHANGES: readonly number[] = [
  0x8914, 0x8916, 0x8918, 0x891a, 0x891c, 0x891e, 0x8922, 0x8923, 0x8924, 0x8943, 0x890b, 0x890c,
];

/** struct ifreq of 32-bit programs: a name and a union. */
const IFREQ_BYTES = 32;
const NAME_BYTES = 16;

/** What stands in the union for a command about lo; undefined for one that there is not. */
function answer(kernel: Kernel, command: number): Uint8Array | number | undefined {
  const address = (a: number, b: number, c: number, d: number): Uint8Array =>
    encodeEndpoint(kernel, AF_INET, { address: v4Address(a, b, c, d), port: 0 });
  const word = (value: number): Uint8Array => new StructWriter(kernel, 4).u32(value).bytes;
  switch (command) {
    case SIOCGIFFLAGS:
      return new StructWriter(kernel, 2).u16(LOOPBACK_FLAGS).bytes;
    case SIOCGIFADDR:
    case SIOCGIFDSTADDR:
      return address(127, 0, 0, 1);
    case SIOCGIFBRDADDR:
      return address(0, 0, 0, 0);
    case SIOCGIFNETMASK:
      return address(255, 0, 0, 0);
    case SIOCGIFMETRIC:
      return word(0);
    case SIOCGIFMTU:
      return word(LOOPBACK_MTU);
    case SIOCGIFHWADDR:
      return new StructWriter(kernel, 16).u16(ARPHRD_LOOPBACK).bytes;
    case SIOCGIFINDEX:
      return word(LOOPBACK_INDEX);
    case SIOCGIFTXQLEN:
      return word(LOOPBACK_QUEUE_LENGTH);
    case SIOCGIFMAP:
      return new Uint8Array(NAME_BYTES);
    default:
      return undefined;
  }
}

/** SIOCGIFCONF: the interfaces with an IPv4 address. Linux 6.1 net/core/dev_ioctl.c: dev_ifconf */
function list(kernel: Kernel, task: Task, argument: number): number {
  const bytes = copyIn(kernel, task, argument, 8);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const [room, at] = [reader.i32(0), reader.u32(4)];
  let length = IFREQ_BYTES;
  if (at !== 0) {
    const entry = new StructWriter(kernel, IFREQ_BYTES).text(LOOPBACK_NAME).bytes;
    entry.set(answer(kernel, SIOCGIFADDR) as Uint8Array, NAME_BYTES);
    if (room < IFREQ_BYTES) length = 0;
    else if (!copyOut(kernel, task, at, entry)) return -EFAULT;
  }
  return copyOut(kernel, task, argument, new StructWriter(kernel, 4).u32(length).bytes) ? 0 : -EFAULT;
}

/** ioctls about network interfaces, on a socket of any family. Linux 6.1 net/core/dev_ioctl.c */
export function interfaceIoctl(kernel: Kernel, task: Task, command: number, argument: number): number {
  if (command === SIOCGIFCONF) return list(kernel, task, argument);
  const changes = CHANGES.includes(command);
  const value = answer(kernel, command);
  if (!changes && value === undefined && command !== SIOCGIFNAME) return -ENOTTY;
  const request = copyIn(kernel, task, argument, IFREQ_BYTES);
  if (request === undefined) return -EFAULT;
  if (command === SIOCGIFNAME) {
    if (new StructReader(kernel, request).i32(NAME_BYTES) !== LOOPBACK_INDEX) return -ENODEV;
    const name = new StructWriter(kernel, NAME_BYTES).text(LOOPBACK_NAME).bytes;
    return copyOut(kernel, task, argument, name) ? 0 : -EFAULT;
  }
  const name = latin1String(request.subarray(0, NAME_BYTES)).split('\0')[0];
  if (changes) return -EPERM;
  if (name !== LOOPBACK_NAME) return name?.startsWith(`${LOOPBACK_NAME}:`) ? -EADDRNOTAVAIL : -ENODEV;
  return copyOut(kernel, task, argument + NAME_BYTES, value as Uint8Array) ? 0 : -EFAULT;
}
