import { type Kernel, kernelRead32, kernelWrite32, recognisedBack } from '@kml/kernel';
import { PSR_T } from '../isa/state.ts';
import { PT } from './pt-regs.ts';

/** LinuxAbi.undoRecognised: the program is at its SVC again, in the instruction set that it is of. */
export function undoRecognised(kernel: Kernel, frame: number): void {
  const back = recognisedBack(kernel, kernelRead32(kernel, frame + PT.pc));
  if (back === undefined) return;
  const thumb = (back & 1) !== 0;
  kernelWrite32(kernel, frame + PT.pc, thumb ? back - 3 : back - 4);
  if (thumb) kernelWrite32(kernel, frame + PT.cpsr, kernelRead32(kernel, frame + PT.cpsr) | PSR_T);
}
