/** Where things lie in the kernel's memory on IA-32. Offsets within kernel data; selectors as Linux i386 has them. */
import { CPU_AREA, KERNEL_DATA_OFFSET, KERNEL_TEXT_OFFSET } from '@kml/kernel';

/** First address that is the kernel's: the usual 3:1 split. */
export const TASK_SIZE = 0xc000_0000;
export const KERNEL_TEXT = TASK_SIZE + KERNEL_TEXT_OFFSET;
export const KERNEL_DATA = TASK_SIZE + KERNEL_DATA_OFFSET;

/** Words of the entry code behind the CPU area that every ABI has. */
export const IA32_AREA = KERNEL_DATA + CPU_AREA.size;
/** Where SYSENTER returns to in the present process's vDSO. */
export const LANDING_PAD = IA32_AREA;
/** 1 while the present task is a kernel-mode user process. */
export const KERNEL_MODE = IA32_AREA + 4;
/** Address of the present process's table of rewritten sites (rewrite.ts), or 0. */
export const SITES = IA32_AREA + 8;
export const IA32_AREA_BYTES = 12;
/** Slots by the low bits of a return address. */
export const SITE_TABLE_SLOTS = 4096;

export const GDT = KERNEL_DATA + 0x100;
export const GDT_ENTRIES = 32;
export const IDT = KERNEL_DATA + 0x200;
export const IDT_ENTRIES = 256;
/** Stack that SYSENTER starts on, left by its first instruction. */
export const SYSENTER_STACK_TOP = KERNEL_DATA + 0xd00;
/** The one TSS that tasks run under, and behind it an I/O map that allows every port. */
export const MAIN_TSS = KERNEL_DATA + 0x1000;
/** Ports 0 to 0xffff, and the byte of ones that ends the map. */
export const IO_MAP_BYTES = 0x2000;
/** TSS of the double-fault task, its stack, and the stack on which a double fault of the kernel itself is reported. */
export const DOUBLE_FAULT_TSS = KERNEL_DATA + 0x4000;
export const DOUBLE_FAULT_STACK_TOP = KERNEL_DATA + 0x4800;
export const EMERGENCY_STACK_TOP = KERNEL_DATA + 0x5000;
export const SYS_CALL_TABLE = KERNEL_DATA + 0x5000;
export const KML_CALL_TABLE = KERNEL_DATA + 0x6000;
/** The present process's LDT. */
export const LDT_ENTRIES = 8192;
export const LDT = KERNEL_DATA + 0x7000;
/** Nothing is executable here: where a jump into page 0 that is no system call faults. */
export const KML_WILD = KERNEL_DATA;
export const KERNEL_DATA_BYTES = 0x1_7000;

/** GDT slots. Linux 6.1 arch/x86/include/asm/segment.h; 27 and 31 as KML uses them. */
export const GDT_TLS = 6;
export const TLS_ENTRIES = 3;
export const GDT_KERNEL_CS = 12;
export const GDT_KERNEL_DS = 13;
export const GDT_USER_CS = 14;
export const GDT_USER_DS = 15;
export const GDT_TSS = 16;
export const GDT_LDT = 17;
export const GDT_PERCPU = 27;
export const GDT_DOUBLE_FAULT_TSS = 31;
export const TSS_SELECTOR = GDT_TSS * 8;
export const DOUBLE_FAULT_SELECTOR = GDT_DOUBLE_FAULT_TSS * 8;

/** Interrupt request lines with a gate. */
export const IRQ_LINES = 16;
