/** Traps on purpose. MIPS32 vol. II. */
import { endRecognised, type I32 } from '@kml/core';
import { MODE_USER } from '../state.ts';
import { BP, SYS, TR } from '../vectors.ts';
import type { Insn } from './insn.ts';
import { takeSystemCall } from './mode-switch.ts';

type Comparison = 'eq' | 'ne' | 'ltS' | 'ltU' | 'geS' | 'geU';

function trapOn(x: Insn, op: Comparison, right: I32): void {
  x.trapIf(x.b[op](x.get(x.rs), right), TR);
}

/** TEQ, TNE, TLT, TLTU, TGE, TGEU. */
export const trapRegisters =
  (op: Comparison) =>
  (x: Insn): void =>
    trapOn(x, op, x.get(x.rt));

/** TEQI, TNEI, TLTI, TLTIU, TGEI, TGEIU: the immediate is sign-extended for all. */
export const trapImmediate =
  (op: Comparison) =>
  (x: Insn): void =>
    trapOn(x, op, x.const(x.imm));

/** BREAK. */
export function breakpoint(x: Insn): void {
  x.raise(BP);
}

/** SYSCALL: the instruction counts. In a delay slot it is always a trap. */
export function syscall(x: Insn): void {
  const { recognised, costs } = x.context;
  if (recognised && !(x.mode & MODE_USER) && !x.inSlot) {
    endRecognised(x.b, recognised, (x.pc + 4) | 0, costs.branch ?? 1);
    return;
  }
  if (x.context.optimisations.inlineTraps && !x.inSlot) takeSystemCall(x);
  else x.b.endWith({ kind: 'trap', vector: SYS, error: x.const(0), completes: true });
}
