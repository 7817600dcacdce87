/** VSHL (register): lanes of 32 and 64 bits inline, smaller ones by host code. ARM ARM DDI0406C A8.8.382. */
import type { I32, I64 } from '@kml/core';
import type { Insn } from '../lift/insn.ts';
import { beginFloat } from '../vfp/begin.ts';
import { byOrder } from './by-order.ts';
import { EXACT_SHIFT } from './exact-integer.ts';
import type { Handler } from './integer.ts';
import { getVector, setVector } from './vectors.ts';

const byHost = byOrder(EXACT_SHIFT);

/** A lane shifted left by the signed low byte of `count`. */
function shiftWord(x: Insn, value: I32, count: I32): I32 {
  const ir = x.b;
  const left = ir.ext8(count);
  const right = ir.sub(x.const(0), left);
  const up = ir.select(ir.shl(value, left), x.const(0), ir.ltU(left, x.const(32)));
  const fits = ir.ltU(right, x.const(32));
  const down = x.U
    ? ir.select(ir.shrU(value, right), x.const(0), fits)
    : ir.shrS(value, ir.select(right, x.const(31), fits));
  return ir.select(up, down, ir.geS(left, x.const(0)));
}

function shiftLong(x: Insn, value: I64, count: I32): I64 {
  const ir = x.b;
  const left = ir.ext8(count);
  const right = ir.sub(x.const(0), left);
  const none = ir.constant64(0, 0);
  const up = ir.select64(ir.shl64(value, ir.extendU(left)), none, ir.ltU(left, x.const(64)));
  const fits = ir.ltU(right, x.const(64));
  const down = x.U
    ? ir.select64(ir.shrU64(value, ir.extendU(right)), none, fits)
    : ir.shrS64(value, ir.extendU(ir.select(right, x.const(63), fits)));
  return ir.select64(up, down, ir.geS(left, x.const(0)));
}

export const shiftByRegister: Handler = (x) => {
  if (x.size < 2) {
    byHost(x);
    return;
  }
  if (!beginFloat(x)) return;
  const ir = x.b;
  const [values, counts] = [getVector(x, x.Vm), getVector(x, x.Vn)];
  const lanes = (x.Q ? 16 : 8) >> x.size;
  let result = values;
  for (let lane = 0; lane < lanes; lane++) {
    result =
      x.size === 2
        ? ir.withLane32(result, shiftWord(x, ir.lane32(values, lane), ir.lane32(counts, lane)), lane)
        : ir.withLane64(result, shiftLong(x, ir.lane64(values, lane), ir.lane32(counts, 2 * lane)), lane);
  }
  setVector(x, x.Vd, result);
};
