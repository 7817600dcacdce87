/** SSE and SSE2 moves, shuffles and masks: one or two IR operations each, for memcpy and strlen live on them. */
import type { V128 } from '@kml/core';
import { STORE_MASKED_XMM } from '../fp/masked-store.ts';
import { DOUBLE_OPS, SINGLE_OPS } from './float-format.ts';
import type { Insn } from './insn.ts';
import { lowOnly, maskAddress, wordSource } from './mmx.ts';
import { lanes } from './simd-integer.ts';
import { alignedAddress, beginSse, getXmm, setXmm, source } from './simd-operands.ts';
import { lowLane, scalarSource, setLow, withLow } from './sse-scalar.ts';

type Handler = (x: Insn) => void;

/** MOVAPS, MOVAPD, MOVDQA Vx,Wx. */
export function loadAligned(x: Insn): void {
  if (!beginSse(x)) return;
  setXmm(x, x.reg, source(x));
}

/** MOVUPS, MOVUPD, MOVDQU Vx,Wx. */
export function loadUnaligned(x: Insn): void {
  if (!beginSse(x)) return;
  setXmm(x, x.reg, x.isMemory ? x.b.loadV(x.mem(16, false, 0)) : getXmm(x, x.rm));
}

/** MOVAPS, MOVAPD, MOVDQA Wx,Vx; MOVNTPS, MOVNTPD, MOVNTDQ. */
export function storeAligned(x: Insn): void {
  if (!beginSse(x)) return;
  const value = getXmm(x, x.reg);
  if (x.isMemory) x.b.storeV(alignedAddress(x, true), value);
  else setXmm(x, x.rm, value);
}

/** MOVUPS, MOVUPD, MOVDQU Wx,Vx. */
export function storeUnaligned(x: Insn): void {
  if (!beginSse(x)) return;
  const value = getXmm(x, x.reg);
  if (x.isMemory) x.b.storeV(x.mem(16, true, 0), value);
  else setXmm(x, x.rm, value);
}

function zeroVector(x: Insn): V128 {
  return x.b.constantV([0, 0, 0, 0]);
}

/** MOVSS Vss,Wss: from memory the rest becomes 0, from a register it stays. */
export function loadSingle(x: Insn): void {
  if (!beginSse(x)) return;
  const value = scalarSource(x, SINGLE_OPS);
  if (x.isMemory) setXmm(x, x.reg, withLow(x, SINGLE_OPS, zeroVector(x), value));
  else setLow(x, SINGLE_OPS, value);
}

/** MOVSS Wss,Vss. */
export function storeSingle(x: Insn): void {
  if (!beginSse(x)) return;
  const low = lowLane(x, SINGLE_OPS, getXmm(x, x.reg));
  if (x.isMemory) SINGLE_OPS.store(x.b, x.mem(4, true), low);
  else setXmm(x, x.rm, withLow(x, SINGLE_OPS, getXmm(x, x.rm), low));
}

/** MOVSD Vsd,Wsd. */
export function loadDouble(x: Insn): void {
  if (!beginSse(x)) return;
  const value = scalarSource(x, DOUBLE_OPS);
  if (x.isMemory) setXmm(x, x.reg, withLow(x, DOUBLE_OPS, zeroVector(x), value));
  else setLow(x, DOUBLE_OPS, value);
}

/** MOVSD Wsd,Vsd. */
export function storeDouble(x: Insn): void {
  if (!beginSse(x)) return;
  const low = lowLane(x, DOUBLE_OPS, getXmm(x, x.reg));
  if (x.isMemory) DOUBLE_OPS.store(x.b, x.mem(8, true), low);
  else setXmm(x, x.rm, withLow(x, DOUBLE_OPS, getXmm(x, x.rm), low));
}

/** MOVQ Vq,Wq: the upper half becomes 0. */
export function loadQuad(x: Insn): void {
  if (!beginSse(x)) return;
  const low = x.isMemory ? x.b.load64(x.mem(8)) : x.b.lane64(getXmm(x, x.rm), 0);
  setXmm(x, x.reg, lowOnly(x, low));
}

/** MOVQ Wq,Vq. */
export function storeQuad(x: Insn): void {
  if (!beginSse(x)) return;
  const low = x.b.lane64(getXmm(x, x.reg), 0);
  if (x.isMemory) x.b.store64(x.mem(8, true), low);
  else setXmm(x, x.rm, lowOnly(x, low));
}

/** MOVD Vd,Ed. */
export function loadDoubleword(x: Insn): void {
  if (!beginSse(x)) return;
  setXmm(x, x.reg, x.b.withLane32(zeroVector(x), x.read(1), 0));
}

/** MOVD Ed,Vd. */
export function storeDoubleword(x: Insn): void {
  if (!beginSse(x)) return;
  x.write(0, x.b.lane32(getXmm(x, x.reg), 0));
}

/** MOVLPS, MOVLPD, MOVHPS, MOVHPD Vq,Mq: one half from memory. */
export function loadHalf(half: 0 | 1): Handler {
  return (x) => {
    if (!beginSse(x)) return;
    const value = x.b.load64(x.mem(8));
    setXmm(x, x.reg, x.b.withLane64(getXmm(x, x.reg), value, half));
  };
}

/** MOVLPS and its kin Mq,Vq. */
export function storeHalf(half: 0 | 1): Handler {
  return (x) => {
    if (!beginSse(x)) return;
    x.b.store64(x.mem(8, true), x.b.lane64(getXmm(x, x.reg), half));
  };
}

/** MOVHLPS (to 0 from 1) and MOVLHPS (to 1 from 0). */
export function moveHalf(to: 0 | 1): Handler {
  return (x) => {
    if (!beginSse(x)) return;
    const value = x.b.lane64(getXmm(x, x.rm), to === 0 ? 1 : 0);
    setXmm(x, x.reg, x.b.withLane64(getXmm(x, x.reg), value, to));
  };
}

/** A shuffle of destination and source whose lanes follow from the immediate. */
export function shuffle(lanesOf: (immediate: number) => number[]): Handler {
  return (x) => {
    if (!beginSse(x)) return;
    const s = source(x);
    setXmm(x, x.reg, x.b.shuffle(getXmm(x, x.reg), s, lanesOf(x.imm & 0xff)));
  };
}

/** A shuffle of the source alone. */
export function shuffleSource(lanesOf: (immediate: number) => number[]): Handler {
  return (x) => {
    if (!beginSse(x)) return;
    const s = source(x);
    setXmm(x, x.reg, x.b.shuffle(s, s, lanesOf(x.imm & 0xff)));
  };
}

const pick4 = (immediate: number): number[] => [0, 2, 4, 6].map((shift) => (immediate >> shift) & 3);

export const shufps: Handler = shuffle((immediate) => {
  const [p, q, r, s] = pick4(immediate) as [number, number, number, number];
  return lanes(4, [p, q, r + 4, s + 4]);
});
export const shufpd: Handler = shuffle((immediate) => lanes(8, [immediate & 1, 2 + ((immediate >> 1) & 1)]));
export const pshufd: Handler = shuffleSource((immediate) => lanes(4, pick4(immediate)));
export const pshuflw: Handler = shuffleSource((immediate) => lanes(2, [...pick4(immediate), 4, 5, 6, 7]));
export const pshufhw: Handler = shuffleSource((immediate) =>
  lanes(2, [0, 1, 2, 3, ...pick4(immediate).map((pick) => pick + 4)]),
);

/** MOVMSKPS, MOVMSKPD, PMOVMSKB: sign bits to a general register. */
export function moveMask(bits: 8 | 32 | 64): Handler {
  return (x) => {
    if (!beginSse(x)) return;
    const b = x.b;
    const s = getXmm(x, x.rm);
    x.set32(x.reg, bits === 8 ? b.bitmask8x16(s) : bits === 32 ? b.bitmask32x4(s) : b.bitmask64x2(s));
  };
}

/** PINSRW Vdq,Ew,Ib. */
export function pinsrw(x: Insn): void {
  if (!beginSse(x)) return;
  const word = wordSource(x);
  setXmm(x, x.reg, x.b.withLane16(getXmm(x, x.reg), word, x.imm & 7));
}

/** PEXTRW Gd,Udq,Ib. */
export function pextrw(x: Insn): void {
  if (!beginSse(x)) return;
  x.set32(x.reg, x.b.laneU16(getXmm(x, x.rm), x.imm & 7));
}

/** MASKMOVDQU. */
export function maskmovdqu(x: Insn): void {
  if (!beginSse(x)) return;
  x.system(STORE_MASKED_XMM, maskAddress(x, 16), x.const(x.reg), x.const(x.rm));
}
