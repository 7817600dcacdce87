import { InternalError } from '../internal-error.ts';
import type { Kernel } from '../kernel.ts';
import { kernelRead32 } from '../mm/kernel-access.ts';
import { readWord } from '../mm/user-access.ts';

/**
 * A system call's argument word on the stack of the function that sys_call_table has for it. That is
 * the kernel's stack, unless a kernel-mode program called the function itself: then the words lie on
 * the program's own. Throws InternalError 'kernel-address' where nothing can be read.
 */
export function stackArgument(kernel: Kernel, address: number): number {
  const at = address >>> 0;
  if (at >= kernel.abi.taskSize) return kernelRead32(kernel, at);
  const word = readWord(kernel, kernel.state.current!, at);
  if (word === undefined) throw new InternalError('kernel-address', `no argument can be read at 0x${at.toString(16)}`);
  return word;
}
