import { type Row, row } from '../decode/row.ts';
import { adc, add, and, cmp, dec, inc, neg, not, or, sbb, sub, test, xor } from '../lift/alu.ts';
import type { Insn } from '../lift/insn.ts';

const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0');
const locked = { lock: true } as const;

/** Operation `number` of the eight that share one pattern of opcodes. SDM vol. 2, table A-2 and opcode extension group 1. */
function aluForms(number: number, mnemonic: string, lift: (x: Insn) => void): Row[] {
  const base = number * 8;
  const logic = mnemonic === 'and' || mnemonic === 'or' || mnemonic === 'xor';
  // SDM vol. 2, AND, OR and XOR, flags affected: the state of AF is undefined.
  const register: Partial<Row> = logic ? { test: { undefinedFlags: 'a' } } : {};
  const more: Partial<Row> = mnemonic === 'cmp' ? register : { ...register, lock: true };
  const cost = mnemonic === 'adc' || mnemonic === 'sbb' ? 'aluCarry' : 'alu';
  return [
    row(`${hex(base)} /r`, mnemonic, 'Eb,Gb', cost, lift, more),
    row(`${hex(base + 1)} /r`, mnemonic, 'Ev,Gv', cost, lift, more),
    row(`${hex(base + 2)} /r`, mnemonic, 'Gb,Eb', cost, lift, register),
    row(`${hex(base + 3)} /r`, mnemonic, 'Gv,Ev', cost, lift, register),
    row(`${hex(base + 4)} ib`, mnemonic, 'AL,Ib', cost, lift, register),
    row(`${hex(base + 5)} iz`, mnemonic, 'eAX,Iz', cost, lift, register),
    row(`80 /${number} ib`, mnemonic, 'Eb,Ib', cost, lift, more),
    row(`81 /${number} iz`, mnemonic, 'Ev,Iz', cost, lift, more),
    row(`82 /${number} ib`, mnemonic, 'Eb,Ib', cost, lift, more),
    row(`83 /${number} ib`, mnemonic, 'Ev,Isb', cost, lift, more),
  ];
}

/** SDM vol. 2, TEST, flags affected: the state of AF is undefined. */
const logicTest = { test: { undefinedFlags: 'a' } };

/** Integer arithmetic and logic with one or two operands. */
export const aluRows: readonly Row[] = [
  ...aluForms(0, 'add', add),
  ...aluForms(1, 'or', or),
  ...aluForms(2, 'adc', adc),
  ...aluForms(3, 'sbb', sbb),
  ...aluForms(4, 'and', and),
  ...aluForms(5, 'sub', sub),
  ...aluForms(6, 'xor', xor),
  ...aluForms(7, 'cmp', cmp),
  row('84 /r', 'test', 'Eb,Gb', 'alu', test, logicTest),
  row('85 /r', 'test', 'Ev,Gv', 'alu', test, logicTest),
  row('A8 ib', 'test', 'AL,Ib', 'alu', test, logicTest),
  row('A9 iz', 'test', 'eAX,Iz', 'alu', test, logicTest),
  row('F6 /0 ib', 'test', 'Eb,Ib', 'alu', test, logicTest),
  row('F6 /1 ib', 'test', 'Eb,Ib', 'alu', test, logicTest),
  row('F7 /0 iz', 'test', 'Ev,Iz', 'alu', test, logicTest),
  row('F7 /1 iz', 'test', 'Ev,Iz', 'alu', test, logicTest),
  row('40+rd', 'inc', 'Zv', 'alu', inc),
  row('48+rd', 'dec', 'Zv', 'alu', dec),
  row('FE /0', 'inc', 'Eb', 'alu', inc, locked),
  row('FE /1', 'dec', 'Eb', 'alu', dec, locked),
  row('FF /0', 'inc', 'Ev', 'alu', inc, locked),
  row('FF /1', 'dec', 'Ev', 'alu', dec, locked),
  row('F6 /2', 'not', 'Eb', 'alu', not, locked),
  row('F7 /2', 'not', 'Ev', 'alu', not, locked),
  row('F6 /3', 'neg', 'Eb', 'alu', neg, locked),
  row('F7 /3', 'neg', 'Ev', 'alu', neg, locked),
];
