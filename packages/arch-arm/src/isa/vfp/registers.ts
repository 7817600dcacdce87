/** The floating-point and SIMD registers in lifted code: all are lanes of the sixteen quad registers. ARM ARM DDI0406C A2.6.2. */
import type { F32, F64, I32, I64, V128 } from '@kml/core';
import type { Insn } from '../lift/insn.ts';
import { quad } from '../state.ts';

const QUADS = Array.from({ length: 16 }, (_, n) => quad(n));

/** Q register. */
export function getQ(x: Insn, n: number): V128 {
  return x.b.getV(QUADS[n]!);
}

/** Writes a Q register, if the instruction's condition holds. */
export function setQ(x: Insn, n: number, value: V128): void {
  const slot = QUADS[n]!;
  x.b.setV(x.guard === undefined ? value : x.b.selectV(value, x.b.getV(slot), x.guard), slot);
}

// ---- doubles: d0 to d31

export function getD(x: Insn, n: number): F64 {
  return x.b.laneF64(getQ(x, n >> 1), n & 1);
}
export function setD(x: Insn, n: number, value: F64): void {
  setQ(x, n >> 1, x.b.withLaneF64(getQ(x, n >> 1), value, n & 1));
}
export function getD64(x: Insn, n: number): I64 {
  return x.b.lane64(getQ(x, n >> 1), n & 1);
}
export function setD64(x: Insn, n: number, value: I64): void {
  setQ(x, n >> 1, x.b.withLane64(getQ(x, n >> 1), value, n & 1));
}

// ---- singles: s0 to s31

export function getS(x: Insn, n: number): F32 {
  return x.b.laneF32(getQ(x, n >> 2), n & 3);
}
export function setS(x: Insn, n: number, value: F32): void {
  setQ(x, n >> 2, x.b.withLaneF32(getQ(x, n >> 2), value, n & 3));
}
export function getS32(x: Insn, n: number): I32 {
  return x.b.lane32(getQ(x, n >> 2), n & 3);
}
export function setS32(x: Insn, n: number, value: I32): void {
  setQ(x, n >> 2, x.b.withLane32(getQ(x, n >> 2), value, n & 3));
}
