/** Branches and jumps. MIPS32 vol. II. */
import type { I32 } from '@kml/core';
import { FCC, reg } from '../state.ts';
import { UNALIGNED_JUMP } from '../vectors.ts';
import { needFpu } from './fpu.ts';
import type { Insn } from './insn.ts';

const RA = 31;
const DELAY_TARGET = reg('delayTarget');

type Condition = (x: Insn) => I32;

/** Conditions on rs (and rt). */
export const EQ: Condition = (x) => (x.rt === 0 ? x.b.eqz(x.get(x.rs)) : x.b.eq(x.get(x.rs), x.get(x.rt)));
export const NE: Condition = (x) => x.b.ne(x.get(x.rs), x.get(x.rt));
export const LTZ: Condition = (x) => x.b.ltS(x.get(x.rs), x.const(0));
export const GEZ: Condition = (x) => x.b.geS(x.get(x.rs), x.const(0));
export const LEZ: Condition = (x) => x.b.leS(x.get(x.rs), x.const(0));
export const GTZ: Condition = (x) => x.b.gtS(x.get(x.rs), x.const(0));
/** Condition code (bits 20:18) set, clear. */
export const FP_TRUE: Condition = (x) => x.b.get(FCC[x.rt >> 2]!);
export const FP_FALSE: Condition = (x) => x.b.eqz(x.b.get(FCC[x.rt >> 2]!));

/** Whether the branch is taken whatever the registers hold: B, BAL and the like. */
function always(x: Insn, condition: Condition): boolean {
  if (condition === EQ) return x.rs === x.rt;
  return (condition === GEZ || condition === LEZ) && x.rs === 0;
}

function unconditional(x: Insn): void {
  x.branch(x.const(x.branchTarget), { kind: 'jump', target: x.branchTarget });
}

/** A conditional branch. */
export const branch =
  (condition: Condition) =>
  (x: Insn): void => {
    if (always(x, condition)) unconditional(x);
    else conditional(x, condition(x));
  };

function conditional(x: Insn, cond: I32): void {
  const taken = x.branchTarget;
  const next = x.behindSlot;
  const target = x.b.select(x.const(taken), x.const(next), cond);
  x.branch(target, { kind: 'branch', cond, taken, next });
}

/** BLTZAL, BGEZAL: links whether taken or not. BAL of the place behind the slot only fetches the program counter. */
export const branchAndLink =
  (condition: Condition) =>
  (x: Insn): void => {
    const sure = always(x, condition);
    const cond = sure ? undefined : condition(x);
    x.set(RA, x.const(x.behindSlot));
    if (cond !== undefined) conditional(x, cond);
    else if (x.branchTarget === x.behindSlot) unconditional(x);
    else x.branch(x.const(x.branchTarget), { kind: 'call', target: x.branchTarget, returnTo: x.behindSlot });
  };

/** Branch likely: not taken it skips the delay slot. */
export const branchLikely =
  (condition: Condition) =>
  (x: Insn): void =>
    likely(x, condition);

/** BLTZALL, BGEZALL. */
export const branchLikelyAndLink =
  (condition: Condition) =>
  (x: Insn): void => {
    const cond = condition(x);
    x.set(RA, x.const(x.behindSlot));
    endLikely(x, cond);
  };

function likely(x: Insn, condition: Condition): void {
  if (always(x, condition)) unconditional(x);
  else endLikely(x, condition(x));
}

function endLikely(x: Insn, cond: I32): void {
  x.b.set(x.const(x.branchTarget), DELAY_TARGET);
  x.b.endWith({ kind: 'branch', cond, taken: (x.pc + 4) | 1, next: x.behindSlot });
}

/** Target of J and JAL: within the 256 MiB of the delay slot. */
function regionTarget(x: Insn): number {
  return ((x.pc + 4) & 0xf000_0000) | ((x.word & 0x3ff_ffff) << 2);
}

/** J. */
export function j(x: Insn): void {
  const target = regionTarget(x);
  x.branch(x.const(target), { kind: 'jump', target });
}

/** JAL. */
export function jal(x: Insn): void {
  const target = regionTarget(x);
  x.set(RA, x.const(x.behindSlot));
  x.branch(x.const(target), { kind: 'call', target, returnTo: x.behindSlot });
}

/** Target of a computed jump. One that is no multiple of 4 is left to host code (see jumpUnaligned). */
function computedTarget(x: Insn): I32 {
  const target = x.get(x.rs);
  x.b.trapIf(x.b.and(target, x.const(3)), x.const(x.word), UNALIGNED_JUMP);
  return target;
}

/** JR, JR.HB. */
export function jr(x: Insn): void {
  const target = computedTarget(x);
  x.branch(target, { kind: x.rs === RA ? 'return' : 'jumpIndirect', target });
}

/** JALR, JALR.HB. */
export function jalr(x: Insn): void {
  const target = computedTarget(x);
  if (x.rd === 0) {
    x.branch(target, { kind: 'jumpIndirect', target });
    return;
  }
  x.set(x.rd, x.const(x.behindSlot));
  x.branch(target, { kind: 'callIndirect', target, returnTo: x.behindSlot });
}

/** BC1F, BC1T: need the FPU. */
export const branchFloat = (condition: Condition) => needFpu(branch(condition));

/** BC1FL, BC1TL. */
export const branchFloatLikely = (condition: Condition) => needFpu(branchLikely(condition));
