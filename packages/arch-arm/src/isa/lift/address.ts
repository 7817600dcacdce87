import type { I32 } from '@kml/core';
import { type Insn, PC } from './insn.ts';
import { shiftByImmediate } from './operand2.ts';

/** Where a load or store goes, and what its base register becomes (undefined: stays). */
export interface Address {
  readonly address: I32;
  readonly writeBack: I32 | undefined;
}

/** The offset: a shifted register where the row has one, else the immediate. */
function offset(x: Insn): I32 {
  if (x.row.operand2 === 'shifted') return shiftByImmediate(x, x.get(x.Rm), x.type, x.shift, false).value;
  return x.row.operand2 === 'register' ? x.get(x.Rm) : x.const(x.imm);
}

/**
 * Addressing of single loads and stores: P indexes before the access, U adds the offset, W (or
 * P clear) writes back. ARM ARM DDI0406C A8.5.
 */
export function addressOf(x: Insn): Address {
  const base = x.Rn === PC ? x.const(x.literalBase) : x.get(x.Rn);
  const step = offset(x);
  const indexed = x.U ? x.add(base, step) : x.sub(base, step);
  const writes = x.P === 0 || x.W === 1;
  return { address: x.P ? indexed : base, writeBack: writes ? indexed : undefined };
}
