/**
 * Instructions that the kernel carries out for user programs, as later processors have them or as
 * programs rely on it: reading PVR, DCBA, POPCNTB, ISEL. Linux 6.1 arch/powerpc/kernel/traps.c: emulate_instruction
 */
import { type Kernel, kernelRead32, kernelWrite32, readWord } from '@kml/kernel';
import { PROGRAM_ILLEGAL, PROGRAM_PRIVILEGED, reg } from '../isa/index.ts';
import { frameFromUser } from './frame.ts';
import { PT } from './pt-regs.ts';

/** A user's general registers in a frame, and its CR. */
interface Registers {
  get(number: number): number;
  set(number: number, value: number): void;
  readonly cr: number;
}

interface Emulation {
  readonly mask: number;
  readonly match: number;
  run(registers: Registers, word: number, kernel: Kernel): void;
}

const rt = (word: number): number => (word >>> 21) & 31;
const ra = (word: number): number => (word >>> 16) & 31;
const rb = (word: number): number => (word >>> 11) & 31;

/** Bits set in each byte. Linux: emulate_popcntb_inst */
function bitsInBytes(value: number): number {
  let bits = value - ((value >>> 1) & 0x5555_5555);
  bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333);
  return (bits + (bits >>> 4)) & 0x0f0f_0f0f;
}

const EMULATIONS: readonly Emulation[] = [
  // mfspr rt, PVR
  { mask: 0xfc1f_fffe, match: 0x7c1f_42a6, run: (r, word, kernel) => r.set(rt(word), kernel.cpu.get(reg('pvr'))) },
  // dcba: a hint
  { mask: 0xfc00_07fe, match: 0x7c00_05ec, run: () => {} },
  // popcntb ra, rs
  { mask: 0xfc00_fffe, match: 0x7c00_00f4, run: (r, word) => r.set(ra(word), bitsInBytes(r.get(rt(word)))) },
  // isel rt, ra, rb, bit
  {
    mask: 0xfc00_003e,
    match: 0x7c00_001e,
    run(r, word) {
      const bit = (r.cr >>> (31 - ((word >>> 6) & 31))) & 1;
      const whenSet = ra(word) === 0 ? 0 : r.get(ra(word));
      r.set(rt(word), bit ? whenSet : r.get(rb(word)));
    },
  },
];

/** Carries out the instruction of a program interrupt, the frame being in r3. False: it is the program's fault. */
export function emulateInstruction(kernel: Kernel): boolean {
  const frame = kernel.cpu.get(reg('r3')) >>> 0;
  if (!frameFromUser(kernel, frame)) return false;
  if ((kernelRead32(kernel, frame + PT.msr) & (PROGRAM_ILLEGAL | PROGRAM_PRIVILEGED)) === 0) return false;
  const nip = kernelRead32(kernel, frame + PT.nip);
  const word = readWord(kernel, kernel.state.current!, nip);
  if (word === undefined) return false;
  const emulation = EMULATIONS.find(({ mask, match }) => (word & mask) === (match | 0));
  if (emulation === undefined) return false;
  const registers: Registers = {
    get: (number) => kernelRead32(kernel, frame + 4 * number),
    set: (number, value) => kernelWrite32(kernel, frame + 4 * number, value),
    cr: kernelRead32(kernel, frame + PT.ccr),
  };
  emulation.run(registers, word, kernel);
  kernelWrite32(kernel, frame + PT.nip, nip + 4);
  return true;
}
