/** Moves between general registers and floating-point registers or their lanes. ARM ARM DDI0406C A7.8 and A7.9. */
import type { Insn } from '../lift/insn.ts';
import { beginFloat } from './begin.ts';
import { getQ, getS32, setD64, setQ, setS32 } from './registers.ts';

type Handler = (x: Insn) => void;

/** VMOV Sn, Rt. A8.8.343. */
export const toSingle: Handler = (x) => {
  if (beginFloat(x)) setS32(x, x.Vn, x.get(x.Rt));
};

/** VMOV Rt, Sn. */
export const fromSingle: Handler = (x) => {
  if (beginFloat(x)) x.set(x.Rt, getS32(x, x.Vn));
};

/** VMOV Sm, Sm1, Rt, Rt2. A8.8.344. */
export const toTwoSingles: Handler = (x) => {
  if (!beginFloat(x)) return;
  const [low, high] = [x.get(x.Rt), x.get(x.Rt2)];
  setS32(x, x.Vm, low);
  setS32(x, x.Vm + 1, high);
};

export const fromTwoSingles: Handler = (x) => {
  if (!beginFloat(x)) return;
  x.set(x.Rt, getS32(x, x.Vm));
  x.set(x.Rt2, getS32(x, x.Vm + 1));
};

/** VMOV Dm, Rt, Rt2. A8.8.345. */
export const toDouble: Handler = (x) => {
  if (!beginFloat(x)) return;
  const ir = x.b;
  const high = ir.shl64(ir.extendU(x.get(x.Rt2)), ir.constant64(32, 0));
  setD64(x, x.Vm, ir.or64(ir.extendU(x.get(x.Rt)), high));
};

export const fromDouble: Handler = (x) => {
  if (!beginFloat(x)) return;
  const ir = x.b;
  const value = getQ(x, x.Vm >> 1);
  const lane = 2 * (x.Vm & 1);
  const [low, high] = [ir.lane32(value, lane), ir.lane32(value, lane + 1)];
  x.set(x.Rt, low);
  x.set(x.Rt2, high);
};

/** VMOV Dd[x], Rt of lanes of 8, 16 or 32 bits. A8.8.341. */
export function toLane(bits: 8 | 16 | 32): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    const ir = x.b;
    const lane = x.index + (x.Vd & 1) * (64 / bits);
    const old = getQ(x, x.Vd >> 1);
    const value = x.get(x.Rt);
    if (bits === 8) setQ(x, x.Vd >> 1, ir.withLane8(old, value, lane));
    else if (bits === 16) setQ(x, x.Vd >> 1, ir.withLane16(old, value, lane));
    else setQ(x, x.Vd >> 1, ir.withLane32(old, value, lane));
  };
}

/** VMOV Rt, Dn[x]. A8.8.342. x.U: zero-extended. */
export function fromLane(bits: 8 | 16 | 32): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    const ir = x.b;
    const lane = x.index + (x.Vn & 1) * (64 / bits);
    const from = getQ(x, x.Vn >> 1);
    if (bits === 32) {
      x.set(x.Rt, ir.lane32(from, lane));
      return;
    }
    const value = bits === 8 ? ir.laneU8(from, lane) : ir.laneU16(from, lane);
    x.set(x.Rt, x.U ? value : bits === 8 ? ir.ext8(value) : ir.ext16(value));
  };
}

/** VDUP from a general register. A8.8.314. x.Q: both doubles. */
export function duplicate(bits: 8 | 16 | 32): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    const ir = x.b;
    const value = x.get(x.Rt);
    const all = bits === 8 ? ir.splat8(value) : bits === 16 ? ir.splat16(value) : ir.splat32(value);
    if (x.Q) setQ(x, x.Vd >> 1, all);
    else setD64(x, x.Vd, ir.lane64(all, 0));
  };
}
