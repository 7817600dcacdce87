/** FCSR as a whole, out of the pieces the state keeps it in (see layout). */
import type { Cpu } from '@kml/core';
import { FCC, reg } from '../state.ts';
import { updateMode } from '../system/mode.ts';
import { FCC1_SHIFT, FCSR_FCC, FCSR_FCC0 } from './fcsr-bits.ts';
import { settleCause } from './last-cause.ts';

const FCSR = reg('fcsr');
const LAST = reg('fpLast');

/** Bit of condition code `n` in FCSR. */
export function fccBit(n: number): number {
  return n === 0 ? FCSR_FCC0 : 1 << (FCC1_SHIFT + n - 1);
}

/** By condition code: its word in the CPU's state, its bit in FCSR. */
const FCC_WORDS = FCC.map(({ offset }) => offset >> 2);
const FCC_BITS = FCC.map((_, n) => fccBit(n));

/** FCSR's value. */
export function readFcsr(cpu: Cpu): number {
  settleCause(cpu);
  let value = cpu.get(FCSR) & ~FCSR_FCC;
  const base = cpu.base >> 2;
  for (let n = 0; n < FCC_WORDS.length; n++) if (cpu.i32[base + FCC_WORDS[n]!] !== 0) value |= FCC_BITS[n]!;
  return value;
}

/** Sets all of FCSR, and the mode with it. Raises nothing. */
export function writeFcsr(cpu: Cpu, value: number): void {
  cpu.set(FCSR, value & ~FCSR_FCC);
  cpu.set(LAST, 0);
  const base = cpu.base >> 2;
  for (let n = 0; n < FCC_WORDS.length; n++) cpu.i32[base + FCC_WORDS[n]!] = value & FCC_BITS[n]! ? 1 : 0;
  updateMode(cpu);
}
