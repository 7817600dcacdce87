import { ADD, DIV, MUL, SUB } from '@kml/core/softfloat';
import { type Row, row } from '../decode/row.ts';
import { MAX, MIN, SQRT } from '../fp/sse-operations.ts';
import { clflush, hint, movnti } from '../lift/mmx.ts';
import { pandn, SIMPLE, unpack } from '../lift/simd-integer.ts';
import * as f from '../lift/sse-float.ts';
import * as v from '../lift/sse-move.ts';
import { xmmOperation } from '../lift/sse2-integer.ts';

/** Cost classes: simdMove, simdAlu, floatAdd, floatMultiply, floatDivide, floatConvert. */

/** Mandatory prefix, shape, and operand codes of the four forms of an operation. */
const SHAPES = [
  ['NP', 'ps', 'Vps,Wps'],
  ['66', 'pd', 'Vpd,Wpd'],
  ['F3', 'ss', 'Vss,Wss'],
  ['F2', 'sd', 'Vsd,Wsd'],
] as const;

const OPERATIONS = [
  ['51', 'sqrt', SQRT, 'floatDivide'],
  ['58', 'add', ADD, 'floatAdd'],
  ['59', 'mul', MUL, 'floatMultiply'],
  ['5C', 'sub', SUB, 'floatAdd'],
  ['5D', 'min', MIN, 'floatAdd'],
  ['5E', 'div', DIV, 'floatDivide'],
  ['5F', 'max', MAX, 'floatAdd'],
] as const;

/** Rows that exist for packed singles and packed doubles alike. */
const PACKED = [
  ['NP', 'ps'],
  ['66', 'pd'],
] as const;

const moveRows: readonly Row[] = [
  ...PACKED.flatMap(([prefix, shape]) => [
    row(`${prefix} 0F 10 /r`, `movu${shape}`, `Vx,W${shape}`, 'simdMove', v.loadUnaligned),
    row(`${prefix} 0F 11 /r`, `movu${shape}`, `W${shape},Vx`, 'simdMove', v.storeUnaligned),
    row(`${prefix} 0F 28 /r`, `mova${shape}`, `Vx,W${shape}`, 'simdMove', v.loadAligned),
    row(`${prefix} 0F 29 /r`, `mova${shape}`, `W${shape},Vx`, 'simdMove', v.storeAligned),
    row(`${prefix} 0F 2B /r`, `movnt${shape}`, `M${shape},Vx`, 'simdMove', v.storeAligned),
    row(`${prefix} 0F 12 /r`, `movl${shape}`, 'Vx,Mq', 'simdMove', v.loadHalf(0)),
    row(`${prefix} 0F 13 /r`, `movl${shape}`, 'Mq,Vx', 'simdMove', v.storeHalf(0)),
    row(`${prefix} 0F 16 /r`, `movh${shape}`, 'Vx,Mq', 'simdMove', v.loadHalf(1)),
    row(`${prefix} 0F 17 /r`, `movh${shape}`, 'Mq,Vx', 'simdMove', v.storeHalf(1)),
    row(`${prefix} 0F 50 /r`, `movmsk${shape}`, 'Gd,Ux', 'simdMove', v.moveMask(shape === 'ps' ? 32 : 64)),
    row(
      `${prefix} 0F 14 /r`,
      `unpckl${shape}`,
      `Vx,W${shape}`,
      'simdAlu',
      xmmOperation(unpack(shape === 'ps' ? 4 : 8, false, 16)),
    ),
    row(
      `${prefix} 0F 15 /r`,
      `unpckh${shape}`,
      `Vx,W${shape}`,
      'simdAlu',
      xmmOperation(unpack(shape === 'ps' ? 4 : 8, true, 16)),
    ),
    row(`${prefix} 0F 54 /r`, `and${shape}`, `Vx,W${shape}`, 'simdAlu', xmmOperation(SIMPLE.pand)),
    row(`${prefix} 0F 55 /r`, `andn${shape}`, `Vx,W${shape}`, 'simdAlu', xmmOperation(pandn)),
    row(`${prefix} 0F 56 /r`, `or${shape}`, `Vx,W${shape}`, 'simdAlu', xmmOperation(SIMPLE.por)),
    row(`${prefix} 0F 57 /r`, `xor${shape}`, `Vx,W${shape}`, 'simdAlu', xmmOperation(SIMPLE.pxor)),
    row(`${prefix} 0F C6 /r ib`, `shuf${shape}`, `Vx,W${shape},Ib`, 'simdAlu', shape === 'ps' ? v.shufps : v.shufpd),
  ]),
  row('NP 0F 12 /r', 'movhlps', 'Vx,Ux', 'simdMove', v.moveHalf(0)),
  row('NP 0F 16 /r', 'movlhps', 'Vx,Ux', 'simdMove', v.moveHalf(1)),
  row('F3 0F 10 /r', 'movss', 'Vss,Wss', 'simdMove', v.loadSingle),
  row('F3 0F 11 /r', 'movss', 'Wss,Vss', 'simdMove', v.storeSingle),
  row('F2 0F 10 /r', 'movsd', 'Vsd,Wsd', 'simdMove', v.loadDouble),
  row('F2 0F 11 /r', 'movsd', 'Wsd,Vsd', 'simdMove', v.storeDouble),
  row('66 0F 6F /r', 'movdqa', 'Vx,Wdq', 'simdMove', v.loadAligned),
  row('66 0F 7F /r', 'movdqa', 'Wdq,Vx', 'simdMove', v.storeAligned),
  row('F3 0F 6F /r', 'movdqu', 'Vx,Wdq', 'simdMove', v.loadUnaligned),
  row('F3 0F 7F /r', 'movdqu', 'Wdq,Vx', 'simdMove', v.storeUnaligned),
  row('66 0F E7 /r', 'movntdq', 'Mdq,Vx', 'simdMove', v.storeAligned),
  row('F3 0F 7E /r', 'movq', 'Vx,Wq', 'simdMove', v.loadQuad),
  row('66 0F D6 /r', 'movq', 'Wq,Vx', 'simdMove', v.storeQuad),
  row('66 0F 6E /r', 'movd', 'Vx,Ed', 'simdMove', v.loadDoubleword, { section: 'MOVD/MOVQ' }),
  row('66 0F 7E /r', 'movd', 'Ed,Vx', 'simdMove', v.storeDoubleword, { section: 'MOVD/MOVQ' }),
  row('66 0F 70 /r ib', 'pshufd', 'Vx,Wdq,Ib', 'simdAlu', v.pshufd),
  row('F2 0F 70 /r ib', 'pshuflw', 'Vx,Wdq,Ib', 'simdAlu', v.pshuflw),
  row('F3 0F 70 /r ib', 'pshufhw', 'Vx,Wdq,Ib', 'simdAlu', v.pshufhw),
  row('66 0F C4 /r ib', 'pinsrw', 'Vx,Edw,Ib', 'simdAlu', v.pinsrw),
  row('66 0F C5 /r ib', 'pextrw', 'Gd,Ux,Ib', 'simdAlu', v.pextrw),
  row('66 0F D7 /r', 'pmovmskb', 'Gd,Ux', 'simdMove', v.moveMask(8)),
  row('66 0F F7 /r', 'maskmovdqu', 'Vx,Ux', 'simdMove', v.maskmovdqu),
  row('NP 0F C3 /r', 'movnti', 'Md,Gd', 'simdMove', movnti),
];

const convertRows: readonly Row[] = [
  row('NP 0F 2A /r', 'cvtpi2ps', 'Vx,Qq', 'floatConvert', f.fromMmx('ps')),
  row('66 0F 2A /r', 'cvtpi2pd', 'Vx,Qq', 'floatConvert', f.fromMmx('pd')),
  row('F3 0F 2A /r', 'cvtsi2ss', 'Vx,Ed', 'floatConvert', f.fromGeneral('ss')),
  row('F2 0F 2A /r', 'cvtsi2sd', 'Vx,Ed', 'floatConvert', f.fromGeneral('sd')),
  row('NP 0F 2C /r', 'cvttps2pi', 'Pq,Wq', 'floatConvert', f.toMmx('ps', 1)),
  row('66 0F 2C /r', 'cvttpd2pi', 'Pq,Wpd', 'floatConvert', f.toMmx('pd', 1)),
  row('F3 0F 2C /r', 'cvttss2si', 'Gd,Wss', 'floatConvert', f.toGeneral('ss', 1)),
  row('F2 0F 2C /r', 'cvttsd2si', 'Gd,Wsd', 'floatConvert', f.toGeneral('sd', 1)),
  row('NP 0F 2D /r', 'cvtps2pi', 'Pq,Wq', 'floatConvert', f.toMmx('ps', 0)),
  row('66 0F 2D /r', 'cvtpd2pi', 'Pq,Wpd', 'floatConvert', f.toMmx('pd', 0)),
  row('F3 0F 2D /r', 'cvtss2si', 'Gd,Wss', 'floatConvert', f.toGeneral('ss', 0)),
  row('F2 0F 2D /r', 'cvtsd2si', 'Gd,Wsd', 'floatConvert', f.toGeneral('sd', 0)),
  row('NP 0F 5A /r', 'cvtps2pd', 'Vx,Wq', 'floatConvert', f.convertPacked('ps')),
  row('66 0F 5A /r', 'cvtpd2ps', 'Vx,Wpd', 'floatConvert', f.convertPacked('pd')),
  row('F3 0F 5A /r', 'cvtss2sd', 'Vx,Wss', 'floatConvert', f.convertScalar('ss')),
  row('F2 0F 5A /r', 'cvtsd2ss', 'Vx,Wsd', 'floatConvert', f.convertScalar('sd')),
  row('NP 0F 5B /r', 'cvtdq2ps', 'Vx,Wdq', 'floatConvert', f.fromDoublewords('ps')),
  row('66 0F 5B /r', 'cvtps2dq', 'Vx,Wps', 'floatConvert', f.toDoublewords('ps', 0)),
  row('F3 0F 5B /r', 'cvttps2dq', 'Vx,Wps', 'floatConvert', f.toDoublewords('ps', 1)),
  row('66 0F E6 /r', 'cvttpd2dq', 'Vx,Wpd', 'floatConvert', f.toDoublewords('pd', 1)),
  row('F2 0F E6 /r', 'cvtpd2dq', 'Vx,Wpd', 'floatConvert', f.toDoublewords('pd', 0)),
  row('F3 0F E6 /r', 'cvtdq2pd', 'Vx,Wq', 'floatConvert', f.fromDoublewords('pd')),
];

/** Prefetch hints, fences, MXCSR. */
const controlRows: readonly Row[] = [
  ...['prefetchnta', 'prefetcht0', 'prefetcht1', 'prefetcht2'].map((name, digit) =>
    row(`0F 18 /${digit}`, name, 'Mb', 'simdMove', hint, { section: 'PREFETCHh' }),
  ),
  row('NP 0F AE E8', 'lfence', '', 'fence', hint),
  row('NP 0F AE F0', 'mfence', '', 'fence', hint),
  row('NP 0F AE F8', 'sfence', '', 'fence', hint),
  row('NP 0F AE /7', 'clflush', 'Mb', 'fence', clflush),
  row('NP 0F AE /2', 'ldmxcsr', 'Md', 'fpuControl', f.loadControl),
  row('NP 0F AE /3', 'stmxcsr', 'Md', 'fpuControl', f.storeControl),
];

/** SSE and SSE2, but for packed integers (tables/mmx.ts). */
export const sseRows: readonly Row[] = [
  ...OPERATIONS.flatMap(([opcode, name, op, cost]) =>
    SHAPES.map(([prefix, shape, operands]) =>
      row(`${prefix} 0F ${opcode} /r`, name + shape, operands, cost, f.operate(op, shape)),
    ),
  ),
  ...SHAPES.map(([prefix, shape, operands]) =>
    row(`${prefix} 0F C2 /r ib`, `cmp${shape}`, `${operands},Ib`, 'floatAdd', f.comparePredicate(shape)),
  ),
  row('NP 0F 52 /r', 'rsqrtps', 'Vps,Wps', 'floatMultiply', f.approximate(1, 'ps')),
  row('F3 0F 52 /r', 'rsqrtss', 'Vss,Wss', 'floatMultiply', f.approximate(1, 'ss')),
  row('NP 0F 53 /r', 'rcpps', 'Vps,Wps', 'floatMultiply', f.approximate(0, 'ps')),
  row('F3 0F 53 /r', 'rcpss', 'Vss,Wss', 'floatMultiply', f.approximate(0, 'ss')),
  row('NP 0F 2E /r', 'ucomiss', 'Vss,Wss', 'floatAdd', f.compareFlags('ss', 0)),
  row('66 0F 2E /r', 'ucomisd', 'Vsd,Wsd', 'floatAdd', f.compareFlags('sd', 0)),
  row('NP 0F 2F /r', 'comiss', 'Vss,Wss', 'floatAdd', f.compareFlags('ss', 1)),
  row('66 0F 2F /r', 'comisd', 'Vsd,Wsd', 'floatAdd', f.compareFlags('sd', 1)),
  ...moveRows,
  ...convertRows,
  ...controlRows,
];
