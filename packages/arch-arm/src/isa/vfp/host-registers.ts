/** The floating-point registers in memory, for host code. */
import type { Cpu } from '@kml/core';
import { DOUBLE, type Format, SINGLE, type Unpacked } from '@kml/core/softfloat';
import { quad } from '../state.ts';
import { unit } from './unit.ts';

const VECTORS_AT = quad(0).offset;

/** Index in cpu.i32 of word `n` of the register file: single n is word n, double n words 2n and 2n + 1. */
export function wordIndex(cpu: Cpu, n: number): number {
  return ((cpu.base + VECTORS_AT) >> 2) + n;
}

export function getWord(cpu: Cpu, n: number): number {
  return cpu.i32[wordIndex(cpu, n)]!;
}
export function setWord(cpu: Cpu, n: number, value: number): void {
  cpu.i32[wordIndex(cpu, n)] = value;
}

/** Singles or doubles: how a register becomes an operand, and how a result is rounded into one. */
export interface Precision {
  readonly format: Format;
  load(cpu: Cpu, into: Unpacked, n: number): void;
  store(cpu: Cpu, n: number, r: Unpacked): void;
}

export const single: Precision = {
  format: SINGLE,
  load: (cpu, into, n) => unit.loadSingle(into, getWord(cpu, n)),
  store: (cpu, n, r) => setWord(cpu, n, unit.single(r)),
};

export const double: Precision = {
  format: DOUBLE,
  load: (cpu, into, n) => unit.loadDouble(into, getWord(cpu, 2 * n + 1), getWord(cpu, 2 * n)),
  store(cpu, n, r) {
    unit.double(r);
    setWord(cpu, 2 * n, unit.low);
    setWord(cpu, 2 * n + 1, unit.high);
  },
};
