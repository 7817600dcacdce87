import type { I32 } from '@kml/core';
import type { Insn, Width } from './insn.ts';

/**
 * Shifts. The count is taken modulo 32; a count of 0 changes neither operand nor flags. OF is
 * defined for a count of 1 only; for others it is what the last of the single shifts would give.
 */
interface Shifted {
  readonly r: I32;
  /** 0 or 1. */
  readonly cf: I32;
  /** OF in bit 31. */
  readonly of: I32;
}

type ShiftBody = (x: Insn, width: Width, a: I32, count: I32) => Shifted;

/** SHL (SAL). */
export const shl = shiftBy((x, width, a, count) => {
  const b = x.b;
  const r = b.shl(a, count);
  // The bit shifted out last: behind the top for narrow operands, else from the other end.
  const out = width === 32 ? b.shrU(a, b.sub(x.const(32), count)) : b.shrU(r, x.const(width));
  const cf = b.and(out, x.const(1));
  return { r, cf, of: b.xor(x.toTop(r, width), b.shl(cf, x.const(31))) };
});

/** SHR. */
export const shr = shiftBy((x, width, a, count) => {
  const b = x.b;
  const last = b.shrU(a, b.sub(count, x.const(1)));
  const r = b.shrU(last, x.const(1));
  return { r, cf: b.and(last, x.const(1)), of: x.toTop(last, width) };
});

/** SAR. */
export const sar = shiftBy((x, width, a, count) => {
  const b = x.b;
  const last = b.shrS(x.signExtend(a, width), b.sub(count, x.const(1)));
  return { r: b.shrS(last, x.const(1)), cf: b.and(last, x.const(1)), of: x.const(0) };
});

function shiftBy(body: ShiftBody): (x: Insn) => void {
  return (x) => {
    const width = x.width(0);
    const a = x.readForWrite(0);
    const count = x.b.and(x.read(1), x.const(31));
    commitShift(x, width, a, count, (n) => body(x, width, a, n));
  };
}

/** Writes result and flags of a shift whose count (0 to 31) may be 0. */
function commitShift(x: Insn, width: Width, a: I32, count: I32, body: (count: I32) => Shifted): void {
  const known = knownCount(x);
  if (known === 0) return;
  const { r, cf, of } = body(known === undefined ? count : x.const(known));
  if (known !== undefined) {
    x.write(0, r);
    x.flags.result(width, r);
    x.flags.setCf(cf);
    x.flags.setOf31(of);
    return;
  }
  x.write(0, x.b.select(r, a, count));
  x.flags.resultIf(count, width, r);
  x.flags.setCf(x.b.select(cf, x.flags.carry(), count));
  x.flags.setOf31(x.b.select(of, x.flags.overflow31(), count));
}

/** The count, where the instruction itself says it. */
function knownCount(x: Insn): number | undefined {
  const operand = x.operands[x.operands.length - 1]!;
  if (operand.method === 'I') return x.imm & 31;
  return operand.type === 'const' ? operand.fixed : undefined;
}

/** SHLD destination, source, count. */
export function shld(x: Insn): void {
  doubleShift(x, (width, a, s, n) => {
    const b = x.b;
    if (width === 16) {
      // Counts above 16 are undefined; hardware shifts in destination:source:destination.
      const wide = doubled(x, a, s);
      const r = b.wrap(b.shrU64(wide, b.extendU(b.sub(x.const(32), n))));
      const cf = b.and(b.wrap(b.shrU64(wide, b.extendU(b.sub(x.const(48), n)))), x.const(1));
      return { r, cf, of: x.toTop(b.xor(a, r), 16) };
    }
    const rest = b.sub(x.const(32), n);
    const r = b.or(b.shl(a, n), b.shrU(s, rest));
    return { r, cf: b.and(b.shrU(a, rest), x.const(1)), of: b.xor(a, r) };
  });
}

/** SHRD destination, source, count. */
export function shrd(x: Insn): void {
  doubleShift(x, (width, a, s, n) => {
    const b = x.b;
    const before = b.sub(n, x.const(1));
    if (width === 16) {
      const wide = doubled(x, a, s);
      const r = b.wrap(b.shrU64(wide, b.extendU(n)));
      const cf = b.and(b.wrap(b.shrU64(wide, b.extendU(b.and(before, x.const(31))))), x.const(1));
      return { r, cf, of: x.toTop(b.xor(a, r), 16) };
    }
    const r = b.or(b.shrU(a, n), b.shl(s, b.sub(x.const(32), n)));
    return { r, cf: b.and(b.shrU(a, before), x.const(1)), of: b.xor(a, r) };
  });
}

function doubleShift(x: Insn, body: (width: Width, a: I32, s: I32, n: I32) => Shifted): void {
  const width = x.width(0);
  const a = x.readForWrite(0);
  const s = x.read(1);
  const count = x.b.and(x.read(2), x.const(31));
  commitShift(x, width, a, count, (n) => body(width, a, s, n));
}

/** a:s:a as a 48-bit value. */
function doubled(x: Insn, a: I32, s: I32) {
  const low = x.b.or(a, x.b.shl(s, x.const(16)));
  return x.b.or64(x.b.extendU(low), x.b.shl64(x.b.extendU(a), x.b.constant64(32, 0)));
}
