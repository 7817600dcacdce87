/** Where things lie in the kernel's memory on ARM. */
import { CPU_AREA, KERNEL_DATA_OFFSET, KERNEL_TEXT_OFFSET, THREAD_INFO } from '@kml/kernel';

/** First address that is the kernel's: PAGE_OFFSET at 3 GiB less 16 MB for modules. Linux 6.1 arch/arm/include/asm/memory.h */
export const TASK_SIZE = 0xbf00_0000;
export const KERNEL_TEXT = TASK_SIZE + KERNEL_TEXT_OFFSET;
export const KERNEL_DATA = TASK_SIZE + KERNEL_DATA_OFFSET;

/** The vectors page: SCTLR.V is set. User code may read and execute it. Linux 6.1 Documentation/arm/kernel_user_helpers.rst */
export const VECTORS = 0xffff_0000;
/** Where a kernel-mode user process calls the kernel directly (entry/direct-call.ts). */
export const KML_CALL = 0xffff_0f00;

/** Three words each for the modes that the CPU enters but the kernel does not stay in. Linux 6.1 arch/arm/kernel/setup.c: struct stack */
export const MODE_STACKS = KERNEL_DATA + CPU_AREA.size;
export const IRQ_STACK = MODE_STACKS;
export const ABT_STACK = MODE_STACKS + 0x10;
export const UND_STACK = MODE_STACKS + 0x20;
export const FIQ_STACK = MODE_STACKS + 0x30;

export const SYS_CALL_TABLE = KERNEL_DATA + 0x1000;
/** Calls of the ARM-private numbers 0x0f0000 up. */
export const ARM_CALL_TABLE = KERNEL_DATA + 0x1800;
/** Where the direct call of each number goes: on without a frame, or the way of those that need a whole one. */
export const KML_CALL_TABLE = KERNEL_DATA + 0x2000;
export const KERNEL_DATA_BYTES = 0x3000;
/** The vectors' page among the kernel's data, where it can be written. Linux 6.1 arch/arm/kernel/traps.c: vectors_page */
export const VECTORS_PAGE_DATA = KERNEL_DATA + KERNEL_DATA_BYTES;

/** thread_info's words that are the ABI's: the number of the system call the user's frame is of, or -1; and whether restart_syscall is to be made. */
export const TI_SYSCALL = THREAD_INFO.arch;
export const TI_RESTART = THREAD_INFO.arch + 4;

/** Number of the first ARM-private call, and how many have an entry in their table. Linux 6.1 arch/arm/include/uapi/asm/unistd.h */
export const ARM_NR_BASE = 0x0f_0000;
export const ARM_NR_COUNT = 8;
/** Numbers of the private calls' kernel calls: they count as system calls. */
export const ARM_PRIVATE_CALLS = 0x800;
