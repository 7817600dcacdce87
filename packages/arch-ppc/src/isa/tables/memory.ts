import { type Row, row } from '../decode/row.ts';
import * as m from '../lift/memory.ts';

/** Mnemonic, operation, then primary opcodes of the D forms and extended ones of the X forms: plain, with update. */
const LOADS = [
  ['lbz', 'load8u', '100010', '100011', '0001010111', '0001110111'],
  ['lhz', 'load16u', '101000', '101001', '0100010111', '0100110111'],
  ['lha', 'load16s', '101010', '101011', '0101010111', '0101110111'],
  ['lwz', 'load32', '100000', '100001', '0000010111', '0000110111'],
] as const;
const STORES = [
  ['stb', 'store8', '100110', '100111', '0011010111', '0011110111'],
  ['sth', 'store16', '101100', '101101', '0110010111', '0110110111'],
  ['stw', 'store32', '100100', '100101', '0010010111', '0010110111'],
] as const;

const displaced = (primary: string): string => `${primary} ttttt aaaaa iiiiiiiiiiiiiiii`;
const indexed = (code: string): string => `011111 ttttt aaaaa bbbbb ${code} /`;
/** Cache and synchronization instructions of opcode 31. */
const cache = (code: string, mnemonic: string, lift: Row['lift'], cost = 'cache', more?: Partial<Row>): Row =>
  row(`011111 ///// aaaaa bbbbb ${code} /`, mnemonic, 'RA0,RB', cost, lift, more);

const loadRows = LOADS.flatMap(([mnemonic, op, d, du, x, xu]) => [
  row(displaced(d), mnemonic, 'RT,D(RA)', 'load', m.load(op, 'D')),
  row(displaced(du), `${mnemonic}u`, 'RT,D(RA)', 'load', m.load(op, 'DU')),
  row(indexed(x), `${mnemonic}x`, 'RT,RA0,RB', 'load', m.load(op, 'X')),
  row(indexed(xu), `${mnemonic}ux`, 'RT,RA,RB', 'load', m.load(op, 'XU')),
]);
const storeRows = STORES.flatMap(([mnemonic, op, d, du, x, xu]) => [
  row(displaced(d), mnemonic, 'RS,D(RA)', 'store', m.store(op, 'D')),
  row(displaced(du), `${mnemonic}u`, 'RS,D(RA)', 'store', m.store(op, 'DU')),
  row(indexed(x), `${mnemonic}x`, 'RS,RA0,RB', 'store', m.store(op, 'X')),
  row(indexed(xu), `${mnemonic}ux`, 'RS,RA,RB', 'store', m.store(op, 'XU')),
]);

/** Loads, stores, cache control and synchronization. */
export const memoryRows: readonly Row[] = [
  ...loadRows,
  ...storeRows,
  row(indexed('1100010110'), 'lhbrx', 'RT,RA0,RB', 'load', m.loadReversed(2)),
  row(indexed('1000010110'), 'lwbrx', 'RT,RA0,RB', 'load', m.loadReversed(4)),
  row(indexed('1110010110'), 'sthbrx', 'RS,RA0,RB', 'store', m.storeReversed(2)),
  row(indexed('1010010110'), 'stwbrx', 'RS,RA0,RB', 'store', m.storeReversed(4)),
  row(displaced('101110'), 'lmw', 'RT,D(RA)', 'multiple', m.loadMultiple),
  row(displaced('101111'), 'stmw', 'RS,D(RA)', 'multiple', m.storeMultiple),
  row(indexed('1001010101'), 'lswi', 'RT,RA0,NB', 'multiple', m.loadStringImmediate),
  row(indexed('1000010101'), 'lswx', 'RT,RA0,RB', 'multiple', m.stringIndexed('load')),
  row(indexed('1011010101'), 'stswi', 'RS,RA0,NB', 'multiple', m.storeStringImmediate),
  row(indexed('1010010101'), 'stswx', 'RS,RA0,RB', 'multiple', m.stringIndexed('store')),
  row(indexed('0000010100'), 'lwarx', 'RT,RA0,RB', 'reserve', m.loadReserve),
  row('011111 ttttt aaaaa bbbbb 0010010110 1', 'stwcx.', 'RS,RA0,RB', 'reserve', m.storeConditional),
  row('010011 ///// ///// ///// 0010010110 /', 'isync', '', 'sync', m.nothing),
  row('011111 /// tt ///// ///// 1001010110 /', 'sync', '', 'sync', m.nothing),
  row('011111 ///// ///// ///// 1101010110 /', 'eieio', '', 'sync', m.nothing),
  cache('0001010110', 'dcbf', m.touch),
  cache('0000110110', 'dcbst', m.touch),
  cache('0100010110', 'dcbt', m.nothing),
  cache('0011110110', 'dcbtst', m.nothing),
  cache('1111110110', 'dcbz', m.zeroLine, 'cacheZero'),
  cache('0111010110', 'dcbi', m.invalidateLine, 'cache', { test: { skip: 'privileged' } }),
  cache('1111010110', 'icbi', m.touch),
];
