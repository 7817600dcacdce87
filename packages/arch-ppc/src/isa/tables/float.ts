import { type Row, row } from '../decode/row.ts';
import * as op from '../fp/operations.ts';
import * as f from '../lift/float.ts';
import * as m from '../lift/float-memory.ts';
import * as s from '../lift/float-status.ts';

/** Extended opcode (bits 26-30), mnemonic, operation, which operands, cost to single and to double, handler. */
const ARITHMETIC = [
  ['10010', 'fdiv', op.FDIV, 'ab', 'fpuDivide', 'fpuDivideDouble', f.divide],
  ['10100', 'fsub', op.FSUB, 'ab', 'fpuAdd', 'fpuAdd', f.addSubtract],
  ['10101', 'fadd', op.FADD, 'ab', 'fpuAdd', 'fpuAdd', f.addSubtract],
  ['11001', 'fmul', op.FMUL, 'ac', 'fpuMultiply', 'fpuMultiplyDouble', f.multiply],
  ['11100', 'fmsub', op.FMSUB, 'abc', 'fpuMultiply', 'fpuMultiplyDouble', f.multiplyAdd],
  ['11101', 'fmadd', op.FMADD, 'abc', 'fpuMultiply', 'fpuMultiplyDouble', f.multiplyAdd],
  ['11110', 'fnmsub', op.FNMSUB, 'abc', 'fpuMultiply', 'fpuMultiplyDouble', f.multiplyAdd],
  ['11111', 'fnmadd', op.FNMADD, 'abc', 'fpuMultiply', 'fpuMultiplyDouble', f.multiplyAdd],
] as const;

const OPERANDS = { ab: 'FRT,FRA,FRB', ac: 'FRT,FRA,FRC', abc: 'FRT,FRA,FRC,FRB' } as const;

/** A form. */
function arithmetic(code: string, operands: 'ab' | 'ac' | 'abc', primary: string): string {
  const b = operands.includes('b') ? 'bbbbb' : '/////';
  const c = operands.includes('c') ? 'ccccc' : '/////';
  return `${primary} ttttt aaaaa ${b} ${c} ${code} r`;
}

const arithmeticRows = ARITHMETIC.flatMap(([code, mnemonic, operation, operands, single, double, lift]) => [
  row(arithmetic(code, operands, '111111'), mnemonic, OPERANDS[operands], double, lift(operation)),
  row(arithmetic(code, operands, '111011'), `${mnemonic}s`, OPERANDS[operands], single, lift(operation | op.TO_SINGLE)),
]);

/** X form of opcode 63 with one source. */
const unary = (code: string, mnemonic: string, cost: string, lift: Row['lift']): Row =>
  row(`111111 ttttt ///// bbbbb ${code} r`, mnemonic, 'FRT,FRB', cost, lift);
const displaced = (primary: string): string => `${primary} ttttt aaaaa iiiiiiiiiiiiiiii`;
const indexed = (code: string): string => `011111 ttttt aaaaa bbbbb ${code} /`;

/** Mnemonic, bytes, primary opcodes of the D forms and extended ones of the X forms: plain, with update. */
const LOADS = [
  ['lfs', 4, '110000', '110001', '1000010111', '1000110111'],
  ['lfd', 8, '110010', '110011', '1001010111', '1001110111'],
] as const;
const STORES = [
  ['stfs', 4, '110100', '110101', '1010010111', '1010110111'],
  ['stfd', 8, '110110', '110111', '1011010111', '1011110111'],
] as const;

const loadRows = LOADS.flatMap(([mnemonic, bytes, d, du, x, xu]) => [
  row(displaced(d), mnemonic, 'FRT,D(RA)', 'fpuLoad', m.load(bytes, 'D')),
  row(displaced(du), `${mnemonic}u`, 'FRT,D(RA)', 'fpuLoad', m.load(bytes, 'DU')),
  row(indexed(x), `${mnemonic}x`, 'FRT,RA0,RB', 'fpuLoad', m.load(bytes, 'X')),
  row(indexed(xu), `${mnemonic}ux`, 'FRT,RA,RB', 'fpuLoad', m.load(bytes, 'XU')),
]);
const storeRows = STORES.flatMap(([mnemonic, bytes, d, du, x, xu]) => [
  row(displaced(d), mnemonic, 'FRS,D(RA)', 'fpuStore', m.store(bytes, 'D')),
  row(displaced(du), `${mnemonic}u`, 'FRS,D(RA)', 'fpuStore', m.store(bytes, 'DU')),
  row(indexed(x), `${mnemonic}x`, 'FRS,RA0,RB', 'fpuStore', m.store(bytes, 'X')),
  row(indexed(xu), `${mnemonic}ux`, 'FRS,RA,RB', 'fpuStore', m.store(bytes, 'XU')),
]);

/** Floating point. */
export const floatRows: readonly Row[] = [
  ...arithmeticRows,
  ...loadRows,
  ...storeRows,
  row(indexed('1111010111'), 'stfiwx', 'FRS,RA0,RB', 'fpuStore', m.storeInteger),
  row('111011 ttttt ///// bbbbb ///// 11000 r', 'fres', 'FRT,FRB', 'fpuDivide', f.always(op.FRES)),
  row('111111 ttttt ///// bbbbb ///// 11010 r', 'frsqrte', 'FRT,FRB', 'fpuDivide', f.always(op.FRSQRTE)),
  row('111111 ttttt aaaaa bbbbb ccccc 10111 r', 'fsel', 'FRT,FRA,FRC,FRB', 'fpuMove', f.select),
  unary('0000001100', 'frsp', 'fpuConvert', f.roundToSingle),
  unary('0000001110', 'fctiw', 'fpuConvert', f.convertToInteger(op.FCTIW)),
  unary('0000001111', 'fctiwz', 'fpuConvert', f.convertToInteger(op.FCTIWZ)),
  unary('0001001000', 'fmr', 'fpuMove', f.move('fmr')),
  unary('0000101000', 'fneg', 'fpuMove', f.move('fneg')),
  unary('0100001000', 'fabs', 'fpuMove', f.move('fabs')),
  unary('0010001000', 'fnabs', 'fpuMove', f.move('fnabs')),
  row('111111 ttt // aaaaa bbbbb 0000000000 /', 'fcmpu', 'BF,FRA,FRB', 'fpuCompare', f.compare(op.FCMPU)),
  row('111111 ttt // aaaaa bbbbb 0000100000 /', 'fcmpo', 'BF,FRA,FRB', 'fpuCompare', f.compare(op.FCMPO)),
  row('111111 ttttt ///// ///// 1001000111 r', 'mffs', 'FRT', 'fpuControl', s.moveFromStatus),
  row('111111 ttt // aaa // ///// 0001000000 /', 'mcrfs', 'BF,BFA', 'fpuControl', s.moveFieldFromStatus),
  row('111111 / mmmmmmmm / bbbbb 1011000111 r', 'mtfsf', 'FLM,FRB', 'fpuControl', s.moveToStatus),
  row('111111 ttt // ///// iiii / 0010000110 r', 'mtfsfi', 'BFN,U', 'fpuControl', s.moveImmediateToStatus),
  row('111111 ttttt ///// ///// 0001000110 r', 'mtfsb0', 'BTF', 'fpuControl', s.moveBitToStatus(0)),
  row('111111 ttttt ///// ///// 0000100110 r', 'mtfsb1', 'BTF', 'fpuControl', s.moveBitToStatus(1)),
];
