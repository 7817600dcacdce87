/**
 * Host access to the kernel's own guest memory (stacks, tables, mirrors) by kernel virtual address.
 * Kernel pages are never paged out, so an address that is not mapped is a bug: InternalError.
 */
import { PAGE_MASK, PAGE_SHIFT, PAGE_SIZE, PTE_PRESENT, pteFrame } from '@kml/core';
import { InternalError } from '../internal-error.ts';
import type { Kernel } from '../kernel.ts';

/** Byte address in guest memory of a kernel virtual address. Throws InternalError if it is not mapped. */
export function kernelAddress(kernel: Kernel, address: number): number {
  const entry = kernel.mmu.kernelOnly.pages.get(address >>> PAGE_SHIFT);
  if ((entry & PTE_PRESENT) === 0) {
    throw new InternalError('kernel-address', `kernel address 0x${(address >>> 0).toString(16)} is not mapped`);
  }
  return kernel.memory.frameAddress(pteFrame(entry)) + (address & PAGE_MASK);
}

/** Whether a kernel virtual address is mapped. */
export function isKernelMapped(kernel: Kernel, address: number): boolean {
  return (kernel.mmu.kernelOnly.pages.get(address >>> PAGE_SHIFT) & PTE_PRESENT) !== 0;
}

/** Word at an aligned kernel virtual address, as int32. */
export function kernelRead32(kernel: Kernel, address: number): number {
  if (address & 3) return unalignedRead(kernel, address);
  const known = kernel.mmu.translatedKernel(address, 'read');
  if (known >= 0) return kernel.memory.i32[known >>> 2]!;
  return kernel.memory.i32[filledAddress(kernel, address, 'read') >>> 2]!;
}

/** As kernelAddress; from now on the translation tables know it. */
function filledAddress(kernel: Kernel, address: number, access: 'read' | 'write'): number {
  const at = kernel.mmu.fillKernel(address, access);
  return at >= 0 ? at : kernelAddress(kernel, address);
}

/** Writes a word at an aligned kernel virtual address. */
export function kernelWrite32(kernel: Kernel, address: number, value: number): void {
  if (address & 3) {
    unalignedWrite(kernel, address, value);
    return;
  }
  const known = kernel.mmu.translatedKernel(address, 'write');
  if (known >= 0) {
    kernel.memory.i32[known >>> 2] = value;
    return;
  }
  const at = filledAddress(kernel, address, 'write');
  kernel.memory.noteCodeWrite(kernel.memory.frameOf(at), at & PAGE_MASK, 4);
  kernel.memory.i32[at >>> 2] = value;
}

/**
 * Where words may be written that lie in `bytes` from an aligned kernel virtual address on, within one page: the
 * index of the first in GuestMemory.i32. It holds until the kernel maps or lifts anything.
 */
export function kernelWords(kernel: Kernel, address: number, bytes: number): number {
  const known = kernel.mmu.translatedKernel(address, 'write');
  if (known >= 0) return known >>> 2;
  const at = filledAddress(kernel, address, 'write');
  kernel.memory.noteCodeWrite(kernel.memory.frameOf(at), at & PAGE_MASK, bytes);
  return at >>> 2;
}

/** Writes words from an aligned kernel virtual address on; they lie in one page. */
export function kernelWriteWords(kernel: Kernel, address: number, words: readonly number[]): void {
  const { i32 } = kernel.memory;
  const at = kernelWords(kernel, address, 4 * words.length);
  for (let i = 0; i < words.length; i++) i32[at + i] = words[i]!;
}

/** Clears bytes that lie in one page. */
export function kernelClear(kernel: Kernel, address: number, length: number): void {
  const at = kernelAddress(kernel, address);
  kernel.memory.noteCodeWrite(kernel.memory.frameOf(at), at & PAGE_MASK, length);
  kernel.memory.u8.fill(0, at, at + length);
}

/** `length` bytes in guest order. */
export function kernelReadBytes(kernel: Kernel, address: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const at = kernelAddress(kernel, address + done);
    const piece = Math.min(length - done, PAGE_SIZE - (at & PAGE_MASK));
    kernel.memory.readBytes(at, piece === length ? bytes : bytes.subarray(done), piece);
    done += piece;
  }
  return bytes;
}

/** Writes bytes in guest order. */
export function kernelWriteBytes(kernel: Kernel, address: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    const at = kernelAddress(kernel, address + done);
    const piece = Math.min(bytes.length - done, PAGE_SIZE - (at & PAGE_MASK));
    kernel.memory.writeBytes(at, piece === bytes.length ? bytes : bytes.subarray(done), piece);
    done += piece;
  }
}

/** Copies bytes from one place to another; neither range goes over the end of a page. */
export function kernelCopy(kernel: Kernel, to: number, from: number, length: number): void {
  const { memory } = kernel;
  const target = kernelAddress(kernel, to);
  const source = kernelAddress(kernel, from);
  memory.noteCodeWrite(memory.frameOf(target), target & PAGE_MASK, length);
  memory.u8.copyWithin(target, source, source + length);
}

function unalignedRead(kernel: Kernel, address: number): number {
  const bytes = kernelReadBytes(kernel, address, 4);
  return new DataView(bytes.buffer).getInt32(0, !kernel.memory.bigEndian);
}

function unalignedWrite(kernel: Kernel, address: number, value: number): void {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, !kernel.memory.bigEndian);
  kernelWriteBytes(kernel, address, bytes);
}
