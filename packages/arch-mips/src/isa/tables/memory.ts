import { type Row, row } from '../decode/row.ts';
import * as memory from '../lift/memory.ts';
import { privileged } from '../lift/processor.ts';

const hint = { test: { skip: 'changes nothing' } };

/** Loads, stores and what else is about memory. MIPS32 vol. II. */
export const memoryRows: readonly Row[] = [
  row('100000 sssss ttttt iiiiiiiiiiiiiiii', 'lb', 't,o', 'load', memory.load('load8s')),
  row('100001 sssss ttttt iiiiiiiiiiiiiiii', 'lh', 't,o', 'load', memory.load('load16s')),
  row('100010 sssss ttttt iiiiiiiiiiiiiiii', 'lwl', 't,o', 'load', memory.lwl),
  row('100011 sssss ttttt iiiiiiiiiiiiiiii', 'lw', 't,o', 'load', memory.load('load32')),
  row('100100 sssss ttttt iiiiiiiiiiiiiiii', 'lbu', 't,o', 'load', memory.load('load8u')),
  row('100101 sssss ttttt iiiiiiiiiiiiiiii', 'lhu', 't,o', 'load', memory.load('load16u')),
  row('100110 sssss ttttt iiiiiiiiiiiiiiii', 'lwr', 't,o', 'load', memory.lwr),
  row('101000 sssss ttttt iiiiiiiiiiiiiiii', 'sb', 't,o', 'store', memory.store('store8')),
  row('101001 sssss ttttt iiiiiiiiiiiiiiii', 'sh', 't,o', 'store', memory.store('store16')),
  row('101010 sssss ttttt iiiiiiiiiiiiiiii', 'swl', 't,o', 'store', memory.swl),
  row('101011 sssss ttttt iiiiiiiiiiiiiiii', 'sw', 't,o', 'store', memory.store('store32')),
  row('101110 sssss ttttt iiiiiiiiiiiiiiii', 'swr', 't,o', 'store', memory.swr),
  row('110000 sssss ttttt iiiiiiiiiiiiiiii', 'll', 't,o', 'load', memory.ll),
  row('111000 sssss ttttt iiiiiiiiiiiiiiii', 'sc', 't,o', 'store', memory.sc),
  row('110011 sssss hhhhh iiiiiiiiiiiiiiii', 'pref', 'h,o', 'load', memory.nothing, hint),
  row('010011 sssss ttttt hhhhh 00000 001111', 'prefx', 'hd,x', 'load', memory.nothing, hint),
  row('000000 00000 00000 00000 aaaaa 001111', 'sync', 'stype', 'sync', memory.nothing, hint),
  row('000001 sssss 11111 iiiiiiiiiiiiiiii', 'synci', 'o', 'cache', memory.nothing, hint),
  row('101111 sssss hhhhh iiiiiiiiiiiiiiii', 'cache', 'h,o', 'cache', privileged(memory.nothing)),
];
