/** Integer instructions done by host code: shifts by register, polynomial products, estimates. */
import type { Cpu } from '@kml/core';
import { defineExact } from '../vfp/assist.ts';
import { QC, readFpscr, writeFpscr } from '../vfp/fpscr.ts';
import { getWord, setWord } from '../vfp/host-registers.ts';

/** `extra` of an order: lanes' size as in the encoding, unsigned, Q registers. */
export const packExtra = (size: number, unsigned: number, q: number): number => size | (unsigned << 2) | (q << 3);

/** A lane of a register, as a signed or unsigned number. `n` is a D register's number; lanes count on into the next. */
function getLane(cpu: Cpu, n: number, bits: number, lane: number, unsigned: boolean): bigint {
  let value: bigint;
  if (bits === 64) {
    const at = 2 * (n + lane);
    value = (BigInt(getWord(cpu, at + 1)) << 32n) | BigInt(getWord(cpu, at) >>> 0);
  } else {
    const perWord = 32 / bits;
    const word = getWord(cpu, 2 * n + Math.floor(lane / perWord));
    value = BigInt(word >> ((lane % perWord) * bits));
  }
  return unsigned ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value);
}

/** Writes lanes of a register. */
function setLanes(cpu: Cpu, n: number, bits: number, lanes: readonly bigint[]): void {
  const words = (bits * lanes.length) / 32;
  let all = 0n;
  lanes.forEach((lane, i) => {
    all |= BigInt.asUintN(bits, lane) << BigInt(bits * i);
  });
  for (let i = 0; i < words; i++) setWord(cpu, 2 * n + i, Number(BigInt.asIntN(32, all >> BigInt(32 * i))));
}

/** VSHL, VQSHL, VRSHL, VQRSHL by register: lanes of m shifted by the low bytes of n's. A8.8.382, A8.8.391, A8.8.376, A8.8.389. */
function shift(rounded: boolean, saturates: boolean): number {
  return defineExact((cpu, d, n, m, extra) => {
    const bits = 8 << (extra & 3);
    const unsigned = (extra & 4) !== 0;
    const count = (extra & 8 ? 128 : 64) / bits;
    const least = unsigned ? 0n : -(1n << BigInt(bits - 1));
    const greatest = (1n << BigInt(unsigned ? bits : bits - 1)) - 1n;
    let clamped = false;
    const lanes = Array.from({ length: count }, (_, i) => {
      const amount = Number(BigInt.asIntN(8, getLane(cpu, n, bits, i, false)));
      const shifted = shiftLane(getLane(cpu, m, bits, i, unsigned), amount, rounded);
      if (!saturates || (shifted >= least && shifted <= greatest)) return shifted;
      clamped = true;
      return shifted < least ? least : greatest;
    });
    setLanes(cpu, d, bits, lanes);
    if (clamped) writeFpscr(cpu, readFpscr(cpu) | QC);
  });
}

function shiftLane(value: bigint, amount: number, rounded: boolean): bigint {
  if (amount >= 0) return value << BigInt(amount);
  const right = BigInt(-amount);
  return (rounded ? value + (1n << (right - 1n)) : value) >> right;
}

export const EXACT_SHIFT = shift(false, false);
export const EXACT_SHIFT_SATURATING = shift(false, true);
export const EXACT_SHIFT_ROUNDED = shift(true, false);
export const EXACT_SHIFT_ROUNDED_SATURATING = shift(true, true);

/** Product of polynomials over {0, 1} of degree 7. A2.8.1 */
function polynomialProduct(a: bigint, b: bigint): bigint {
  let product = 0n;
  for (let i = 0n; i < 8n; i++) if ((a >> i) & 1n) product ^= b << i;
  return product;
}

/** VMUL.P8. */
export const EXACT_POLYNOMIAL = defineExact((cpu, d, n, m, extra) => {
  const count = extra & 8 ? 16 : 8;
  const lane = (register: number, i: number): bigint => getLane(cpu, register, 8, i, true);
  setLanes(
    cpu,
    d,
    8,
    Array.from({ length: count }, (_, i) => polynomialProduct(lane(n, i), lane(m, i))),
  );
});

/** VMULL.P8. */
export const EXACT_POLYNOMIAL_LONG = defineExact((cpu, d, n, m) => {
  const lane = (register: number, i: number): bigint => getLane(cpu, register, 8, i, true);
  setLanes(
    cpu,
    d,
    16,
    Array.from({ length: 8 }, (_, i) => polynomialProduct(lane(n, i), lane(m, i))),
  );
});
