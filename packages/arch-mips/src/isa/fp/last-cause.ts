import type { Cpu } from '@kml/core';
import { defineHelper } from '../host-functions.ts';
import { reg, reg64 } from '../state.ts';
import { CAUSE_SHIFT, FCSR_CAUSE } from './fcsr-bits.ts';
import { exceptionsOf, operand, operationNumbered, unitFor } from './operations.ts';

/**
 * `fpLast` after an operation that ran inline: LAST_CLEAN where it left an empty Cause field, else
 * the operation's number: it is done again, out of its operands, if someone looks at the field.
 */
export const LAST_CLEAN = 1;

const LAST = reg('fpLast');
const FCSR = reg('fcsr');
/** The first of three 64-bit operands, and of three words, which lie one behind the other. */
const DOUBLES = reg64('fpA').offset;
const WORDS = reg('fpWordA').offset;

/** Words of the `scratch` array where WITH_CAUSE finds the operands. */
export const SCRATCH_DOUBLES = 0;
export const SCRATCH_WORDS = 24;

/** `fcsr`, with the Cause field that the last operation left in its place. */
function withCause(cpu: Cpu, last: number, fcsr: number, doubles: number, words: number): number {
  if (last === 0) return fcsr;
  const rest = fcsr & ~FCSR_CAUSE;
  if (last === LAST_CLEAN) return rest;
  const operation = operationNumbered(last);
  const isWide = operation.from === 'd' || operation.from === 'l';
  const { i32 } = cpu;
  const at = (cpu.base + (isWide ? doubles : words)) >> 2;
  const step = isWide ? 2 : 1;
  operand.aLow = i32[at]!;
  operand.bLow = i32[at + step]!;
  operand.cLow = i32[at + 2 * step]!;
  operand.aHigh = i32[at + 1]!;
  operand.bHigh = i32[at + step + 1]!;
  operand.cHigh = i32[at + 2 * step + 1]!;
  const unit = unitFor(fcsr);
  operation.compute(unit);
  return rest | (exceptionsOf(unit) << CAUSE_SHIFT);
}

/** The Cause field comes to hold by itself. */
export function settleCause(cpu: Cpu): void {
  cpu.set(FCSR, withCause(cpu, cpu.get(LAST), cpu.get(FCSR), DOUBLES, WORDS));
  cpu.set(LAST, 0);
}

/** The same for lifted code: values of fpLast and fcsr, the operands in `scratch`. Gives the value for fcsr. */
export const WITH_CAUSE = defineHelper((cpu, last, fcsr) => {
  const scratch = cpu.layout.array('scratch').offset;
  return withCause(cpu, last, fcsr, scratch + SCRATCH_DOUBLES, scratch + SCRATCH_WORDS);
});
