/** Printers of the VFP instructions, as objdump has them. */
import type { Expander, Expanders } from '../disasm/expander.ts';
import { REGISTER_NAMES } from '../disasm/registers.ts';
import type { Insn } from '../lift/insn.ts';

type Register = 'Vd' | 'Vn' | 'Vm';

const named =
  (letter: string, field: Register, more = 0): Expander =>
  (x) =>
    `${letter}${x[field] + more}`;

/** q or d by Q. */
const sized =
  (field: Register): Expander =>
  (x) =>
    x.Q ? `q${x[field] >> 1}` : `d${x[field]}`;

/** A range of registers, in braces. */
export function vectorList(letter: string, first: number, count: number): string {
  return count === 1 ? `{${letter}${first}}` : `{${letter}${first}-${letter}${first + count - 1}}`;
}

const SYSTEM: Readonly<Record<number, string>> = { 0: 'fpsid', 1: 'fpscr', 6: 'mvfr1', 7: 'mvfr0', 8: 'fpexc' };

function address(x: Insn): string {
  const base = REGISTER_NAMES[x.Rn]!;
  const offset = 4 * x.imm;
  if (offset === 0 && x.U) return `[${base}]`;
  return `[${base}, #${x.U ? '' : '-'}${offset}]`;
}

export const vfpExpanders: Expanders = {
  Sd: named('s', 'Vd'),
  Sn: named('s', 'Vn'),
  Sm: named('s', 'Vm'),
  Sm1: named('s', 'Vm', 1),
  Dd: named('d', 'Vd'),
  Dn: named('d', 'Vn'),
  Dm: named('d', 'Vm'),
  Vd: sized('Vd'),
  Vn: sized('Vn'),
  Vm: sized('Vm'),
  slist: (x) => vectorList('s', x.Vd, x.imm),
  dlist: (x) => vectorList('d', x.Vd, x.imm >> 1),
  vaddress: address,
  /** The eight bits that VMOV expands. */
  fimm: (x) => `#${x.imm}`,
  /** Fraction bits of a fixed-point number: the encoding has what is left of the size. */
  fbits16: (x) => `#${16 - x.imm}`,
  fbits32: (x) => `#${32 - x.imm}`,
  index: (x) => String(x.index),
  /** u or s by U. */
  u: (x) => (x.U ? 'u' : 's'),
  RtFlags: (x) => (x.Rt === 15 ? 'APSR_nzcv' : REGISTER_NAMES[x.Rt]!),
  sysreg: (x) => SYSTEM[x.opc1]!,
};
