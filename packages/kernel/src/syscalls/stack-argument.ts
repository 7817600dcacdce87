import { PAGE_MASK, PAGE_SIZE } from '@kml/core';
import { InternalError } from '../internal-error.ts';
import type { Kernel } from '../kernel.ts';
import { kernelRead32 } from '../mm/kernel-access.ts';
import { readWord } from '../mm/user-access.ts';

/**
 * `count` argument words of a system call, from `address` on the stack of the function that sys_call_table has
 * for it, into `words` from `first` on. That is the kernel's stack, unless a kernel-mode program called the
 * function itself: then the words lie on the program's own. Throws InternalError 'kernel-address' where nothing
 * can be read.
 */
export function stackArguments(kernel: Kernel, address: number, count: number, words: Int32Array, first: number): void {
  const from = address >>> 0;
  const { i32 } = kernel.memory;
  const known = kernel.mmu.translatedKernel(from, 'read');
  if (known >= 0 && (known & 3) === 0 && (known & PAGE_MASK) + 4 * count <= PAGE_SIZE) {
    for (let i = 0; i < count; i++) words[first + i] = i32[(known >>> 2) + i]!;
  } else for (let i = 0; i < count; i++) words[first + i] = stackWord(kernel, (from + 4 * i) >>> 0);
}

function stackWord(kernel: Kernel, at: number): number {
  if (at >= kernel.abi.taskSize) return kernelRead32(kernel, at);
  const word = readWord(kernel, kernel.state.current!, at);
  if (word === undefined) throw new InternalError('kernel-address', `no argument can be read at 0x${at.toString(16)}`);
  return word;
}
