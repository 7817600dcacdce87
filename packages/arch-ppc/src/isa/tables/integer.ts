import { type Row, row } from '../decode/row.ts';
import * as a from '../lift/arithmetic.ts';
import type { Insn } from '../lift/insn.ts';
import * as l from '../lift/logic.ts';

type Lift = (x: Insn) => void;

/** XO form with two sources. */
const arithmetic = (code: string, mnemonic: string, cost: string, lift: Lift): Row =>
  row(`011111 ttttt aaaaa bbbbb o${code} r`, mnemonic, 'RT,RA,RB', cost, lift);
/** XO form with one source. */
const arithmeticOne = (code: string, mnemonic: string, lift: Lift): Row =>
  row(`011111 ttttt aaaaa ///// o${code} r`, mnemonic, 'RT,RA', 'alu', lift);
/** X form of logic and shifts. */
const logical = (code: string, mnemonic: string, lift: Lift, cost = 'alu'): Row =>
  row(`011111 ttttt aaaaa bbbbb ${code} r`, mnemonic, 'RA,RS,RB', cost, lift);
const logicalOne = (code: string, mnemonic: string, lift: Lift): Row =>
  row(`011111 ttttt aaaaa ///// ${code} r`, mnemonic, 'RA,RS', 'alu', lift);
const immediate = (primary: string, mnemonic: string, operands: string, cost: string, lift: Lift): Row =>
  row(`${primary} ttttt aaaaa iiiiiiiiiiiiiiii`, mnemonic, operands, cost, lift);
const bits = (code: string, mnemonic: string, lift: Lift): Row =>
  row(`010011 ttttt aaaaa bbbbb ${code} /`, mnemonic, 'BT,BA,BB', 'condition', lift);

/** Fixed-point arithmetic, logic, rotates, shifts, compares and condition-register logic. */
export const integerRows: readonly Row[] = [
  immediate('000111', 'mulli', 'RT,RA,SI', 'multiplyImmediate', a.multiplyImmediate),
  immediate('001000', 'subfic', 'RT,RA,SI', 'alu', a.subtractFromImmediate),
  immediate('001100', 'addic', 'RT,RA,SI', 'alu', a.addImmediateCarrying(false)),
  immediate('001101', 'addic.', 'RT,RA,SI', 'alu', a.addImmediateCarrying(true)),
  immediate('001110', 'addi', 'RT,RA,SI', 'alu', a.addImmediate(0)),
  immediate('001111', 'addis', 'RT,RA,SIS', 'alu', a.addImmediate(16)),
  arithmetic('100001010', 'add', 'alu', a.add),
  arithmetic('000001010', 'addc', 'alu', a.addCarrying),
  arithmetic('010001010', 'adde', 'alu', a.addExtended),
  arithmetic('000101000', 'subf', 'alu', a.subtractFrom),
  arithmetic('000001000', 'subfc', 'alu', a.subtractFromCarrying),
  arithmetic('010001000', 'subfe', 'alu', a.subtractFromExtended),
  arithmetic('011101011', 'mullw', 'multiply', a.multiplyLow),
  arithmetic('111101011', 'divw', 'divide', a.divideSigned),
  arithmetic('111001011', 'divwu', 'divide', a.divideUnsigned),
  row('011111 ttttt aaaaa bbbbb /001001011 r', 'mulhw', 'RT,RA,RB', 'multiply', a.multiplyHigh('extendS')),
  row('011111 ttttt aaaaa bbbbb /000001011 r', 'mulhwu', 'RT,RA,RB', 'multiply', a.multiplyHigh('extendU')),
  arithmeticOne('011101010', 'addme', a.addToExtended(-1)),
  arithmeticOne('011001010', 'addze', a.addToExtended(0)),
  arithmeticOne('011101000', 'subfme', a.subtractFromConstantExtended(-1)),
  arithmeticOne('011001000', 'subfze', a.subtractFromConstantExtended(0)),
  arithmeticOne('001101000', 'neg', a.negate),

  immediate('011000', 'ori', 'RA,RS,UI', 'alu', l.logicImmediate('or', 0)),
  immediate('011001', 'oris', 'RA,RS,UI', 'alu', l.logicImmediate('or', 16)),
  immediate('011010', 'xori', 'RA,RS,UI', 'alu', l.logicImmediate('xor', 0)),
  immediate('011011', 'xoris', 'RA,RS,UI', 'alu', l.logicImmediate('xor', 16)),
  immediate('011100', 'andi.', 'RA,RS,UI', 'alu', l.andImmediate(0)),
  immediate('011101', 'andis.', 'RA,RS,UI', 'alu', l.andImmediate(16)),
  logical('0000011100', 'and', l.logic('and')),
  logical('0000111100', 'andc', l.logic('andc')),
  logical('0110111100', 'or', l.logic('or')),
  logical('0110011100', 'orc', l.logic('orc')),
  logical('0100111100', 'xor', l.logic('xor')),
  logical('0111011100', 'nand', l.logic('nand')),
  logical('0001111100', 'nor', l.logic('nor')),
  logical('0100011100', 'eqv', l.logic('eqv')),
  logicalOne('0000011010', 'cntlzw', l.unary('clz')),
  logicalOne('1110011010', 'extsh', l.unary('ext16')),
  logicalOne('1110111010', 'extsb', l.unary('ext8')),

  row('010100 ttttt aaaaa bbbbb ccccc eeeee r', 'rlwimi', 'RA,RS,SH,MB,ME', 'shift', l.rotateAndInsert),
  row('010101 ttttt aaaaa bbbbb ccccc eeeee r', 'rlwinm', 'RA,RS,SH,MB,ME', 'shift', l.rotateAndMask),
  row('010111 ttttt aaaaa bbbbb ccccc eeeee r', 'rlwnm', 'RA,RS,RB,MB,ME', 'shift', l.rotateByRegister),
  logical('0000011000', 'slw', l.shift('shl'), 'shift'),
  logical('1000011000', 'srw', l.shift('shrU'), 'shift'),
  logical('1100011000', 'sraw', l.shiftAlgebraic, 'shift'),
  row('011111 ttttt aaaaa bbbbb 1100111000 r', 'srawi', 'RA,RS,SH', 'shift', l.shiftAlgebraicImmediate),

  row('001011 ttt // aaaaa iiiiiiiiiiiiiiii', 'cmpwi', 'OBF,RA,SI', 'compare', l.compareImmediate('signed'), {
    section: 'cmpi',
  }),
  row('001010 ttt // aaaaa iiiiiiiiiiiiiiii', 'cmplwi', 'OBF,RA,UI', 'compare', l.compareImmediate('unsigned'), {
    section: 'cmpli',
  }),
  row('011111 ttt // aaaaa bbbbb 0000000000 /', 'cmpw', 'OBF,RA,RB', 'compare', l.compare('signed'), {
    section: 'cmp',
  }),
  row('011111 ttt // aaaaa bbbbb 0000100000 /', 'cmplw', 'OBF,RA,RB', 'compare', l.compare('unsigned'), {
    section: 'cmpl',
  }),

  bits('0100000001', 'crand', l.conditionLogic('and')),
  bits('0010000001', 'crandc', l.conditionLogic('andc')),
  bits('0111000001', 'cror', l.conditionLogic('or')),
  bits('0110100001', 'crorc', l.conditionLogic('orc')),
  bits('0011000001', 'crxor', l.conditionLogic('xor')),
  bits('0011100001', 'crnand', l.conditionLogic('nand')),
  bits('0000100001', 'crnor', l.conditionLogic('nor')),
  bits('0100100001', 'creqv', l.conditionLogic('eqv')),
  row('010011 ttt // aaa // ///// 0000000000 /', 'mcrf', 'BF,BFA', 'condition', l.moveField),
];
