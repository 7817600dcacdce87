/** Where things lie in memory on MIPS. Linux 6.1 arch/mips/include/asm/processor.h, addrspace.h */
import { CPU_AREA, KERNEL_DATA_OFFSET, KERNEL_TEXT_OFFSET } from '@kml/kernel';

/** First address that is the kernel's: kseg0. Programs end at USER_END, so that a small offset from their addresses stays theirs. */
export const KERNEL_BASE = 0x8000_0000;
export const USER_END = 0x7fff_8000;

/** The exception vectors are the beginning of kernel text, which EBase names. */
export const KERNEL_TEXT = KERNEL_BASE + KERNEL_TEXT_OFFSET;
export const KERNEL_DATA = KERNEL_BASE + KERNEL_DATA_OFFSET;

/** Entry code by Cause.ExcCode. Linux: exception_handlers */
export const EXCEPTION_HANDLERS = KERNEL_DATA + 0x100;
export const EXCEPTION_CODES = 32;
export const SYS_CALL_TABLE = KERNEL_DATA + 0x1000;
/** The way in of direct calls, by number. */
export const KML_CALL_TABLE = KERNEL_DATA + 0x2000;
export const KERNEL_DATA_BYTES = 0x3000;

/** Word of the CPU area. */
export function cpuWord(name: keyof typeof CPU_AREA): number {
  return KERNEL_DATA + CPU_AREA[name];
}
