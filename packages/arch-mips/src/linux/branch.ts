/** Where a branch goes, worked out from a register frame. Linux 6.1 arch/mips/kernel/branch.c: __compute_return_epc */
import type { Cpu } from '@kml/core';
import { FCC } from '../isa/index.ts';

/** Registers as the frame has them, by number; r0 reads as 0. */
export type ReadRegister = (number: number) => number;

/**
 * The address at which the program goes on after the branch `word` at `pc` and its delay slot, or
 * undefined if the word is no branch. MIPS32 vol. II
 */
export function branchTarget(cpu: Cpu, word: number, pc: number, read: ReadRegister): number | undefined {
  const opcode = word >>> 26;
  const rs = read((word >>> 21) & 31);
  const rt = read((word >>> 16) & 31);
  const taken = (condition: boolean): number => (pc + (condition ? 4 + ((word << 16) >> 14) : 8)) | 0;
  switch (opcode) {
    case 0: // JR, JALR
      return (word & 0x3e) === 8 ? rs : undefined;
    case 1: {
      // BLTZ, BGEZ, their likely and linking forms
      const kind = (word >>> 16) & 31;
      if ((kind & 0xc) !== 0) return undefined;
      return taken(kind & 1 ? rs >= 0 : rs < 0);
    }
    case 2:
    case 3:
      return ((pc + 4) & 0xf000_0000) | ((word & 0x3ff_ffff) << 2);
    case 4:
    case 20:
      return taken(rs === rt);
    case 5:
    case 21:
      return taken(rs !== rt);
    case 6:
    case 22:
      return taken(rs <= 0);
    case 7:
    case 23:
      return taken(rs > 0);
    case 17: {
      // BC1F, BC1T, BC1FL, BC1TL
      if (((word >>> 21) & 31) !== 8) return undefined;
      return taken(cpu.get(FCC[(word >>> 18) & 7]!) === ((word >>> 16) & 1));
    }
    default:
      return undefined;
  }
}
