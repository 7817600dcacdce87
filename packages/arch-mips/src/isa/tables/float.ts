import { type Row, row } from '../decode/row.ts';
import { doubleArithmetic, singleArithmetic } from '../lift/float-arithmetic.ts';
import { CONDITIONS, compareDouble, compareSingle } from '../lift/float-compare.ts';
import * as convert from '../lift/float-convert.ts';
import * as move from '../lift/float-move.ts';

/** The two-, one- and three-operand forms in both formats. */
function arithmetic(name: string, cost: string, code: string): readonly Row[] {
  const unary = /^(sqrt|recip|rsqrt)$/.test(name);
  const fields = unary ? '00000 sssss ddddd' : 'ttttt sssss ddddd';
  const operands = unary ? 'D,S' : 'D,S,T';
  const section = { section: `${name.toUpperCase()}.fmt` };
  return [
    row(`010001 10000 ${fields} ${code}`, `${name}.s`, operands, cost, singleArithmetic(name), section),
    row(`010001 10001 ${fields} ${code}`, `${name}.d`, operands, cost, doubleArithmetic(name), section),
  ];
}

function multiplyAdd(name: string, code: string): readonly Row[] {
  const fields = '010011 rrrrr ttttt sssss ddddd';
  const section = { section: `${name.toUpperCase()}.fmt` };
  return [
    row(`${fields} ${code}000`, `${name}.s`, 'D,R,S,T', 'fpMultiplyAdd', singleArithmetic(name), section),
    row(`${fields} ${code}001`, `${name}.d`, 'D,R,S,T', 'fpMultiplyAdd', doubleArithmetic(name), section),
  ];
}

/** Conversions to word and long. */
function toInteger(name: string, long: string, word: string): readonly Row[] {
  const section = { section: `${name.toUpperCase()}.fmt` };
  const one = (fmt: string, code: string, to: 'w' | 'l', from: 's' | 'd'): Row => {
    const lift = from === 's' ? convert.integerOfSingle(name, to) : convert.integerOfDouble(name, to);
    return row(`010001 ${fmt} 00000 sssss ddddd ${code}`, `${name}.${to}.${from}`, 'D,S', 'fpConvert', lift, section);
  };
  return [
    one('10000', long, 'l', 's'),
    one('10001', long, 'l', 'd'),
    one('10000', word, 'w', 's'),
    one('10001', word, 'w', 'd'),
  ];
}

/** CVT.S and CVT.D. */
function toFloat(fmt: string, code: string, name: string, lift: Row['lift']): Row {
  const section = `CVT.${name[4]!.toUpperCase()}.fmt`;
  return row(`010001 ${fmt} 00000 sssss ddddd ${code}`, name, 'D,S', 'fpConvert', lift, { section });
}

function comparisons(): readonly Row[] {
  const section = { section: 'C.cond.fmt' };
  return CONDITIONS.flatMap((name, condition) => {
    const code = `ttttt sssss ccc00 11${condition.toString(2).padStart(4, '0')}`;
    return [
      row(`010001 10000 ${code}`, `c.${name}.s`, 'cd,S,T', 'fpCompare', compareSingle(condition), section),
      row(`010001 10001 ${code}`, `c.${name}.d`, 'cd,S,T', 'fpCompare', compareDouble(condition), section),
    ];
  });
}

/** Moves on a condition code (bit 16 says which way) or a general register. */
function conditionalMoves(): readonly Row[] {
  const rows: Row[] = [
    row('000000 sssss ccc00 ddddd 00000 000001', 'movf', 'd,s,cc', 'alu', move.moveGeneralIf(move.CC_FALSE)),
    row('000000 sssss ccc01 ddddd 00000 000001', 'movt', 'd,s,cc', 'alu', move.moveGeneralIf(move.CC_TRUE)),
  ];
  for (const [fmt, format, lift] of [
    ['10000', 's', move.moveSingleIf],
    ['10001', 'd', move.moveDoubleIf],
  ] as const) {
    const one = (code: string, name: string, operands: string, condition: Parameters<typeof lift>[0]): Row =>
      row(`010001 ${fmt} ${code}`, `${name}.${format}`, operands, 'fpMove', lift(condition), {
        section: `${name.toUpperCase()}.fmt`,
      });
    rows.push(
      one('ccc00 sssss ddddd 010001', 'movf', 'D,S,cc', move.CC_FALSE),
      one('ccc01 sssss ddddd 010001', 'movt', 'D,S,cc', move.CC_TRUE),
      one('ttttt sssss ddddd 010010', 'movz', 'D,S,t', move.RT_ZERO),
      one('ttttt sssss ddddd 010011', 'movn', 'D,S,t', move.RT_NOT_ZERO),
    );
  }
  return rows;
}

function signs(name: string, code: string, single: Row['lift'], double: Row['lift']): readonly Row[] {
  const section = { section: `${name.toUpperCase()}.fmt` };
  return [
    row(`010001 10000 00000 sssss ddddd ${code}`, `${name}.s`, 'D,S', 'fpMove', single, section),
    row(`010001 10001 00000 sssss ddddd ${code}`, `${name}.d`, 'D,S', 'fpMove', double, section),
  ];
}

/** The FPU: COP1 and COP1X. MIPS32 vol. II. Paired singles are reserved: no model has them. */
export const floatRows: readonly Row[] = [
  ...arithmetic('add', 'fpAdd', '000000'),
  ...arithmetic('sub', 'fpAdd', '000001'),
  ...arithmetic('mul', 'fpMultiply', '000010'),
  ...arithmetic('div', 'fpDivide', '000011'),
  ...arithmetic('sqrt', 'fpSqrt', '000100'),
  ...signs('abs', '000101', move.absS, move.absD),
  ...signs('mov', '000110', move.movS, move.movD),
  ...signs('neg', '000111', move.negS, move.negD),
  ...toInteger('round', '001000', '001100'),
  ...toInteger('trunc', '001001', '001101'),
  ...toInteger('ceil', '001010', '001110'),
  ...toInteger('floor', '001011', '001111'),
  ...conditionalMoves(),
  ...arithmetic('recip', 'fpDivide', '010101'),
  ...arithmetic('rsqrt', 'fpSqrt', '010110'),
  toFloat('10001', '100000', 'cvt.s.d', convert.singleOfDouble),
  toFloat('10100', '100000', 'cvt.s.w', convert.singleOfWord),
  toFloat('10101', '100000', 'cvt.s.l', convert.singleOfLong),
  toFloat('10000', '100001', 'cvt.d.s', convert.doubleOfSingle),
  toFloat('10100', '100001', 'cvt.d.w', convert.doubleOfWord),
  toFloat('10101', '100001', 'cvt.d.l', convert.doubleOfLong),
  ...toInteger('cvt', '100101', '100100'),
  ...comparisons(),
  ...multiplyAdd('madd', '100'),
  ...multiplyAdd('msub', '101'),
  ...multiplyAdd('nmadd', '110'),
  ...multiplyAdd('nmsub', '111'),

  row('010001 00000 ttttt sssss 00000 000000', 'mfc1', 't,S', 'fpMove', move.mfc1),
  row('010001 00010 ttttt sssss 00000 000000', 'cfc1', 't,fc', 'fpMove', move.cfc1),
  row('010001 00011 ttttt sssss 00000 000000', 'mfhc1', 't,S', 'fpMove', move.mfhc1),
  row('010001 00100 ttttt sssss 00000 000000', 'mtc1', 't,S', 'fpMove', move.mtc1),
  row('010001 00110 ttttt sssss 00000 000000', 'ctc1', 't,fc', 'fpMove', move.ctc1),
  row('010001 00111 ttttt sssss 00000 000000', 'mthc1', 't,S', 'fpMove', move.mthc1),
  row('110001 sssss ttttt iiiiiiiiiiiiiiii', 'lwc1', 'T,o', 'load', move.lwc1),
  row('110101 sssss ttttt iiiiiiiiiiiiiiii', 'ldc1', 'T,o', 'load', move.ldc1),
  row('111001 sssss ttttt iiiiiiiiiiiiiiii', 'swc1', 'T,o', 'store', move.swc1),
  row('111101 sssss ttttt iiiiiiiiiiiiiiii', 'sdc1', 'T,o', 'store', move.sdc1),
  row('010011 sssss ttttt 00000 ddddd 000000', 'lwxc1', 'D,x', 'load', move.lwxc1),
  row('010011 sssss ttttt 00000 ddddd 000001', 'ldxc1', 'D,x', 'load', move.ldxc1),
  row('010011 sssss ttttt 00000 ddddd 000101', 'luxc1', 'D,x', 'load', move.luxc1),
  row('010011 sssss ttttt fffff 00000 001000', 'swxc1', 'S,x', 'store', move.swxc1),
  row('010011 sssss ttttt fffff 00000 001001', 'sdxc1', 'S,x', 'store', move.sdxc1),
  row('010011 sssss ttttt fffff 00000 001101', 'suxc1', 'S,x', 'store', move.suxc1),
];
