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

/** FCSR's value. */
export function readFcsr(cpu: Cpu): number {
  settleCause(cpu);
  let value = cpu.get(FCSR) & ~FCSR_FCC;
  FCC.forEach((slot, n) => {
    if (cpu.get(slot)) value |= fccBit(n);
  });
  return value;
}

/** Sets all of FCSR, and the mode with it. Raises nothing. */
export function writeFcsr(cpu: Cpu, value: number): void {
  cpu.set(FCSR, value & ~FCSR_FCC);
  cpu.set(LAST, 0);
  FCC.forEach((slot, n) => {
    cpu.set(slot, value & fccBit(n) ? 1 : 0);
  });
  updateMode(cpu);
}
