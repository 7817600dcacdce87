import { CPU_AREA, type Kernel, kernelRead32, THREAD_INFO } from '@kml/kernel';
import { entryLabel } from './entry/kernel-text.ts';
import { frameAccess } from './frame.ts';
import { KERNEL_DATA } from './layout.ts';

/** LinuxAbi.undoRecognised: the program is at its `syscall` again. */
export function undoRecognised(kernel: Kernel, frame: number): void {
  const pc = frameAccess.pc(kernel, frame) >>> 0;
  if (pc < entryLabel('kml_recognised') >>> 0 || pc >= entryLabel('kml_recognised_taken') >>> 0) return;
  const words = kernelRead32(kernel, KERNEL_DATA + CPU_AREA.current);
  frameAccess.setPc(kernel, frame, kernelRead32(kernel, words + THREAD_INFO.recognised) - 4);
}
