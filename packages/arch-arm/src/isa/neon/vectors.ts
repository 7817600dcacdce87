/**
 * D and Q operands in lifted code: values of 128 bits, of which a D operand uses the lower half and
 * leaves the upper one open.
 */
import type { I32, V128 } from '@kml/core';
import type { Insn } from '../lift/insn.ts';
import { reg } from '../state.ts';
import { QC } from '../vfp/fpscr.ts';
import { getQ, setQ } from '../vfp/registers.ts';

/** Bytes `first` and on, `count` of them. */
const bytes = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);

/** Double register n in the lower half. */
export function getDouble(x: Insn, n: number): V128 {
  const value = getQ(x, n >> 1);
  return n & 1 ? x.b.shuffle(value, value, [...bytes(8, 8), ...bytes(8, 8)]) : value;
}

/** Double registers n and m as the halves. */
export function getPair(x: Insn, n: number, m: number): V128 {
  if (m === n + 1 && (n & 1) === 0) return getQ(x, n >> 1);
  const lanes = [...bytes(8 * (n & 1), 8), ...bytes(16 + 8 * (m & 1), 8)];
  return x.b.shuffle(getQ(x, n >> 1), getQ(x, m >> 1), lanes);
}

/** Writes the lower half of a value. */
export function setDouble(x: Insn, n: number, value: V128): void {
  const lanes = n & 1 ? [...bytes(0, 8), ...bytes(16, 8)] : [...bytes(16, 8), ...bytes(8, 8)];
  setQ(x, n >> 1, x.b.shuffle(getQ(x, n >> 1), value, lanes));
}

/** The operand in register n, a Q register by x.Q. */
export function getVector(x: Insn, n: number): V128 {
  return x.Q ? getQ(x, n >> 1) : getDouble(x, n);
}

export function setVector(x: Insn, n: number, value: V128): void {
  if (x.Q) setQ(x, n >> 1, value);
  else setDouble(x, n, value);
}

/** Not 0 if any bit of an operand's own lanes is set. */
export function anyBit(x: Insn, value: V128, whole = x.Q !== 0): I32 {
  const ir = x.b;
  return whole ? ir.anyV(value) : ir.eqz(ir.eqz64(ir.lane64(value, 0)));
}

const FPSCR = reg('fpscr');

/** Sets FPSCR.QC if any bit of an operand's own lanes is set. After all that can leave the instruction. */
export function saturated(x: Insn, where: V128, whole = x.Q !== 0): void {
  const ir = x.b;
  const any = ir.ne(anyBit(x, where, whole), x.const(0));
  const old = ir.get(FPSCR);
  ir.set(x.ifExecuted(ir.or(old, ir.shl(any, x.const(31 - Math.clz32(QC)))), old), FPSCR);
}

/** All bits of a value inverted. */
export function invert(x: Insn, value: V128): V128 {
  return x.b.xorV(value, x.b.constantV([-1, -1, -1, -1]));
}
