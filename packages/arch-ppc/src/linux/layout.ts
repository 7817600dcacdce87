/** Where things lie in the kernel's memory on PowerPC. */
import { CPU_AREA, KERNEL_DATA_OFFSET } from '@kml/kernel';

/** First address that is the kernel's: the usual 3:1 split. */
export const TASK_SIZE = 0xc000_0000;
/** Interrupt vectors, and behind them the rest of kernel text. */
export const KERNEL_TEXT = TASK_SIZE;
export const VECTORS_END = KERNEL_TEXT + 0x3000;
export const KERNEL_DATA = TASK_SIZE + KERNEL_DATA_OFFSET;

/** Addresses of the words every ABI has. */
export const area = (name: keyof typeof CPU_AREA): number => KERNEL_DATA + CPU_AREA[name];

export const SYS_CALL_TABLE = KERNEL_DATA + 0x1000;
/** Where the direct call of each number goes: on without a frame, or the way of those that need a whole one. */
export const KML_CALL_TABLE = KERNEL_DATA + 0x2000;
export const KERNEL_DATA_BYTES = 0x3000;
