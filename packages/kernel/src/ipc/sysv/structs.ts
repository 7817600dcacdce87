/** struct ipc64_perm, and the words of a time. */
import { GENERIC_SYSV, type SysvLayout, type TimeWords } from '../../abi/layouts.ts';
import { StructReader, StructWriter } from '../../abi/struct.ts';
import { EFAULT } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut } from '../../mm/user-access.ts';
import type { Task } from '../../types.ts';
import type { IpcObject } from './state.ts';

/** Where this ABI has the fields. */
export function sysvLayout(kernel: Kernel): SysvLayout {
  return kernel.abi.layouts?.sysv ?? GENERIC_SYSV;
}

/** A structure of `bytes` bytes that begins with the object's struct ipc64_perm. */
export function permWriter(kernel: Kernel, object: IpcObject, bytes: number): StructWriter {
  const writer = new StructWriter(kernel, bytes);
  writer.u32(object.key).u32(object.uid).u32(object.gid).u32(object.cuid).u32(object.cgid).u32(object.mode);
  if (sysvLayout(kernel).wideSequence) writer.u32(object.seq);
  else writer.u16(object.seq);
  return writer;
}

/** A time in seconds, as two words or a word and its upper half word. */
export function putTime(writer: StructWriter, at: TimeWords, value: number): void {
  const upper = Math.floor(value / 2 ** 32);
  writer.at(at.low).u32(value);
  writer.at(at.high);
  if (at.half) writer.u16(upper);
  else writer.u32(upper);
}

/** What IPC_SET brings: owner and mode, and the reader for the rest. */
export interface NewPerm {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly reader: StructReader;
}

/** Reads a structure of IPC_SET: undefined if it cannot be read. */
export function readPerm(kernel: Kernel, task: Task, address: number, bytes: number): NewPerm | undefined {
  const data = copyIn(kernel, task, address, bytes);
  if (data === undefined) return undefined;
  const reader = new StructReader(kernel, data);
  return { uid: reader.u32(4), gid: reader.u32(8), mode: reader.u32(20) & 0o777, reader };
}

/** Takes over owner and mode. Linux 6.1 ipc/util.c: ipc_update_perm */
export function updatePerm(object: IpcObject, perm: NewPerm): void {
  object.uid = perm.uid;
  object.gid = perm.gid;
  object.mode = (object.mode & ~0o777) | perm.mode;
}

/** Copies a finished structure out: `result` or -EFAULT. */
export function give(kernel: Kernel, task: Task, address: number, writer: StructWriter, result: number): number {
  return copyOut(kernel, task, address, writer.bytes) ? result : -EFAULT;
}
