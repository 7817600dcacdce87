import { type Row, row } from '../decode/row.ts';
import type { Insn } from '../lift/insn.ts';
import { rcl, rcr, rol, ror } from '../lift/rotate.ts';
import { sar, shl, shld, shr, shrd } from '../lift/shift.ts';

/**
 * The six encodings of operation /digit in opcode extension group 2. Undefined flags at the most; which of them a count
 * leaves undefined, tests/real/ia32/random/special.ts says, with the manual's sentences.
 */
function shiftForms(digit: number, mnemonic: string, cost: string, lift: (x: Insn) => void, section: string): Row[] {
  const more = (undefinedFlags: string) => ({ section, test: { undefinedFlags } });
  const af = digit < 4 ? '' : 'a';
  return [
    row(`C0 /${digit} ib`, mnemonic, 'Eb,Ib', cost, lift, more(`${af}oc`)),
    row(`C1 /${digit} ib`, mnemonic, 'Ev,Ib', cost, lift, more(`${af}oc`)),
    row(`D0 /${digit}`, mnemonic, 'Eb,1', cost, lift, more(af)),
    row(`D1 /${digit}`, mnemonic, 'Ev,1', cost, lift, more(af)),
    row(`D2 /${digit}`, mnemonic, 'Eb,CL', cost, lift, more(`${af}oc`)),
    row(`D3 /${digit}`, mnemonic, 'Ev,CL', cost, lift, more(`${af}oc`)),
  ];
}

/** SDM vol. 2, SHLD and SHRD: OF is undefined but for shifts by 1; "If a shift occurs, the AF flag is undefined." */
const double = { test: { undefinedFlags: 'oac' } };

/** Shifts and rotates. */
export const shiftRows: readonly Row[] = [
  ...shiftForms(0, 'rol', 'shift', rol, 'RCL/RCR/ROL/ROR'),
  ...shiftForms(1, 'ror', 'shift', ror, 'RCL/RCR/ROL/ROR'),
  ...shiftForms(2, 'rcl', 'rotateCarry', rcl, 'RCL/RCR/ROL/ROR'),
  ...shiftForms(3, 'rcr', 'rotateCarry', rcr, 'RCL/RCR/ROL/ROR'),
  ...shiftForms(4, 'shl', 'shift', shl, 'SAL/SAR/SHL/SHR'),
  ...shiftForms(5, 'shr', 'shift', shr, 'SAL/SAR/SHL/SHR'),
  ...shiftForms(6, 'shl', 'shift', shl, 'SAL/SAR/SHL/SHR'),
  ...shiftForms(7, 'sar', 'shift', sar, 'SAL/SAR/SHL/SHR'),
  row('0F A4 /r ib', 'shld', 'Ev,Gv,Ib', 'doubleShift', shld, double),
  row('0F A5 /r', 'shld', 'Ev,Gv,CL', 'doubleShift', shld, double),
  row('0F AC /r ib', 'shrd', 'Ev,Gv,Ib', 'doubleShift', shrd, double),
  row('0F AD /r', 'shrd', 'Ev,Gv,CL', 'doubleShift', shrd, double),
];
