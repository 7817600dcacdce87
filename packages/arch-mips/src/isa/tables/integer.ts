import { type Row, row } from '../decode/row.ts';
import * as alu from '../lift/alu.ts';
import * as bits from '../lift/bits.ts';
import * as multiply from '../lift/multiply.ts';

/** Arithmetic, logic, shifts and bit fields. MIPS32 vol. II. */
export const integerRows: readonly Row[] = [
  row('000000 sssss ttttt ddddd 00000 100000', 'add', 'd,s,t', 'alu', alu.add),
  row('000000 sssss ttttt ddddd 00000 100001', 'addu', 'd,s,t', 'alu', alu.addOrMove('add')),
  row('000000 sssss ttttt ddddd 00000 100010', 'sub', 'd,s,t', 'alu', alu.sub),
  row('000000 sssss ttttt ddddd 00000 100011', 'subu', 'd,s,t', 'alu', alu.registers('sub')),
  row('000000 sssss ttttt ddddd 00000 100100', 'and', 'd,s,t', 'alu', alu.registers('and')),
  row('000000 sssss ttttt ddddd 00000 100101', 'or', 'd,s,t', 'alu', alu.addOrMove('or')),
  row('000000 sssss ttttt ddddd 00000 100110', 'xor', 'd,s,t', 'alu', alu.registers('xor')),
  row('000000 sssss ttttt ddddd 00000 100111', 'nor', 'd,s,t', 'alu', alu.nor),
  row('000000 sssss ttttt ddddd 00000 101010', 'slt', 'd,s,t', 'alu', alu.registers('ltS')),
  row('000000 sssss ttttt ddddd 00000 101011', 'sltu', 'd,s,t', 'alu', alu.registers('ltU')),
  row('001000 sssss ttttt iiiiiiiiiiiiiiii', 'addi', 't,s,i', 'alu', alu.addi),
  row('001001 sssss ttttt iiiiiiiiiiiiiiii', 'addiu', 't,s,i', 'alu', alu.signedImmediate('add')),
  row('001010 sssss ttttt iiiiiiiiiiiiiiii', 'slti', 't,s,i', 'alu', alu.signedImmediate('ltS')),
  row('001011 sssss ttttt iiiiiiiiiiiiiiii', 'sltiu', 't,s,i', 'alu', alu.signedImmediate('ltU')),
  row('001100 sssss ttttt iiiiiiiiiiiiiiii', 'andi', 't,s,u', 'alu', alu.immediate('and')),
  row('001101 sssss ttttt iiiiiiiiiiiiiiii', 'ori', 't,s,u', 'alu', alu.immediate('or')),
  row('001110 sssss ttttt iiiiiiiiiiiiiiii', 'xori', 't,s,u', 'alu', alu.immediate('xor')),
  row('001111 00000 ttttt iiiiiiiiiiiiiiii', 'lui', 't,u', 'alu', alu.lui),

  row('000000 00000 ttttt ddddd aaaaa 000000', 'sll', 'd,t,a', 'alu', alu.shift('shl')),
  row('000000 00000 ttttt ddddd aaaaa 000010', 'srl', 'd,t,a', 'alu', alu.shift('shrU')),
  row('000000 00001 ttttt ddddd aaaaa 000010', 'ror', 'd,t,a', 'alu', alu.shift('rotr'), { section: 'ROTR' }),
  row('000000 00000 ttttt ddddd aaaaa 000011', 'sra', 'd,t,a', 'alu', alu.shift('shrS')),
  row('000000 sssss ttttt ddddd 00000 000100', 'sllv', 'd,t,s', 'alu', alu.shiftVariable('shl')),
  row('000000 sssss ttttt ddddd 00000 000110', 'srlv', 'd,t,s', 'alu', alu.shiftVariable('shrU')),
  row('000000 sssss ttttt ddddd 00001 000110', 'rorv', 'd,t,s', 'alu', alu.shiftVariable('rotr'), {
    section: 'ROTRV',
  }),
  row('000000 sssss ttttt ddddd 00000 000111', 'srav', 'd,t,s', 'alu', alu.shiftVariable('shrS')),
  row('000000 sssss ttttt ddddd 00000 001010', 'movz', 'd,s,t', 'alu', alu.movz),
  row('000000 sssss ttttt ddddd 00000 001011', 'movn', 'd,s,t', 'alu', alu.movn),

  row('000000 sssss ttttt 00000 00000 011000', 'mult', 's,t', 'multiply', multiply.multiply(true)),
  row('000000 sssss ttttt 00000 00000 011001', 'multu', 's,t', 'multiply', multiply.multiply(false)),
  row('000000 sssss ttttt 00000 00000 011010', 'div', 'z,s,t', 'divide', multiply.div),
  row('000000 sssss ttttt 00000 00000 011011', 'divu', 'z,s,t', 'divide', multiply.divu),
  row('000000 00000 00000 ddddd 00000 010000', 'mfhi', 'd', 'moveHiLo', multiply.mfhi),
  row('000000 sssss 00000 00000 00000 010001', 'mthi', 's', 'moveHiLo', multiply.mthi),
  row('000000 00000 00000 ddddd 00000 010010', 'mflo', 'd', 'moveHiLo', multiply.mflo),
  row('000000 sssss 00000 00000 00000 010011', 'mtlo', 's', 'moveHiLo', multiply.mtlo),
  row('011100 sssss ttttt 00000 00000 000000', 'madd', 's,t', 'multiply', multiply.multiplyAdd(true)),
  row('011100 sssss ttttt 00000 00000 000001', 'maddu', 's,t', 'multiply', multiply.multiplyAdd(false)),
  row('011100 sssss ttttt ddddd 00000 000010', 'mul', 'd,s,t', 'multiply', alu.registers('mul')),
  row('011100 sssss ttttt 00000 00000 000100', 'msub', 's,t', 'multiply', multiply.multiplySubtract(true)),
  row('011100 sssss ttttt 00000 00000 000101', 'msubu', 's,t', 'multiply', multiply.multiplySubtract(false)),

  row('011100 sssss ttttt ddddd 00000 100000', 'clz', 'd,s', 'alu', bits.clz),
  row('011100 sssss ttttt ddddd 00000 100001', 'clo', 'd,s', 'alu', bits.clo),
  row('011111 sssss ttttt mmmmm lllll 000000', 'ext', 't,s,a,m1', 'alu', bits.ext),
  row('011111 sssss ttttt mmmmm lllll 000100', 'ins', 't,s,a,m', 'alu', bits.ins),
  row('011111 00000 ttttt ddddd 10000 100000', 'seb', 'd,t', 'alu', bits.seb),
  row('011111 00000 ttttt ddddd 11000 100000', 'seh', 'd,t', 'alu', bits.seh),
  row('011111 00000 ttttt ddddd 00010 100000', 'wsbh', 'd,t', 'alu', bits.wsbh),
];
