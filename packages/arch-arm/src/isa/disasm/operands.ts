import { CONDITION_NAMES } from '../lift/flags.ts';
import type { Insn } from '../lift/insn.ts';
import type { Expanders } from './expander.ts';
import { REGISTER_NAMES, registerList } from './registers.ts';

const register = (name: 'Rd' | 'Rn' | 'Rm' | 'Rs' | 'Rt' | 'Rt2' | 'Ra' | 'RdHi' | 'RdLo') => (x: Insn) =>
  REGISTER_NAMES[x[name]]!;

/** Printers of the integer instructions. */
export const generalExpanders: Expanders = {
  /** Condition. */
  c: (x) => CONDITION_NAMES[x.cond]!,
  /** `s` where the flags are set. */
  s: (x) => (x.S ? 's' : ''),
  Rd: register('Rd'),
  Rn: register('Rn'),
  Rm: register('Rm'),
  Rs: register('Rs'),
  Rt: register('Rt'),
  Rt2: register('Rt2'),
  Ra: register('Ra'),
  RdHi: register('RdHi'),
  RdLo: register('RdLo'),
  list: (x) => registerList(x.list),
  imm: (x) => `#${x.imm}`,
};
