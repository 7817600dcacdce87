import type { Insn } from '../lift/insn.ts';
import { REGISTER_NAMES } from './registers.ts';

/** Options of DMB and DSB. */
export const BARRIERS: Readonly<Record<number, string>> = {
  ...{ 15: 'sy', 14: 'st', 11: 'ish', 10: 'ishst', 7: 'un', 6: 'unst', 3: 'osh', 2: 'oshst' },
};

/** PSR and fields of MSR. */
export function psrFields(x: Insn): string {
  if (!x.R && (x.mask & 3) === 0 && x.mask !== 0) {
    return `CPSR_${x.mask & 8 ? 'f' : ''}${x.mask & 4 ? 's' : ''}`;
  }
  const letters = ['c', 'x', 's', 'f'].filter((_, n) => x.mask & (1 << n)).reverse();
  return `${x.R ? 'SPSR' : 'CPSR'}_${letters.join('')}`;
}

/** CPS: 'ie aif', 'id i, #19', ' #16'. */
export function cpsText(x: Insn): string {
  const letters = (x.aif & 4 ? 'a' : '') + (x.aif & 2 ? 'i' : '') + (x.aif & 1 ? 'f' : '');
  const effect = x.imod & 2 ? `${x.imod === 3 ? 'id' : 'ie'} ${letters}` : '';
  if (!x.M) return effect;
  return effect === '' ? ` #${x.mode5}` : `${effect},#${x.mode5}`;
}

/** Operands of MCR and MRC. */
export function coprocessorOperands(x: Insn): string {
  const rt = x.Rt === 15 ? 'APSR_nzcv' : REGISTER_NAMES[x.Rt];
  return `${x.coproc}, ${x.opc1}, ${rt}, cr${x.CRn}, cr${x.CRm}, {${x.opc2}}`;
}
