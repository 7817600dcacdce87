import type { ReadWord, StackWalk } from '@kml/kernel';

const R1 = 1;
const LR = 65;
/** Where a function saves LR: in the frame of its caller. */
const LR_SAVE = 4;
/** High halves of stwu r1,d(r1) and stw r0,d(r1), by which prologues make a frame and save LR. */
const STWU_R1 = 0x9421;
const STW_R0_R1 = 0x9001;

/** DWARF columns of 32-bit PowerPC. Power Architecture 32-bit ABI supplement, 3.4 */
export const stackWalk: StackWalk = {
  columns: new Map([...Array.from({ length: 32 }, (_, n): [number, string] => [n, `r${n}`]), [LR, 'lr']]),
  stackPointer: R1,
  link: LR,

  /** The back chain: every frame begins with the address of the one above, where LR is saved beside it. */
  outer(registers, { read, pc, start }) {
    const link = registers.get(LR);
    const made = start === undefined || link === undefined ? WHOLE : frameMade(read, start, pc);
    registers.delete(LR);
    const frame = registers.get(R1)!;
    const above = made.frame ? read(frame) : frame;
    if (above === undefined || above === 0) return undefined;
    registers.set(R1, above);
    return made.linkSaved ? read(above + LR_SAVE) : link;
  },
};

/** What of its frame a function has made before pc: every caller of another has made all of it. */
interface FrameMade {
  frame: boolean;
  linkSaved: boolean;
}

const WHOLE: FrameMade = { frame: true, linkSaved: true };

function frameMade(read: ReadWord, start: number, pc: number): FrameMade {
  const made: FrameMade = { frame: false, linkSaved: false };
  let size = 0;
  for (let at = start; at < pc; at += 4) {
    const word = read(at);
    if (word === undefined) return WHOLE;
    const low = (word << 16) >> 16;
    if (word >>> 16 === STWU_R1 && !made.frame) {
      made.frame = true;
      size = -low;
    } else if (word >>> 16 === STW_R0_R1 && low === size + LR_SAVE) made.linkSaved = true;
  }
  return made;
}
