/**
 * Kernel access to a task's memory: pages are brought in through the fault handler, permissions hold
 * as for the task itself. A kernel-mode task may pass kernel addresses (its address limit is
 * KERNEL_DS), a user-mode task never. Failures are EFAULT to the guest, whatever the reason.
 * Linux 6.1 lib/usercopy.c, lib/strncpy_from_user.c
 */
import { PAGE_MASK, PAGE_SHIFT, PAGE_SIZE, PTE_PRESENT, PTE_WRITE, pteFrame } from '@kml/core';
import { EFAULT, ENAMETOOLONG } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { Task } from '../types.ts';
import { handlePageFault } from './fault.ts';
import { isCovered } from './vma.ts';

/** A page may be taken again between its fault and the access, but not for ever. */
const ATTEMPTS = 8;
/** Longer copies have their range checked before a buffer is made. */
const CHECK_FIRST = 1 << 20;
const PATH_MAX = 4096;
/** Copies below this cost what the call costs. */
const CHARGED_COPY = 256;

/**
 * Byte address in guest memory for an access by the kernel on behalf of `task`, or -1. It holds until
 * the next page fault or allocation.
 */
export function userAddress(kernel: Kernel, task: Task, address: number, access: 'read' | 'write'): number {
  const at = address >>> 0;
  if (at >= kernel.abi.taskSize) return kernelSideAddress(kernel, task, at, access);
  const { mm } = task;
  if (mm === undefined) return -1;
  const translated = kernel.mmu.translated(mm.space, at, access);
  if (translated >= 0) return translated;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = kernel.mmu.probe(mm.space, at, access, false);
    if (found >= 0) return found;
    if (handlePageFault(kernel, task, at, access) !== 0) return -1;
    if (task.group.groupExit !== undefined && kernel.mmu.probe(mm.space, at, access, false) < 0) return -1;
  }
  return -1;
}

function kernelSideAddress(kernel: Kernel, task: Task, address: number, access: 'read' | 'write'): number {
  if (!task.kernelMode) return -1;
  const entry = kernel.mmu.kernelOnly.pages.get(address >>> PAGE_SHIFT);
  const need = access === 'write' ? PTE_PRESENT | PTE_WRITE : PTE_PRESENT;
  if ((entry & need) !== need) return -1;
  return kernel.memory.frameAddress(pteFrame(entry)) + (address & PAGE_MASK);
}

/** Whether [address, address + length) lies in the task's address range at all. Linux: access_ok */
export function accessOk(kernel: Kernel, task: Task, address: number, length: number): boolean {
  const end = (address >>> 0) + length;
  return length >= 0 && end <= (task.kernelMode ? 0x1_0000_0000 : kernel.abi.taskSize);
}

/** Reads `length` bytes in guest order; undefined if any cannot be read. */
export function copyIn(kernel: Kernel, task: Task, address: number, length: number): Uint8Array | undefined {
  const from = address >>> 0;
  if (!accessOk(kernel, task, from, length)) return undefined;
  if (length >= CHECK_FIRST && from < kernel.abi.taskSize) {
    if (task.mm === undefined || !isCovered(task.mm, from, from + length)) return undefined;
  }
  const bytes = new Uint8Array(length);
  return copyInto(kernel, task, from, bytes) ? bytes : undefined;
}

/** Fills the first `length` bytes of `into` from the task's memory. False if not all can be read (what was read stays). */
export function copyInto(kernel: Kernel, task: Task, address: number, into: Uint8Array, length = into.length): boolean {
  const from = address >>> 0;
  if (!accessOk(kernel, task, from, length)) return false;
  for (let done = 0; done < length; ) {
    const at = userAddress(kernel, task, from + done, 'read');
    if (at < 0) return false;
    const piece = Math.min(length - done, PAGE_SIZE - (at & PAGE_MASK));
    kernel.memory.readBytes(at, done === 0 ? into : into.subarray(done, done + piece), piece);
    done += piece;
  }
  chargeCopy(kernel, length);
  return true;
}

/** What copying so many bytes to or from a program costs. */
export function chargeCopy(kernel: Kernel, bytes: number): void {
  if (bytes >= CHARGED_COPY) kernel.engine.addCycles(bytes * kernel.work.copyByte);
}

/** Writes the first `length` bytes, in guest order. False if not all of them can be written (those before the fault are). */
export function copyOut(
  kernel: Kernel,
  task: Task,
  address: number,
  bytes: Uint8Array,
  length = bytes.length,
): boolean {
  return copyOutPartial(kernel, task, address, bytes, length) === length;
}

/** Writes bytes until one cannot be written; tells how many were. */
export function copyOutPartial(
  kernel: Kernel,
  task: Task,
  address: number,
  bytes: Uint8Array,
  length = bytes.length,
): number {
  const to = address >>> 0;
  if (!accessOk(kernel, task, to, length)) return 0;
  let done = 0;
  while (done < length) {
    const at = userAddress(kernel, task, to + done, 'write');
    if (at < 0) return done;
    const piece = Math.min(length - done, PAGE_SIZE - (at & PAGE_MASK));
    kernel.memory.writeBytes(at, done === 0 ? bytes : bytes.subarray(done, done + piece), piece);
    done += piece;
  }
  chargeCopy(kernel, done);
  return done;
}

/** Word at any address, as int32; undefined if it cannot be read. */
export function readWord(kernel: Kernel, task: Task, address: number): number | undefined {
  if ((address & 3) === 0) {
    const at = userAddress(kernel, task, address, 'read');
    return at < 0 ? undefined : kernel.memory.i32[at >> 2]!;
  }
  const bytes = copyIn(kernel, task, address, 4);
  return bytes && new DataView(bytes.buffer).getInt32(0, !kernel.memory.bigEndian);
}

/** Writes a word at any address. False if it cannot be written. */
export function writeWord(kernel: Kernel, task: Task, address: number, value: number): boolean {
  if ((address & 3) === 0) {
    const at = userAddress(kernel, task, address, 'write');
    if (at < 0) return false;
    kernel.memory.noteCodeWrite(kernel.memory.frameOf(at), at & PAGE_MASK, 4);
    kernel.memory.i32[at >> 2] = value;
    return true;
  }
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, !kernel.memory.bigEndian);
  return copyOut(kernel, task, address, bytes);
}

/**
 * NUL-terminated bytes as a latin1 string, without the NUL: -EFAULT, or -ENAMETOOLONG where there is
 * no NUL within `max` bytes.
 */
export function readCString(kernel: Kernel, task: Task, address: number, max = PATH_MAX): string | number {
  const { u8, bigEndian } = kernel.memory;
  // See GuestMemory: where bytes of word-swapped memory lie.
  const swap = bigEndian ? 3 : 0;
  let text = '';
  let from = address >>> 0;
  for (let left = max; left > 0; ) {
    if (!accessOk(kernel, task, from, 1)) return -EFAULT;
    const at = userAddress(kernel, task, from, 'read');
    if (at < 0) return -EFAULT;
    const piece = Math.min(left, PAGE_SIZE - (at & PAGE_MASK));
    for (let i = 0; i < piece; i++) {
      const byte = u8[((at + i) ^ swap) >>> 0]!;
      if (byte === 0) return text;
      text += String.fromCharCode(byte);
    }
    from += piece;
    left -= piece;
  }
  return -ENAMETOOLONG;
}

/** Writes `length` zero bytes. False if not all of them can be written. */
export function clearUser(kernel: Kernel, task: Task, address: number, length: number): boolean {
  const zeros = new Uint8Array(Math.min(length, PAGE_SIZE));
  for (let done = 0; done < length; ) {
    const piece = Math.min(zeros.length, length - done);
    if (!copyOut(kernel, task, address + done, zeros.subarray(0, piece))) return false;
    done += piece;
  }
  return true;
}
