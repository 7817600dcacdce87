import { type Row, row } from '../decode/row.ts';
import * as m from '../lift/mmx.ts';
import {
  type LaneBits,
  PACK,
  type Packed,
  pandn,
  pmulhuw,
  pmulhw,
  pmuludq,
  psadbw,
  type ShiftKind,
  SIMPLE,
  unpack,
} from '../lift/simd-integer.ts';
import * as s2 from '../lift/sse2-integer.ts';
import { emptyMmx } from '../lift/x87-control.ts';

/** Cost classes: simdMove, simdAlu, simdMultiply. */

/** Lane-wise operations: opcode, name, operation; on MMX and XMM registers alike. */
const OPERATIONS: readonly (readonly [opcode: string, name: string, operation: Packed, cost?: string])[] = [
  ['FC', 'paddb', SIMPLE.paddb],
  ['FD', 'paddw', SIMPLE.paddw],
  ['FE', 'paddd', SIMPLE.paddd],
  ['D4', 'paddq', SIMPLE.paddq],
  ['EC', 'paddsb', SIMPLE.paddsb],
  ['ED', 'paddsw', SIMPLE.paddsw],
  ['DC', 'paddusb', SIMPLE.paddusb],
  ['DD', 'paddusw', SIMPLE.paddusw],
  ['F8', 'psubb', SIMPLE.psubb],
  ['F9', 'psubw', SIMPLE.psubw],
  ['FA', 'psubd', SIMPLE.psubd],
  ['FB', 'psubq', SIMPLE.psubq],
  ['E8', 'psubsb', SIMPLE.psubsb],
  ['E9', 'psubsw', SIMPLE.psubsw],
  ['D8', 'psubusb', SIMPLE.psubusb],
  ['D9', 'psubusw', SIMPLE.psubusw],
  ['DB', 'pand', SIMPLE.pand],
  ['DF', 'pandn', pandn],
  ['EB', 'por', SIMPLE.por],
  ['EF', 'pxor', SIMPLE.pxor],
  ['74', 'pcmpeqb', SIMPLE.pcmpeqb],
  ['75', 'pcmpeqw', SIMPLE.pcmpeqw],
  ['76', 'pcmpeqd', SIMPLE.pcmpeqd],
  ['64', 'pcmpgtb', SIMPLE.pcmpgtb],
  ['65', 'pcmpgtw', SIMPLE.pcmpgtw],
  ['66', 'pcmpgtd', SIMPLE.pcmpgtd],
  ['D5', 'pmullw', SIMPLE.pmullw, 'simdMultiply'],
  ['E5', 'pmulhw', pmulhw, 'simdMultiply'],
  ['E4', 'pmulhuw', pmulhuw, 'simdMultiply'],
  ['F4', 'pmuludq', pmuludq, 'simdMultiply'],
  ['F5', 'pmaddwd', SIMPLE.pmaddwd, 'simdMultiply'],
  ['F6', 'psadbw', psadbw, 'simdMultiply'],
  ['E0', 'pavgb', SIMPLE.pavgb],
  ['E3', 'pavgw', SIMPLE.pavgw],
  ['DA', 'pminub', SIMPLE.pminub],
  ['DE', 'pmaxub', SIMPLE.pmaxub],
  ['EA', 'pminsw', SIMPLE.pminsw],
  ['EE', 'pmaxsw', SIMPLE.pmaxsw],
];

const SECTIONS: Readonly<Record<string, string>> = {
  paddb: 'PADDB/PADDW/PADDD/PADDQ',
  paddw: 'PADDB/PADDW/PADDD/PADDQ',
  paddd: 'PADDB/PADDW/PADDD/PADDQ',
  paddq: 'PADDB/PADDW/PADDD/PADDQ',
  psubb: 'PSUBB/PSUBW/PSUBD',
  psubw: 'PSUBB/PSUBW/PSUBD',
  psubd: 'PSUBB/PSUBW/PSUBD',
};

function operationRows([opcode, name, operation, cost = 'simdAlu']: (typeof OPERATIONS)[number]): Row[] {
  const section = { section: SECTIONS[name] ?? name.toUpperCase() };
  return [
    row(`NP 0F ${opcode} /r`, name, 'Pq,Qq', cost, m.mmxOperation(operation), section),
    row(`66 0F ${opcode} /r`, name, 'Vx,Wdq', cost, s2.xmmOperation(operation), section),
  ];
}

const PACKS = [
  ['63', 'packsswb', PACK.packsswb],
  ['67', 'packuswb', PACK.packuswb],
  ['6B', 'packssdw', PACK.packssdw],
] as const;

const UNPACKS = [
  ['60', 'punpcklbw', 1, false],
  ['61', 'punpcklwd', 2, false],
  ['62', 'punpckldq', 4, false],
  ['68', 'punpckhbw', 1, true],
  ['69', 'punpckhwd', 2, true],
  ['6A', 'punpckhdq', 4, true],
] as const;

/** Shifts: name, kind, lane bits, opcode of the form by operand, and of the immediate form with its reg field. */
const SHIFTS: readonly (readonly [string, ShiftKind, LaneBits, string, string])[] = [
  ['psrlw', 'srl', 16, 'D1', '71 /2'],
  ['psrld', 'srl', 32, 'D2', '72 /2'],
  ['psrlq', 'srl', 64, 'D3', '73 /2'],
  ['psraw', 'sra', 16, 'E1', '71 /4'],
  ['psrad', 'sra', 32, 'E2', '72 /4'],
  ['psllw', 'sll', 16, 'F1', '71 /6'],
  ['pslld', 'sll', 32, 'F2', '72 /6'],
  ['psllq', 'sll', 64, 'F3', '73 /6'],
];

/** MMX and SSE2 packed integers. */
export const mmxRows: readonly Row[] = [
  ...OPERATIONS.flatMap(operationRows),
  ...PACKS.flatMap(([opcode, name, operation]) => [
    row(`NP 0F ${opcode} /r`, name, 'Pq,Qq', 'simdAlu', m.mmxPack(operation)),
    row(`66 0F ${opcode} /r`, name, 'Vx,Wdq', 'simdAlu', s2.xmmOperation(operation)),
  ]),
  ...UNPACKS.flatMap(([opcode, name, bytes, high]) => [
    row(
      `NP 0F ${opcode} /r`,
      name,
      high ? 'Pq,Qq' : 'Pq,Qd',
      'simdAlu',
      (high ? m.mmxOperation : m.mmxUnpackLow)(unpack(bytes, high, 8)),
    ),
    row(`66 0F ${opcode} /r`, name, 'Vx,Wdq', 'simdAlu', s2.xmmOperation(unpack(bytes, high, 16))),
  ]),
  row('66 0F 6C /r', 'punpcklqdq', 'Vx,Wdq', 'simdAlu', s2.xmmOperation(unpack(8, false, 16))),
  row('66 0F 6D /r', 'punpckhqdq', 'Vx,Wdq', 'simdAlu', s2.xmmOperation(unpack(8, true, 16))),
  ...SHIFTS.flatMap(([name, kind, bits, opcode, immediate]) => [
    row(`NP 0F ${opcode} /r`, name, 'Pq,Qq', 'simdAlu', m.mmxShift(kind, bits)),
    row(`66 0F ${opcode} /r`, name, 'Vx,Wdq', 'simdAlu', s2.xmmShift(kind, bits)),
    row(`NP 0F ${immediate} ib`, name, 'Nq,Ib', 'simdAlu', m.mmxShiftImmediate(kind, bits)),
    row(`66 0F ${immediate} ib`, name, 'Ux,Ib', 'simdAlu', s2.xmmShiftImmediate(kind, bits)),
  ]),
  row('66 0F 73 /7 ib', 'pslldq', 'Ux,Ib', 'simdAlu', s2.shiftBytes(true)),
  row('66 0F 73 /3 ib', 'psrldq', 'Ux,Ib', 'simdAlu', s2.shiftBytes(false)),
  row('NP 0F 6E /r', 'movd', 'Pq,Ed', 'simdMove', m.movdToMmx, { section: 'MOVD/MOVQ' }),
  row('NP 0F 7E /r', 'movd', 'Ed,Pq', 'simdMove', m.movdFromMmx, { section: 'MOVD/MOVQ' }),
  row('NP 0F 6F /r', 'movq', 'Pq,Qq', 'simdMove', m.movqToMmx),
  row('NP 0F 7F /r', 'movq', 'Qq,Pq', 'simdMove', m.movqFromMmx),
  row('NP 0F E7 /r', 'movntq', 'Mq,Pq', 'simdMove', m.movqFromMmx),
  row('NP 0F 70 /r ib', 'pshufw', 'Pq,Qq,Ib', 'simdAlu', m.pshufw),
  row('NP 0F C4 /r ib', 'pinsrw', 'Pq,Edw,Ib', 'simdAlu', m.pinsrwMmx),
  row('NP 0F C5 /r ib', 'pextrw', 'Gd,Nq,Ib', 'simdAlu', m.pextrwMmx),
  row('NP 0F D7 /r', 'pmovmskb', 'Gd,Nq', 'simdAlu', m.pmovmskbMmx),
  row('NP 0F F7 /r', 'maskmovq', 'Pq,Nq', 'simdMove', m.maskmovq),
  row('F3 0F D6 /r', 'movq2dq', 'Vx,Nq', 'simdMove', m.movq2dq),
  row('F2 0F D6 /r', 'movdq2q', 'Pq,Uq', 'simdMove', m.movdq2q),
  row('NP 0F 77', 'emms', '', 'fpuControl', emptyMmx),
];
