import type { Cpu } from '@kml/core';
import { GENERAL, reg } from '../state.ts';

const DELAY_TARGET = reg('delayTarget');

/**
 * JR or JALR, the instruction `word` at pc, to an address that is no multiple of 4: the delay slot comes
 * first, then the address error of the fetch there (see layout).
 */
export function jumpUnaligned(cpu: Cpu, word: number): void {
  const isLinking = (word & 1) !== 0;
  const link = (word >>> 11) & 31;
  cpu.set(DELAY_TARGET, cpu.get(GENERAL[(word >>> 21) & 31]!));
  if (isLinking && link !== 0) cpu.set(GENERAL[link]!, cpu.pc + 8);
  cpu.pc = (cpu.pc + 4) | 1;
}
