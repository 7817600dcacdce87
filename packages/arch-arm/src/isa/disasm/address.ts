import type { Insn } from '../lift/insn.ts';
import { REGISTER_NAMES } from './registers.ts';
import { shiftSuffix } from './shift.ts';

/** The offset of a load or store as it is written; undefined for one of 0 that is left out. */
function offsetText(x: Insn, zero: boolean): string | undefined {
  const sign = x.U ? '' : '-';
  if (x.row.operand2 === 'shifted') return sign + REGISTER_NAMES[x.Rm] + shiftSuffix(x.type, x.shift);
  if (x.row.operand2 === 'register') return sign + REGISTER_NAMES[x.Rm];
  if (x.imm === 0 && x.U && !zero) return undefined;
  return `#${sign}${x.imm}`;
}

/** Operand of a load or store; an offset of 0 is left out unless `zero`, or the base is written back. */
export function addressText(x: Insn, zero: boolean): string {
  const base = REGISTER_NAMES[x.Rn];
  const writeBack = x.P === 0 || x.W === 1;
  const offset = offsetText(x, zero || writeBack);
  if (offset === undefined) return `[${base}]`;
  if (x.P === 0) return `[${base}], ${offset}`;
  return `[${base}, ${offset}]${x.W ? '!' : ''}`;
}

/** The same of a literal. */
export function literalText(x: Insn): string {
  return `[pc, #${x.U ? '' : '-'}${x.imm}]`;
}
