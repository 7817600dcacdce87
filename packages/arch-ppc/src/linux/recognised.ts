import { type Kernel, recognisedBack } from '@kml/kernel';
import { frameAccess } from './frame.ts';

/** LinuxAbi.undoRecognised: the program is at its `sc` again. */
export function undoRecognised(kernel: Kernel, frame: number): void {
  const back = recognisedBack(kernel, frameAccess.pc(kernel, frame));
  if (back !== undefined) frameAccess.setPc(kernel, frame, back - 4);
}
