import { CPU_AREA, type Kernel, kernelRead32, kernelWrite32, THREAD_INFO } from '@kml/kernel';
import { PSR_T } from '../isa/state.ts';
import { entryLabel } from './entry/kernel-text.ts';
import { KERNEL_DATA } from './layout.ts';
import { PT } from './pt-regs.ts';

/** LinuxAbi.undoRecognised: the program is at its SVC again, in the instruction set that it is of. */
export function undoRecognised(kernel: Kernel, frame: number): void {
  const pc = kernelRead32(kernel, frame + PT.pc) >>> 0;
  if (pc < entryLabel('kml_recognised') >>> 0 || pc >= entryLabel('kml_recognised_taken') >>> 0) return;
  const back = kernelRead32(kernel, kernelRead32(kernel, KERNEL_DATA + CPU_AREA.current) + THREAD_INFO.recognised);
  const thumb = (back & 1) !== 0;
  kernelWrite32(kernel, frame + PT.pc, thumb ? back - 3 : back - 4);
  if (thumb) kernelWrite32(kernel, frame + PT.cpsr, kernelRead32(kernel, frame + PT.cpsr) | PSR_T);
}
