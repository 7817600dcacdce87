/** x87 control: control and status word, initialization, environment. */

import type { I32 } from '@kml/core';
import { X87_CLEAR, X87_FREE_ALL, X87_INITIALIZE, X87_LOAD_CONTROL } from '../fp/x87-control.ts';
import { FPU } from '../state.ts';
import { EAX, type Insn } from './insn.ts';
import { beginWaiting, FPU_AT, fpuAvailable } from './x87-common.ts';
import { forgetX87 } from './x87-stack.ts';

/** FNSTCW m16. */
export function storeControl(x: Insn): void {
  if (!fpuAvailable(x)) return;
  x.b.store16(x.mem(2, true), x.b.peek32(x.const(0), FPU_AT + FPU.control));
}

/** FLDCW m16. */
export function loadControl(x: Insn): void {
  if (!beginWaiting(x)) return;
  const word = x.b.load16u(x.mem(2));
  x.b.helper(word, x.const(0), x.const(0), X87_LOAD_CONTROL);
}

function statusWord(x: Insn): I32 {
  const b = x.b;
  const zero = b.const(0);
  const top = b.shl(b.peek32(zero, FPU_AT + FPU.top), b.const(11));
  return b.or(b.peek32(zero, FPU_AT + FPU.status), top);
}

/** FNSTSW m16. */
export function storeStatus(x: Insn): void {
  if (!fpuAvailable(x)) return;
  x.b.store16(x.mem(2, true), statusWord(x));
}

/** FNSTSW AX. */
export function storeStatusAx(x: Insn): void {
  if (!fpuAvailable(x)) return;
  x.setReg(EAX, 16, statusWord(x));
}

function simple(helper: number): (x: Insn) => void {
  return (x) => {
    if (!fpuAvailable(x)) return;
    forgetX87(x);
    const zero = x.const(0);
    x.b.helper(zero, zero, zero, helper);
  };
}

/** FNCLEX. */
export const clearExceptions = simple(X87_CLEAR);
/** FNINIT. */
export const initialize = simple(X87_INITIALIZE);

/** FWAIT: #NM needs CR0.MP and TS; the mode word has TS or EM in one bit, and Linux sets MP. */
export function wait(x: Insn): void {
  beginWaiting(x);
}

/** FNOP. */
export function nop(x: Insn): void {
  beginWaiting(x);
}

/** FNENI, FNDISI, FNSETPM of older coprocessors: nothing since the 80387. */
export function obsolete(x: Insn): void {
  fpuAvailable(x);
}

/** EMMS. */
export function emptyMmx(x: Insn): void {
  if (!beginWaiting(x)) return;
  const zero = x.const(0);
  x.b.helper(zero, zero, zero, X87_FREE_ALL);
}

/** FNSAVE, FRSTOR, FNSTENV, FLDENV, FXSAVE, FXRSTOR: system routines of (address, width of the form). */
export function stateRoutine(
  routine: number,
  bytes: (x: Insn) => number,
  waits: boolean,
  write: boolean,
): (x: Insn) => void {
  return (x) => {
    if (!(waits ? beginWaiting(x) : fpuAvailable(x))) return;
    x.system(routine, x.mem(bytes(x), write, 0), x.const(x.opSize));
  };
}
