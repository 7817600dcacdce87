/** VFP: every encoding, A32 and T32. ARM ARM DDI0406C A7.5 to A7.9. */
import { bothSets, type Row, type RowOptions } from '../decode/row.ts';
import { asDouble, asSingle } from '../decode/vector-registers.ts';
import type { Insn } from '../lift/insn.ts';
import type { HandlerPair } from './arithmetic.ts';
import * as arithmetic from './arithmetic.ts';
import * as convert from './convert.ts';
import * as memory from './memory.ts';
import { isSystemRegister, readStatus, writeStatus } from './status.ts';
import * as transfer from './transfer.ts';

type Handler = (x: Insn) => void;

/** Rows of singles and doubles: `sz` is the encoding's size bit, `F` the syntax's type. */
function bothSizes(
  mnemonic: string,
  section: string,
  encoding: string,
  syntax: string,
  cost: string | { readonly f32: string; readonly f64: string },
  handlers: HandlerPair,
  more?: RowOptions,
): Row[] {
  const costOf = (size: 'f32' | 'f64') => (typeof cost === 'string' ? cost : cost[size]);
  return [
    ...bothSets(
      mnemonic,
      section,
      asSingle(encoding).replace('sz', '0'),
      asSingle(syntax).replace('{F}', 'f32'),
      costOf('f32'),
      handlers.f32,
      more,
    ),
    ...bothSets(
      mnemonic,
      section,
      asDouble(encoding).replace('sz', '1'),
      asDouble(syntax).replace('{F}', 'f64'),
      costOf('f64'),
      handlers.f64,
      more,
    ),
  ];
}

const MULTIPLY = { f32: 'vfpMultiply', f64: 'vfpMultiplyDouble' };
const DIVIDE = { f32: 'vfpDivide', f64: 'vfpDivideDouble' };

/** d ← n op m: opc1 and opc3 of A7.5. */
function three(
  name: string,
  section: string,
  opc1: string,
  opc3: string,
  cost: string | typeof MULTIPLY,
  handlers: HandlerPair,
) {
  const [high, low] = [opc1.slice(0, 1), opc1.slice(1)];
  return bothSizes(
    name,
    section,
    `cond:4 1110 ${high} D ${low} Vn Vd 101 sz N ${opc3} M 0 Vm`,
    `${name.toLowerCase()}{c}.{F} {Vd}, {Vn}, {Vm}`,
    cost,
    handlers,
  );
}

/** d ← op m: opc2 and opc3 of table A7-17. */
function two(
  name: string,
  section: string,
  opc2: string,
  opc3: string,
  cost: string | typeof MULTIPLY,
  handlers: HandlerPair,
) {
  return bothSizes(
    name,
    section,
    `cond:4 1110 1 D 11 ${opc2} Vd 101 sz ${opc3} M 0 Vm`,
    `${name.toLowerCase()}{c}.{F} {Vd}, {Vm}`,
    cost,
    handlers,
  );
}

const arithmeticRows: readonly Row[] = [
  ...three('VMLA', 'A8.8.337', '000', '0', 'vfpAccumulate', arithmetic.multiplyAdd),
  ...three('VMLS', 'A8.8.337', '000', '1', 'vfpAccumulate', arithmetic.multiplySubtract),
  ...three('VNMLS', 'A8.8.355', '001', '0', 'vfpAccumulate', arithmetic.negatedMultiplySubtract),
  ...three('VNMLA', 'A8.8.355', '001', '1', 'vfpAccumulate', arithmetic.negatedMultiplyAdd),
  ...three('VMUL', 'A8.8.351', '010', '0', MULTIPLY, arithmetic.multiply),
  ...three('VNMUL', 'A8.8.355', '010', '1', MULTIPLY, arithmetic.negatedMultiply),
  ...three('VADD', 'A8.8.283', '011', '0', 'vfpAdd', arithmetic.add),
  ...three('VSUB', 'A8.8.415', '011', '1', 'vfpAdd', arithmetic.subtract),
  ...three('VDIV', 'A8.8.312', '100', '0', DIVIDE, arithmetic.divide),
  ...three('VFNMS', 'A8.8.319', '101', '0', 'vfpAccumulate', arithmetic.fusedNegatedMultiplySubtract),
  ...three('VFNMA', 'A8.8.319', '101', '1', 'vfpAccumulate', arithmetic.fusedNegatedMultiplyAdd),
  ...three('VFMA', 'A8.8.317', '110', '0', 'vfpAccumulate', arithmetic.fusedMultiplyAdd),
  ...three('VFMS', 'A8.8.317', '110', '1', 'vfpAccumulate', arithmetic.fusedMultiplySubtract),
  ...two('VMOV', 'A8.8.340', '0000', '01', 'vfpMove', arithmetic.move),
  ...two('VABS', 'A8.8.280', '0000', '11', 'vfpMove', arithmetic.absolute),
  ...two('VNEG', 'A8.8.354', '0001', '01', 'vfpMove', arithmetic.negate),
  ...two('VSQRT', 'A8.8.398', '0001', '11', DIVIDE, arithmetic.squareRoot),
  ...bothSizes(
    'VMOV',
    'A8.8.339',
    'cond:4 1110 1 D 11 imm:4 Vd 101 sz (0) 0 (0) 0 imm:4',
    'vmov{c}.{F} {Vd}, {fimm}',
    'vfpMove',
    arithmetic.moveImmediate,
  ),
  ...two('VCMP', 'A8.8.303', '0100', '01', 'vfpCompare', arithmetic.compareQuiet),
  ...two('VCMPE', 'A8.8.303', '0100', '11', 'vfpCompare', arithmetic.compareSignaling),
  ...withZero('VCMP', '01', arithmetic.compareZeroQuiet),
  ...withZero('VCMPE', '11', arithmetic.compareZeroSignaling),
];

function withZero(name: string, opc3: string, handlers: HandlerPair): Row[] {
  return bothSizes(
    name,
    'A8.8.303',
    `cond:4 1110 1 D 11 0101 Vd 101 sz ${opc3} (0) 0 (0000)`,
    `${name.toLowerCase()}{c}.{F} {Vd}, #0.0`,
    'vfpCompare',
    handlers,
  );
}

// ---- conversions

/** Integer (always a single register) from or to a number: `opc2` and bit 7. */
function toInteger(name: string, opc2: string, bit7: string, type: string, handlers: HandlerPair): Row[] {
  const of = (size: 'f32' | 'f64') => {
    const encoding = `cond:4 1110 1 D 11 ${opc2} Vd 101 ${size === 'f32' ? 0 : 1} ${bit7} 1 M 0 Vm`;
    const syntax = `${name}{c}.${type}.${size} {Vd}, {Vm}`;
    const place = (text: string) => (size === 'f32' ? asSingle(text) : asDouble(asSingle(text, 'D'), 'M'));
    return bothSets('VCVT', 'A8.8.306', place(encoding), place(syntax), 'vfpConvert', handlers[size]);
  };
  return [...of('f32'), ...of('f64')];
}

function fromInteger(bit7: string, type: string, handlers: HandlerPair): Row[] {
  const of = (size: 'f32' | 'f64') => {
    const encoding = `cond:4 1110 1 D 11 1000 Vd 101 ${size === 'f32' ? 0 : 1} ${bit7} 1 M 0 Vm`;
    const syntax = `vcvt{c}.${size}.${type} {Vd}, {Vm}`;
    const place = (text: string) => (size === 'f32' ? asSingle(text) : asSingle(asDouble(text, 'D'), 'M'));
    return bothSets('VCVT', 'A8.8.306', place(encoding), place(syntax), 'vfpConvert', handlers[size]);
  };
  return [...of('f32'), ...of('f64')];
}

/** Fixed point: imm is the number of fraction bits, which the encoding has as size - imm. */
function fixed(op: string, unsigned: string, handlers: HandlerPair): Row[] {
  const letter = unsigned === '1' ? 'u' : 's';
  const widths = [
    { sx: '0', bits: 16 },
    { sx: '1', bits: 32 },
  ];
  return widths.flatMap(({ sx, bits }) =>
    bothSizes(
      'VCVT',
      'A8.8.308',
      `cond:4 1110 1 D 11 1 ${op} 1 ${unsigned} Vd 101 sz ${sx} 1 imm@0:1 0 imm@1:4`,
      op === '1'
        ? `vcvt{c}.${letter}${bits}.{F} {Vd}, {Vd}, {fbits${bits}}`
        : `vcvt{c}.{F}.${letter}${bits} {Vd}, {Vd}, {fbits${bits}}`,
      'vfpConvert',
      { f32: withFraction(bits, handlers.f32), f64: withFraction(bits, handlers.f64) },
      { when: (x) => x.imm <= bits, fixed: { sx: Number(sx) } },
    ),
  );
}

/** The handler with x.imm the number of fraction bits. */
function withFraction(bits: number, handler: Handler): Handler {
  return (x) => {
    x.imm = bits - x.imm;
    handler(x);
  };
}

function half(op: string, types: string, handler: Handler): Row[] {
  return ['b', 't'].flatMap((place, top) =>
    bothSets(
      `VCVT${place.toUpperCase()}`,
      'A8.8.311',
      asSingle(`cond:4 1110 1 D 11 001 ${op} Vd 101 0 X:1 1 M 0 Vm`).replace('X:1', String(top)),
      asSingle(`vcvt${place}{c}.${types} {Vd}, {Vm}`),
      'vfpConvert',
      handler,
      { fixed: { X: top } },
    ),
  );
}

const conversionRows: readonly Row[] = [
  ...bothSets(
    'VCVT',
    'A8.8.309',
    asSingle(asDouble('cond:4 1110 1 D 11 0111 Vd 101 0 11 M 0 Vm', 'D'), 'M'),
    asSingle(asDouble('vcvt{c}.f64.f32 {Vd}, {Vm}', 'D'), 'M'),
    'vfpConvert',
    convert.widen,
  ),
  ...bothSets(
    'VCVT',
    'A8.8.309',
    asDouble(asSingle('cond:4 1110 1 D 11 0111 Vd 101 1 11 M 0 Vm', 'D'), 'M'),
    asDouble(asSingle('vcvt{c}.f32.f64 {Vd}, {Vm}', 'D'), 'M'),
    'vfpConvert',
    convert.narrow,
  ),
  ...half('0', 'f32.f16', convert.half(false)),
  ...half('1', 'f16.f32', convert.half(true)),
  ...fromInteger('0', 'u32', convert.fromInteger(false)),
  ...fromInteger('1', 's32', convert.fromInteger(true)),
  ...toInteger('vcvtr', '1100', '0', 'u32', convert.toInteger(false, false)),
  ...toInteger('vcvt', '1100', '1', 'u32', convert.toInteger(false, true)),
  ...toInteger('vcvtr', '1101', '0', 's32', convert.toInteger(true, false)),
  ...toInteger('vcvt', '1101', '1', 's32', convert.toInteger(true, true)),
  ...fixed('0', '0', convert.fromFixed(true)),
  ...fixed('0', '1', convert.fromFixed(false)),
  ...fixed('1', '0', convert.toFixed(true)),
  ...fixed('1', '1', convert.toFixed(false)),
];

// ---- moves from and to general registers

const differ = (x: Insn): boolean => x.Rt < 15 && x.Rt2 < 15;
const general = (x: Insn): boolean => x.Rt < 15;

function lanes(bits: 8 | 16 | 32, opc1: string, opc2: string): Row[] {
  const move = (n: 'D' | 'N', direction: string, first: string) =>
    asDouble(`cond:4 1110 ${first} ${opc1} ${direction} V${n.toLowerCase()} Rt:4 1011 ${n} ${opc2} 1 (0000)`, n);
  const from = bits === 32 ? '32' : '{u}';
  return [
    ...bothSets(
      'VMOV',
      'A8.8.341',
      move('D', '0', '0'),
      `vmov{c}.${bits} {Dd}[{index}], {Rt}`,
      'vfpTransfer',
      transfer.toLane(bits),
      { when: general },
    ),
    ...bothSets(
      'VMOV',
      'A8.8.342',
      move('N', '1', bits === 32 ? '0' : 'U:1'),
      bits === 32 ? 'vmov{c}.32 {Rt}, {Dn}[{index}]' : `vmov{c}.${from}${bits} {Rt}, {Dn}[{index}]`,
      'vfpTransfer',
      transfer.fromLane(bits),
      { when: general },
    ),
  ];
}

function duplicate(bits: 8 | 16 | 32, b: string, e: string): Row[] {
  return bothSets(
    'VDUP',
    'A8.8.314',
    asDouble(`cond:4 1110 1 ${b} Q:1 0 Vd Rt:4 1011 D 0 ${e} 1 (0000)`, 'D'),
    `vdup{c}.${bits} {Vd}, {Rt}`,
    'neonMove',
    transfer.duplicate(bits),
    { when: (x) => general(x) && !(x.Q && x.Vd & 1) },
  );
}

const transferRows: readonly Row[] = [
  ...bothSets(
    'VMOV',
    'A8.8.343',
    asSingle('cond:4 1110 0000 Vn Rt:4 1010 N (00) 1 (0000)'),
    'vmov{c} {Sn}, {Rt}',
    'vfpTransfer',
    transfer.toSingle,
    { when: general },
  ),
  ...bothSets(
    'VMOV',
    'A8.8.343',
    asSingle('cond:4 1110 0001 Vn Rt:4 1010 N (00) 1 (0000)'),
    'vmov{c} {Rt}, {Sn}',
    'vfpTransfer',
    transfer.fromSingle,
    { when: general },
  ),
  ...bothSets(
    'VMOV',
    'A8.8.344',
    asSingle('cond:4 1100 0100 Rt2:4 Rt:4 1010 00 M 1 Vm'),
    'vmov{c} {Sm}, {Sm1}, {Rt}, {Rt2}',
    'vfpTransfer',
    transfer.toTwoSingles,
    { when: (x) => differ(x) && x.Vm < 31 },
  ),
  ...bothSets(
    'VMOV',
    'A8.8.344',
    asSingle('cond:4 1100 0101 Rt2:4 Rt:4 1010 00 M 1 Vm'),
    'vmov{c} {Rt}, {Rt2}, {Sm}, {Sm1}',
    'vfpTransfer',
    transfer.fromTwoSingles,
    { when: (x) => differ(x) && x.Rt !== x.Rt2 && x.Vm < 31 },
  ),
  ...bothSets(
    'VMOV',
    'A8.8.345',
    asDouble('cond:4 1100 0100 Rt2:4 Rt:4 1011 00 M 1 Vm'),
    'vmov{c} {Dm}, {Rt}, {Rt2}',
    'vfpTransfer',
    transfer.toDouble,
    { when: differ },
  ),
  ...bothSets(
    'VMOV',
    'A8.8.345',
    asDouble('cond:4 1100 0101 Rt2:4 Rt:4 1011 00 M 1 Vm'),
    'vmov{c} {Rt}, {Rt2}, {Dm}',
    'vfpTransfer',
    transfer.fromDouble,
    { when: (x) => differ(x) && x.Rt !== x.Rt2 },
  ),
  ...lanes(8, '1 index@2:1', 'index@0:2'),
  ...lanes(16, '0 index@1:1', 'index@0:1 1'),
  ...lanes(32, '0 index:1', '00'),
  ...duplicate(32, '0', '0'),
  ...duplicate(16, '0', '1'),
  ...duplicate(8, '1', '0'),
  ...bothSets(
    'VMRS',
    'A8.8.348',
    'cond:4 1110 1111 opc1:4 Rt:4 1010 (000) 1 (0000)',
    'vmrs{c} {RtFlags}, {sysreg}',
    'vfpTransfer',
    readStatus,
    { when: (x) => isSystemRegister(x.opc1) && (x.Rt < 15 || x.opc1 === 1) },
  ),
  ...bothSets(
    'VMSR',
    'A8.8.349',
    'cond:4 1110 1110 opc1:4 Rt:4 1010 (000) 1 (0000)',
    'vmsr{c} {sysreg}, {Rt}',
    'vfpTransfer',
    writeStatus,
    { when: (x) => isSystemRegister(x.opc1) && general(x) },
  ),
];

// ---- loads and stores

/** A store relative to the PC is for A32 only. */
const noPcInT32 = (x: Insn): boolean => !(x.thumb && x.Rn === 15);

const singleAndDouble = (
  name: string,
  section: string,
  load: '0' | '1',
  single: Handler,
  double: Handler,
  when?: (x: Insn) => boolean,
): Row[] => {
  const encoding = `cond:4 1101 U:1 D 0 ${load} Rn:4 Vd 101 sz imm:8`;
  const syntax = `${name.toLowerCase()}{c} {Vd}, {vaddress}`;
  const more = when ? { when } : undefined;
  return bothSizes(name, section, encoding, syntax, 'vfpLoad', { f32: single, f64: double }, more);
};

interface Transfer {
  readonly load: '0' | '1';
  readonly section: string;
  readonly single: Handler;
  readonly double: Handler;
}

/** Rows of singles, doubles and (`x`: a word more than doubles take) the older form of doubles. */
function lists(
  { load, section, single, double }: Transfer,
  [p, u, w]: readonly [string, string, string],
  rn: string,
  names: { readonly plain: string; readonly x?: string },
  base: string,
): Row[] {
  const encoding = `cond:4 110 ${p} ${u} D ${w} ${load} ${rn} Vd 101`;
  const fields = { P: Number(p), W: Number(w), ...(rn === '1101' ? { Rn: 13 } : {}) };
  const rows = (name: string, code: string, list: string, handler: Handler, valid: (x: Insn) => boolean, odd = 0) =>
    bothSets(
      name.replace(/(ia|db)/, '').toUpperCase(),
      section,
      code,
      `${name}{c} ${base}${list}`,
      'vfpLoadMultiple',
      handler,
      { when: (x) => valid(x) && (x.Rn !== 15 || (w === '0' && !x.thumb)), fixed: { ...fields, imm: odd } },
    );
  return [
    ...rows(names.plain, `${asSingle(encoding)} 0 imm:8`, '{slist}', single, memory.validSingles),
    ...rows(names.plain, `${asDouble(encoding)} 1 imm@1:7 0`, '{dlist}', double, memory.validDoubles),
    ...(names.x === undefined
      ? []
      : rows(names.x, `${asDouble(encoding)} 1 imm@1:7 1`, '{dlist}', double, memory.validDoubles, 1)),
  ];
}

function multiple(transfer: Transfer): Row[] {
  const [name, older] = transfer.load === '1' ? ['vldm', 'fldm'] : ['vstm', 'fstm'];
  const of = (puw: [string, string, string], suffix: string, write: string) =>
    lists(transfer, puw, 'Rn:4', { plain: name + suffix, x: `${older}${suffix}x` }, `{Rn}${write}, `);
  const stack =
    transfer.load === '1'
      ? lists(transfer, ['0', '1', '1'], '1101', { plain: 'vpop' }, '')
      : lists(transfer, ['1', '0', '1'], '1101', { plain: 'vpush' }, '');
  return [
    ...of(['0', '1', '0'], 'ia', ''),
    ...of(['0', '1', '1'], 'ia', '!'),
    ...of(['1', '0', '1'], 'db', '!'),
    ...stack,
  ];
}

const memoryRows: readonly Row[] = [
  ...singleAndDouble('VLDR', 'A8.8.333', '1', memory.loadSingleRegister, memory.loadDoubleRegister),
  ...singleAndDouble('VSTR', 'A8.8.413', '0', memory.storeSingleRegister, memory.storeDoubleRegister, noPcInT32),
  ...multiple({ load: '1', section: 'A8.8.332', single: memory.loadSingles, double: memory.loadDoubles }),
  ...multiple({ load: '0', section: 'A8.8.412', single: memory.storeSingles, double: memory.storeDoubles }),
];

export const vfpRows: readonly Row[] = [...arithmeticRows, ...conversionRows, ...transferRows, ...memoryRows];
