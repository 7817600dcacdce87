import type { KernelException } from './linux-abi.ts';

type PageCause = Extract<KernelException['cause'], { kind: 'page' }>;
type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** One object serves all page faults: each is done with before the next, and there are too many to make one for each. */
const cause: Writable<PageCause> = { kind: 'page', address: 0, access: 'read', present: false };
const fault: Writable<KernelException> = { frame: 0, fromUser: false, cause };

/** The exception that a page fault is, for LinuxAbi.readException: good until the next one. */
export function pageFaultException(
  frame: number,
  fromUser: boolean,
  address: number,
  access: PageCause['access'],
  present: boolean,
): KernelException {
  cause.address = address;
  cause.access = access;
  cause.present = present;
  fault.frame = frame;
  fault.fromUser = fromUser;
  return fault;
}
