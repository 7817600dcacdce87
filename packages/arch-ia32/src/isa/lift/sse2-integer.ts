/** SSE2 packed integers on XMM registers. SDM vol. 1, 11.4.2. */
import type { Insn } from './insn.ts';
import { type LaneBits, type Packed, type ShiftKind, shiftImmediate, shiftVariable } from './simd-integer.ts';
import { beginSse, getXmm, setXmm, source } from './simd-operands.ts';

type Handler = (x: Insn) => void;

/** Vx op= Wx, the operand in memory aligned. Also the bitwise and unpacking operations on floats. */
export function xmmOperation(operation: Packed): Handler {
  return (x) => {
    if (!beginSse(x)) return;
    const s = source(x);
    setXmm(x, x.reg, operation(x.b, getXmm(x, x.reg), s));
  };
}

/** Vx shifted by the low half of Wx. */
export function xmmShift(kind: ShiftKind, bits: LaneBits): Handler {
  return (x) => {
    if (!beginSse(x)) return;
    const b = x.b;
    const s = source(x);
    setXmm(x, x.reg, shiftVariable(b, kind, bits, getXmm(x, x.reg), b.lane32(s, 0), b.lane32(s, 1)));
  };
}

/** Ux shifted by an immediate. */
export function xmmShiftImmediate(kind: ShiftKind, bits: LaneBits): Handler {
  return (x) => {
    if (!beginSse(x)) return;
    setXmm(x, x.rm, shiftImmediate(x.b, kind, bits, getXmm(x, x.rm), x.imm & 0xff));
  };
}

/** PSLLDQ (left) and PSRLDQ: by bytes. */
export function shiftBytes(left: boolean): Handler {
  return (x) => {
    if (!beginSse(x)) return;
    const b = x.b;
    const count = Math.min(x.imm & 0xff, 16);
    const picks = Array.from({ length: 16 }, (_, i) => {
      const from = left ? i - count : i + count;
      return from < 0 || from > 15 ? 16 : from;
    });
    setXmm(x, x.rm, b.shuffle(getXmm(x, x.rm), b.constantV([0, 0, 0, 0]), picks));
  };
}
