import type { RecognisedTrap } from '@kml/core';
import type { Kernel } from './kernel.ts';
import { CPU_AREA, KERNEL_DATA_OFFSET, THREAD_INFO } from './kernel-memory.ts';
import type { KernelImage } from './linux-abi.ts';
import { kernelRead32 } from './mm/kernel-access.ts';

/** Where recognised traps go in a kernel image; undefined if its entry code has no place for them. */
export function recognisedTrap(taskSize: number, { symbols }: KernelImage): RecognisedTrap | undefined {
  const entry = symbols.get('kml_recognised');
  if (entry === undefined) return undefined;
  const task = (taskSize + KERNEL_DATA_OFFSET + CPU_AREA.current) | 0;
  return { entry: entry | 0, task, offset: THREAD_INFO.recognised };
}

/**
 * The current task's word, where it was left by a recognised trap whose entry stands at `pc` and has not taken it up:
 * between `kml_recognised` and `kml_recognised_taken`. Undefined anywhere else. For LinuxAbi.undoRecognised.
 */
export function recognisedBack(kernel: Kernel, pc: number): number | undefined {
  const { symbols } = kernel.image;
  const at = pc >>> 0;
  if (at < symbols.get('kml_recognised')! >>> 0 || at >= symbols.get('kml_recognised_taken')! >>> 0) return undefined;
  const current = kernelRead32(kernel, kernel.abi.taskSize + KERNEL_DATA_OFFSET + CPU_AREA.current);
  return kernelRead32(kernel, current + THREAD_INFO.recognised);
}
