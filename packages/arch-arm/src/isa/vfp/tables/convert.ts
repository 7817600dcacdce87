/** VFP conversions. ARM ARM DDI0406C A7.5. */
import { bothSets, type Row } from '../../decode/row.ts';
import { asDouble, asSingle } from '../../decode/vector-registers.ts';
import type { Insn } from '../../lift/insn.ts';
import type { HandlerPair } from '../arithmetic.ts';
import * as convert from '../convert.ts';
import { bothSizes } from './row.ts';

type Handler = (x: Insn) => void;

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

export const conversionRows: readonly Row[] = [
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
