/** LAR, LSL, VERR, VERW, ARPL. */
import type { I32 } from '@kml/core';
import type { Insn } from '../../lift/insn.ts';
import { reg } from '../../state.ts';
import { ROUTINE } from '../routines.ts';
import { WIDE } from '../selector-checks.ts';

const ZR = reg('zr');

/** The selector operand: 16 bits, whatever the operand size. */
function selector(x: Insn): I32 {
  return x.isMemory ? x.load(x.mem(2), 16) : x.getReg(x.rm, 16);
}

function destination(x: Insn): I32 {
  return x.const(x.reg | (x.opSize === 32 ? WIDE : 0));
}

export function lar(x: Insn): void {
  x.system(ROUTINE.loadAccessRights, selector(x), destination(x));
}
export function lsl(x: Insn): void {
  x.system(ROUTINE.loadSegmentLimit, selector(x), destination(x));
}
export function verr(x: Insn): void {
  x.system(ROUTINE.verify, selector(x), x.const(0));
}
export function verw(x: Insn): void {
  x.system(ROUTINE.verify, selector(x), x.const(1));
}

/** ARPL: raises the destination's RPL to the source's; ZF says whether it did. */
export function arpl(x: Insn): void {
  const b = x.b;
  const target = x.readForWrite(0);
  const rpl = b.and(x.read(1), x.const(3));
  const lower = b.ltU(b.and(target, x.const(3)), rpl);
  x.write(0, b.select(b.or(b.and(target, x.const(~3)), rpl), target, lower));
  b.set(b.eqz(lower), ZR);
}
