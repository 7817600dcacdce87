/** Shifts by an immediate. ARM ARM DDI0406C A7.4.4. x.shift is the count, x.size the narrow lanes' size. */
import type { V128 } from '@kml/core';
import type { Insn } from '../lift/insn.ts';
import { beginFloat } from '../vfp/begin.ts';
import { getQ, setQ } from '../vfp/registers.ts';
import { type Handler, type Saturating, sizeOf } from './integer.ts';
import {
  add,
  equal,
  extend,
  greatest,
  type Size,
  shiftLeft,
  shiftRight,
  shiftRightRounded,
  signs,
  splat,
  truncate,
  zero,
} from './lanes.ts';
import { getDouble, getVector, invert, saturated, setDouble, setVector } from './vectors.ts';

/** d ← f(m). */
function two(f: (x: Insn, size: Size, a: V128) => V128): Handler {
  return (x) => {
    if (beginFloat(x)) setVector(x, x.Vd, f(x, sizeOf(x), getVector(x, x.Vm)));
  };
}

const old = (x: Insn): V128 => getVector(x, x.Vd);

export const right = two((x, size, a) => shiftRight(x, size, x.U, a, x.shift));
export const rightAccumulate = two((x, size, a) => add(x, size, old(x), shiftRight(x, size, x.U, a, x.shift)));
export const rightRounded = two((x, size, a) => shiftRightRounded(x, size, x.U, a, x.shift));
export const rightRoundedAccumulate = two((x, size, a) =>
  add(x, size, old(x), shiftRightRounded(x, size, x.U, a, x.shift)),
);
export const left = two((x, size, a) => shiftLeft(x, size, a, x.shift));

/** Bits of the destination that are not shifted into stay. */
export const rightInsert = two((x, size, a) => {
  const mask = shiftRight(x, size, 1, invert(x, zero(x)), x.shift);
  return x.b.bitselectV(shiftRight(x, size, 1, a, x.shift), old(x), mask);
});
export const leftInsert = two((x, size, a) => {
  const mask = shiftLeft(x, size, invert(x, zero(x)), x.shift);
  return x.b.bitselectV(shiftLeft(x, size, a, x.shift), old(x), mask);
});

/** VQSHL, VQSHLU: what does not come back when shifted back is saturated. */
function leftSaturating(x: Insn, size: Size, a: V128, unsignedResult: boolean): Saturating {
  const ir = x.b;
  const shifted = shiftLeft(x, size, a, x.shift);
  const unsigned = unsignedResult || x.U !== 0;
  const back = shiftRight(x, size, unsigned, shifted, x.shift);
  let where = invert(x, equal(x, size, back, a));
  let limit: V128;
  if (!unsignedResult) {
    limit = unsigned ? invert(x, zero(x)) : ir.xorV(signs(x, size, a), greatest(x, size));
  } else {
    // Negative numbers become 0.
    const negative = signs(x, size, a);
    where = ir.orV(where, negative);
    limit = invert(x, negative);
  }
  return { value: ir.bitselectV(limit, shifted, where), where };
}

function saturating(unsignedResult: boolean): Handler {
  return two((x, size, a) => {
    const { value, where } = leftSaturating(x, size, a, unsignedResult);
    saturated(x, where);
    return value;
  });
}
export const leftSaturate = saturating(false);
export const leftSaturateUnsigned = saturating(true);

/** VSHLL, VMOVL: Qd ← extended Dm, shifted. */
export const leftLong: Handler = (x) => {
  if (!beginFloat(x)) return;
  const size = sizeOf(x);
  setQ(x, x.Vd >> 1, shiftLeft(x, (2 * size) as Size, extend(x, size, x.U, getDouble(x, x.Vm)), x.shift));
};

// ---- narrowing: Dd ← Qm

/** Signedness of a saturating narrowing: of operand and result. */
export type Narrowing = 'signed' | 'unsigned' | 'signedToUnsigned';

/** Wide lanes as narrow ones, saturated; in the lower halves of the lanes. */
export function narrowSaturating(x: Insn, size: Size, a: V128, kind: Narrowing): Saturating {
  const wide = (2 * size) as Size;
  const cut = truncate(x, wide, a, a);
  const back = extend(x, size, kind !== 'signed', cut);
  const where = invert(x, equal(x, wide, back, a));
  let limit = invert(x, zero(x));
  if (kind === 'signed') limit = x.b.xorV(signs(x, wide, a), greatestNarrow(x, size));
  else if (kind === 'signedToUnsigned') limit = invert(x, signs(x, wide, a));
  return { value: x.b.bitselectV(limit, a, where), where };
}

/** The greatest signed number of the narrow lanes, in wide ones. */
function greatestNarrow(x: Insn, size: Size): V128 {
  return splat(x, (2 * size) as Size, size === 32 ? 0x7fff_ffff : 2 ** (size - 1) - 1);
}

/** Dd ← Qm shifted right (rounded), the lower halves. */
function narrow(rounded: boolean): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    const wide = (2 * sizeOf(x)) as Size;
    const a = getQ(x, x.Vm >> 1);
    const shifted = rounded ? shiftRightRounded(x, wide, 1, a, x.shift) : shiftRight(x, wide, 1, a, x.shift);
    setDouble(x, x.Vd, truncate(x, wide, shifted, shifted));
  };
}
export const rightNarrow = narrow(false);
export const rightNarrowRounded = narrow(true);

/** The same, saturated. With x.shift 0: VQMOVN, VQMOVUN. */
export function narrowSaturated(rounded: boolean, kindOf: (x: Insn) => Narrowing): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    const size = sizeOf(x);
    const wide = (2 * size) as Size;
    const kind = kindOf(x);
    const a = getQ(x, x.Vm >> 1);
    const unsigned = kind === 'unsigned';
    const shifted = rounded
      ? shiftRightRounded(x, wide, unsigned, a, x.shift)
      : shiftRight(x, wide, unsigned, a, x.shift);
    const { value, where } = narrowSaturating(x, size, shifted, kind);
    saturated(x, where, true);
    setDouble(x, x.Vd, truncate(x, wide, value, value));
  };
}
export const byU = (x: Insn): Narrowing => (x.U ? 'unsigned' : 'signed');
export const toUnsigned = (): Narrowing => 'signedToUnsigned';

/** VMOVN. */
export const moveNarrow: Handler = (x) => {
  if (!beginFloat(x)) return;
  const wide = (2 * sizeOf(x)) as Size;
  const a = getQ(x, x.Vm >> 1);
  setDouble(x, x.Vd, truncate(x, wide, a, a));
};
