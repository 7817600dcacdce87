import type { I32 } from '@kml/core';
import type { Insn, Width } from './insn.ts';

/**
 * Rotates: only CF and OF change, and neither where the count modulo 32 is 0. OF is defined for a
 * count of 1 only; others give what the formula for 1 gives.
 */

/** ROL: CF is the result's lowest bit. */
export function rol(x: Insn): void {
  plainRotate(
    x,
    (wide, count) => x.b.rotl(wide, count),
    (r, width) => {
      const cf = x.b.and(r, x.const(1));
      return [cf, x.b.xor(x.toTop(r, width), x.b.shl(cf, x.const(31)))];
    },
  );
}

/** ROR: CF is the result's highest bit. */
export function ror(x: Insn): void {
  plainRotate(
    x,
    (wide, count) => x.b.rotr(wide, count),
    (r, width) => {
      const top = x.toTop(r, width);
      return [x.b.shrU(top, x.const(31)), x.b.xor(top, x.b.shl(top, x.const(1)))];
    },
  );
}

function plainRotate(
  x: Insn,
  rotate: (wide: I32, count: I32) => I32,
  flags: (r: I32, width: Width) => [cf: I32, of31: I32],
): void {
  const b = x.b;
  const width = x.width(0);
  const a = x.readForWrite(0);
  const count = b.and(x.read(1), x.const(31));
  // A narrow operand repeated over the word rotates as itself.
  const repeated = width === 8 ? 0x01010101 : 0x00010001;
  const wide = width === 32 ? a : b.mul(a, x.const(repeated));
  const r = rotate(wide, count);
  x.write(0, r);
  const [cf, of] = flags(r, width);
  commitRotateFlags(x, count, cf, of);
}

/** RCL: rotates CF:operand. */
export function rcl(x: Insn): void {
  rotateThroughCarry(
    x,
    (a, carry, n) => {
      const b = x.b;
      const rest = b.sub(x.const(32), n);
      const in0 = b.shl(carry, b.sub(n, x.const(1)));
      const r = b.or(b.or(b.shl(a, n), in0), b.shrU(b.shrU(a, x.const(1)), rest));
      return [r, b.and(b.shrU(a, rest), x.const(1))];
    },
    (v, width, k) => x.b.or(x.b.shl(v, k), x.b.shrU(v, x.b.sub(x.const(width + 1), k))),
    (r, cf) => x.b.xor(r, x.b.shl(cf, x.const(31))),
  );
}

/** RCR. */
export function rcr(x: Insn): void {
  rotateThroughCarry(
    x,
    (a, carry, n) => {
      const b = x.b;
      const rest = b.sub(x.const(32), n);
      const r = b.or(b.or(b.shrU(a, n), b.shl(carry, rest)), b.shl(b.shl(a, x.const(1)), rest));
      return [r, b.and(b.shrU(a, b.sub(n, x.const(1))), x.const(1))];
    },
    (v, width, k) => x.b.or(x.b.shrU(v, k), x.b.shl(v, x.b.sub(x.const(width + 1), k))),
    (r) => x.b.xor(r, x.b.shl(r, x.const(1))),
  );
}

/**
 * @param full 32-bit operand: result and new carry for a count of 1 to 31.
 * @param narrow operand with the carry above it, as `width` + 1 bits: rotated by 0 to `width`.
 * @param overflow OF (bit 31) from the result moved to the top, and the new carry.
 */
function rotateThroughCarry(
  x: Insn,
  full: (a: I32, carry: I32, count: I32) => [r: I32, cf: I32],
  narrow: (v: I32, width: number, count: I32) => I32,
  overflow: (top: I32, cf: I32) => I32,
): void {
  const b = x.b;
  const width = x.width(0);
  const a = x.readForWrite(0);
  const count = b.and(x.read(1), x.const(31));
  const carry = x.flags.carry();
  if (width === 32) {
    const [r, cf] = full(a, carry, count);
    x.write(0, b.select(r, a, count));
    commitRotateFlags(x, count, cf, overflow(r, cf));
    return;
  }
  const v = b.or(a, b.shl(carry, x.const(width)));
  const r = narrow(v, width, b.remU(count, x.const(width + 1)));
  const cf = b.and(b.shrU(r, x.const(width)), x.const(1));
  x.write(0, r);
  commitRotateFlags(x, count, cf, overflow(x.toTop(r, width), cf));
}

function commitRotateFlags(x: Insn, count: I32, cf: I32, of: I32): void {
  const carry = x.flags.carry();
  const overflow = x.flags.overflow31();
  x.flags.setCf(x.b.select(cf, carry, count));
  x.flags.setOf31(x.b.select(of, overflow, count));
}
