/** Instructions that move lanes about. ARM ARM DDI0406C A7.4.5, A8.8.305, A8.8.313, A8.8.419. */
import type { V128 } from '@kml/core';
import type { Insn } from '../lift/insn.ts';
import { beginFloat } from '../vfp/begin.ts';
import { getQ } from '../vfp/registers.ts';
import { type Handler, sizeOf } from './integer.ts';
import { broadcast, greater, splat, sub } from './lanes.ts';
import { getDouble, getPair, getVector, setDouble, setVector } from './vectors.ts';

/** Bytes of an operand. */
const lengthOf = (x: Insn): number => (x.Q ? 16 : 8);

/** Shuffles n and m as if they lay behind each other: byte `length` is m's first. */
function shuffleOperands(x: Insn, a: V128, b: V128, at: (i: number) => number): V128 {
  const length = lengthOf(x);
  const lanes = Array.from({ length: 16 }, (_, i) => {
    const from = at(i % length);
    return from < length ? from : 16 + from - length;
  });
  return x.b.shuffle(a, b, lanes);
}

/** VEXT. */
export const extract: Handler = (x) => {
  if (!beginFloat(x)) return;
  setVector(
    x,
    x.Vd,
    shuffleOperands(x, getVector(x, x.Vn), getVector(x, x.Vm), (i) => i + x.imm),
  );
};

/** VDUP (scalar). x.index: the lane. */
export const duplicate: Handler = (x) => {
  if (beginFloat(x)) setVector(x, x.Vd, broadcast(x, sizeOf(x), getDouble(x, x.Vm), x.index));
};

/** VSWP. */
export const swap: Handler = (x) => {
  if (!beginFloat(x)) return;
  const [d, m] = [getVector(x, x.Vd), getVector(x, x.Vm)];
  setVector(x, x.Vd, m);
  setVector(x, x.Vm, d);
};

/** Both registers anew: `place` says for a lane of d and m behind each other which one it gets. */
function rearrange(place: (lane: number, count: number) => number): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    const width = sizeOf(x) / 8;
    const count = lengthOf(x) / width;
    const [d, m] = [getVector(x, x.Vd), getVector(x, x.Vm)];
    const part = (first: number): V128 =>
      shuffleOperands(x, d, m, (i) => place(first + Math.floor(i / width), count) * width + (i % width));
    const [low, high] = [part(0), part(count)];
    setVector(x, x.Vd, low);
    setVector(x, x.Vm, high);
  };
}

/** VTRN: odd lanes of d are exchanged for even ones of m. */
export const transpose = rearrange((lane, count) =>
  lane < count ? (lane & 1 ? lane - 1 + count : lane) : (lane - count) & 1 ? lane : lane - count + 1,
);
/** VUZP: even lanes first. */
export const unzip = rearrange((lane, count) => (lane < count ? 2 * lane : 2 * (lane - count) + 1));
/** VZIP: lanes of d and m in turn. */
export const zip = rearrange((lane, count) => (lane >> 1) + (lane & 1 ? count : 0));

/** VTBL, VTBX. x.len: registers of the table less one. */
export function lookUp(keeps: boolean): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    const ir = x.b;
    const indices = getDouble(x, x.Vm);
    const table = (n: number): V128 => (n + 1 < x.Vn + x.len + 1 ? getPair(x, n, n + 1) : getDouble(x, n));
    let found = ir.swizzleV(table(x.Vn), indices);
    if (x.len > 1) {
      const rest = sub(x, 8, indices, splat(x, 8, 16));
      found = ir.orV(found, ir.swizzleV(table(x.Vn + 2), rest));
    }
    const within = greater(x, 8, 1, splat(x, 8, 8 * (x.len + 1)), indices);
    const otherwise = keeps ? getDouble(x, x.Vd) : splat(x, 8, 0);
    setDouble(x, x.Vd, ir.bitselectV(found, otherwise, within));
  };
}

/** A lane of register x.Vm in every lane: the second operand of "by scalar". */
export function scalar(x: Insn): V128 {
  return broadcast(x, sizeOf(x), getQ(x, x.Vm >> 1), x.index + (x.Vm & 1) * (64 / sizeOf(x)));
}
