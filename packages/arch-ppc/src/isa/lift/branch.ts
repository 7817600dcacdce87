/** Branches and traps. PEM, 4.2.4. */
import type { I32 } from '@kml/core';
import { MODE_STEP, reg } from '../state.ts';
import { PROGRAM, PROGRAM_TRAP, SKIP } from '../vectors.ts';
import type { Insn } from './insn.ts';

const LR = reg('lr');
const CTR = reg('ctr');

/** Bits of BO. PEM, table 4-20. */
const BO_NO_CONDITION = 16;
const BO_IF_TRUE = 8;
const BO_NO_COUNT = 4;
const BO_IF_ZERO = 2;

/** B, BL, BA, BLA. */
export function branch(x: Insn): void {
  const offset = ((x.word << 6) >> 6) & ~3;
  const target = (x.word & 2 ? offset : x.pc + offset) | 0;
  if (!x.record) {
    x.end({ kind: 'jump', target });
    return;
  }
  link(x);
  x.end({ kind: 'call', target, returnTo: x.next });
}

function link(x: Insn): void {
  x.b.set(x.const(x.next), LR);
}

/** Non-zero if the branch is taken, undefined if it always is. Decrements CTR if BO says so. */
function taken(x: Insn): I32 | undefined {
  const { b, rt: bo, ra: bi } = x;
  let counted: I32 | undefined;
  if ((bo & BO_NO_COUNT) === 0) {
    const count = b.add(b.get(CTR), b.const(-1));
    b.set(count, CTR);
    counted = bo & BO_IF_ZERO ? b.eqz(count) : b.ne(count, b.const(0));
  }
  if (bo & BO_NO_CONDITION) return counted;
  const condition = x.cr.condition(bi, (bo & BO_IF_TRUE) !== 0);
  return counted === undefined ? condition : b.and(counted, b.ne(condition, b.const(0)));
}

/** BC, BCL, BCA, BCLA. */
export function branchConditional(x: Insn): void {
  const offset = x.simm & ~3;
  const target = (x.word & 2 ? offset : x.pc + offset) | 0;
  const condition = taken(x);
  if (x.record) link(x);
  if (condition !== undefined) x.end({ kind: 'branch', cond: condition, taken: target, next: x.next });
  else if (!x.record) x.end({ kind: 'jump', target });
  // BCL 20,31,$+4 only reads where it is.
  else if (target !== x.next) x.end({ kind: 'call', target, returnTo: x.next });
}

/** BCLR, BCLRL. */
export function branchToLink(x: Insn): void {
  toRegister(x, LR, 'return');
}

/** BCCTR, BCCTRL. With a decrement of CTR it is an invalid form. */
export function branchToCount(x: Insn): void {
  if (x.rt & BO_NO_COUNT) toRegister(x, CTR, 'jumpIndirect');
  else x.illegal();
}

function toRegister(x: Insn, register: typeof LR, kind: 'return' | 'jumpIndirect'): void {
  const { b } = x;
  const counts = (x.rt & BO_NO_COUNT) === 0;
  const isConditional = (x.rt & BO_NO_CONDITION) === 0;
  if (counts || (isConditional && (x.record || x.mode & MODE_STEP))) {
    chosenTarget(x, register);
    return;
  }
  if (isConditional) {
    const wanted = (x.rt & BO_IF_TRUE) !== 0;
    b.skipIf(x.cr.condition(x.ra, !wanted), SKIP);
  }
  const target = b.and(b.get(register), b.const(~3));
  if (x.record) {
    link(x);
    x.end({ kind: 'callIndirect', target, returnTo: x.next });
  } else x.end({ kind, target });
}

/** The rare forms: with link and condition, or that count. LR is written whether the branch is taken or not. */
function chosenTarget(x: Insn, register: typeof LR): void {
  const { b } = x;
  const target = b.and(b.get(register), b.const(~3));
  const condition = taken(x);
  if (x.record) link(x);
  const chosen = condition === undefined ? target : b.select(target, b.const(x.next), condition);
  x.end({ kind: 'jumpIndirect', target: chosen });
}

/** TW, TWI: TO selects the comparisons that trap. */
export function trap(form: 'register' | 'immediate'): (x: Insn) => void {
  return (x) => {
    const { b, rt: to } = x;
    if (to === 31) {
      x.raise(PROGRAM, PROGRAM_TRAP);
      return;
    }
    const a = x.gpr(x.ra);
    const other = form === 'register' ? x.gpr(x.rb) : b.const(x.simm);
    const tests: I32[] = [];
    if (to & 16) tests.push(b.ltS(a, other));
    if (to & 8) tests.push(b.gtS(a, other));
    if (to & 4) tests.push(b.eq(a, other));
    if (to & 2) tests.push(b.ltU(a, other));
    if (to & 1) tests.push(b.gtU(a, other));
    if (tests.length > 0)
      b.trapIf(
        tests.reduce((any, test) => b.or(any, test)),
        b.const(PROGRAM_TRAP),
        PROGRAM,
      );
  };
}
