import type { RecognisedTrap } from '@kml/core';
import { CPU_AREA, KERNEL_DATA_OFFSET, THREAD_INFO } from './kernel-memory.ts';
import type { KernelImage } from './linux-abi.ts';

/** Where recognised traps go in a kernel image; undefined if its entry code has no place for them. */
export function recognisedTrap(taskSize: number, { symbols }: KernelImage): RecognisedTrap | undefined {
  const entry = symbols.get('kml_recognised');
  if (entry === undefined) return undefined;
  const task = (taskSize + KERNEL_DATA_OFFSET + CPU_AREA.current) | 0;
  return { entry: entry | 0, task, offset: THREAD_INFO.recognised };
}
