import type { Cpu } from '@kml/core';
import { reg, reg64 } from '../state.ts';
import { exceptionsOf, type Format, operand, operationNumbered, unitFor } from './operations.ts';

/**
 * `fpLast` after an operation that ran inline: LAST_CLEAN where it left an empty Cause field, else
 * the operation's number: it is done again, out of its operands, if someone looks at the field.
 */
export const LAST_CLEAN = 1;

const LAST = reg('fpLast');
const FCSR = reg('fcsr');
const DOUBLES = ['fpA', 'fpB', 'fpC'].map(reg64);
const WORDS = ['fpWordA', 'fpWordB', 'fpWordC'].map(reg);

/** The Cause field that the last operation left, as exception bits; fpLast is not 0. */
export function lastCause(cpu: Cpu): number {
  const last = cpu.get(LAST);
  if (last === LAST_CLEAN) return 0;
  const operation = operationNumbered(last);
  [operand.aHigh, operand.aLow] = savedOperand(cpu, operation.from, 0);
  [operand.bHigh, operand.bLow] = savedOperand(cpu, operation.from, 1);
  [operand.cHigh, operand.cLow] = savedOperand(cpu, operation.from, 2);
  const unit = unitFor(cpu.get(FCSR));
  operation.compute(unit);
  return exceptionsOf(unit);
}

function savedOperand(cpu: Cpu, format: Format, which: number): [high: number, low: number] {
  if (format === 's' || format === 'w') return [0, cpu.get(WORDS[which]!)];
  const at = (cpu.base + DOUBLES[which]!.offset) >> 2;
  return [cpu.i32[at + 1]!, cpu.i32[at]!];
}
