import { type Row, row } from '../decode/row.ts';
import * as bits from '../lift/bits.ts';
import type { Insn } from '../lift/insn.ts';
import * as m from '../lift/multiply.ts';
import { parallel, sel, usad8, usada8 } from '../lift/parallel.ts';
import * as s from '../lift/saturate.ts';
import { EXTENDS, PARALLEL_KINDS, PARALLEL_OPERATIONS } from './families.ts';

const a32 = (
  mnemonic: string,
  section: string,
  encoding: string,
  syntax: string,
  cost: string,
  lift: (x: Insn) => void,
  more?: Parameters<typeof row>[7],
): Row => row('A32', mnemonic, section, `cond:4 ${encoding}`, syntax, cost, lift, more);

/** Multiply and multiply-accumulate, divide. ARM ARM DDI0406C A5.2.5, A5.2.7, A5.4.4. */
const multiplies: readonly Row[] = [
  a32('MUL', 'A8.8.114', '0000 000 S:1 Rd:4 (0000) Rm:4 1001 Rn:4', 'mul{s}{c} {Rd}, {Rn}, {Rm}', 'multiply', m.mul),
  a32(
    'MLA',
    'A8.8.100',
    '0000 001 S:1 Rd:4 Ra:4 Rm:4 1001 Rn:4',
    'mla{s}{c} {Rd}, {Rn}, {Rm}, {Ra}',
    'multiply',
    m.mla,
  ),
  a32(
    'UMAAL',
    'A8.8.255',
    '0000 0100 RdHi:4 RdLo:4 Rm:4 1001 Rn:4',
    'umaal{c} {RdLo}, {RdHi}, {Rn}, {Rm}',
    'multiplyLong',
    m.umaal,
  ),
  a32('MLS', 'A8.8.101', '0000 0110 Rd:4 Ra:4 Rm:4 1001 Rn:4', 'mls{c} {Rd}, {Rn}, {Rm}, {Ra}', 'multiply', m.mls),
  ...(
    [
      ['UMULL', 'A8.8.257', '100', m.umull],
      ['UMLAL', 'A8.8.256', '101', m.umlal],
      ['SMULL', 'A8.8.189', '110', m.smull],
      ['SMLAL', 'A8.8.178', '111', m.smlal],
    ] as const
  ).map(([mnemonic, section, op, lift]) =>
    a32(
      mnemonic,
      section,
      `0000 ${op} S:1 RdHi:4 RdLo:4 Rm:4 1001 Rn:4`,
      `${mnemonic.toLowerCase()}{s}{c} {RdLo}, {RdHi}, {Rn}, {Rm}`,
      'multiplyLong',
      lift,
    ),
  ),
  a32(
    'SMLAxy',
    'A8.8.176',
    '0001 0000 Rd:4 Ra:4 Rm:4 1 M:1 N:1 0 Rn:4',
    'smla{tbN}{tbM}{c} {Rd}, {Rn}, {Rm}, {Ra}',
    'multiply',
    m.smlaxy,
  ),
  a32(
    'SMLAWy',
    'A8.8.181',
    '0001 0010 Rd:4 Ra:4 Rm:4 1 M:1 0 0 Rn:4',
    'smlaw{tbM}{c} {Rd}, {Rn}, {Rm}, {Ra}',
    'multiply',
    m.smlawy,
  ),
  a32(
    'SMULWy',
    'A8.8.190',
    '0001 0010 Rd:4 (0000) Rm:4 1 M:1 1 0 Rn:4',
    'smulw{tbM}{c} {Rd}, {Rn}, {Rm}',
    'multiply',
    m.smulwy,
  ),
  a32(
    'SMLALxy',
    'A8.8.179',
    '0001 0100 RdHi:4 RdLo:4 Rm:4 1 M:1 N:1 0 Rn:4',
    'smlal{tbN}{tbM}{c} {RdLo}, {RdHi}, {Rn}, {Rm}',
    'multiplyLong',
    m.smlalxy,
  ),
  a32(
    'SMULxy',
    'A8.8.188',
    '0001 0110 Rd:4 (0000) Rm:4 1 M:1 N:1 0 Rn:4',
    'smul{tbN}{tbM}{c} {Rd}, {Rn}, {Rm}',
    'multiply',
    m.smulxy,
  ),
  a32(
    'SMLAD',
    'A8.8.177',
    '0111 0000 Rd:4 Ra:4 Rm:4 00 M:1 1 Rn:4',
    'smlad{xM}{c} {Rd}, {Rn}, {Rm}, {Ra}',
    'multiply',
    m.smlad,
  ),
  a32(
    'SMUAD',
    'A8.8.187',
    '0111 0000 Rd:4 1111 Rm:4 00 M:1 1 Rn:4',
    'smuad{xM}{c} {Rd}, {Rn}, {Rm}',
    'multiply',
    m.smuad,
  ),
  a32(
    'SMLSD',
    'A8.8.182',
    '0111 0000 Rd:4 Ra:4 Rm:4 01 M:1 1 Rn:4',
    'smlsd{xM}{c} {Rd}, {Rn}, {Rm}, {Ra}',
    'multiply',
    m.smlsd,
  ),
  a32(
    'SMUSD',
    'A8.8.191',
    '0111 0000 Rd:4 1111 Rm:4 01 M:1 1 Rn:4',
    'smusd{xM}{c} {Rd}, {Rn}, {Rm}',
    'multiply',
    m.smusd,
  ),
  a32(
    'SMLALD',
    'A8.8.180',
    '0111 0100 RdHi:4 RdLo:4 Rm:4 00 M:1 1 Rn:4',
    'smlald{xM}{c} {RdLo}, {RdHi}, {Rn}, {Rm}',
    'multiplyLong',
    m.smlald,
  ),
  a32(
    'SMLSLD',
    'A8.8.183',
    '0111 0100 RdHi:4 RdLo:4 Rm:4 01 M:1 1 Rn:4',
    'smlsld{xM}{c} {RdLo}, {RdHi}, {Rn}, {Rm}',
    'multiplyLong',
    m.smlsld,
  ),
  a32(
    'SMMLA',
    'A8.8.184',
    '0111 0101 Rd:4 Ra:4 Rm:4 00 R:1 1 Rn:4',
    'smmla{rR}{c} {Rd}, {Rn}, {Rm}, {Ra}',
    'multiply',
    m.smmla,
  ),
  a32(
    'SMMUL',
    'A8.8.186',
    '0111 0101 Rd:4 1111 Rm:4 00 R:1 1 Rn:4',
    'smmul{rR}{c} {Rd}, {Rn}, {Rm}',
    'multiply',
    m.smmul,
  ),
  a32(
    'SMMLS',
    'A8.8.185',
    '0111 0101 Rd:4 Ra:4 Rm:4 11 R:1 1 Rn:4',
    'smmls{rR}{c} {Rd}, {Rn}, {Rm}, {Ra}',
    'multiply',
    m.smmls,
  ),
  a32('SDIV', 'A8.8.165', '0111 0001 Rd:4 (1111) Rm:4 0001 Rn:4', 'sdiv{c} {Rd}, {Rn}, {Rm}', 'divide', m.sdiv),
  a32('UDIV', 'A8.8.248', '0111 0011 Rd:4 (1111) Rm:4 0001 Rn:4', 'udiv{c} {Rd}, {Rn}, {Rm}', 'divide', m.udiv),
  a32(
    'USADA8',
    'A8.8.265',
    '0111 1000 Rd:4 Ra:4 Rm:4 0001 Rn:4',
    'usada8{c} {Rd}, {Rn}, {Rm}, {Ra}',
    'parallel',
    usada8,
  ),
  a32('USAD8', 'A8.8.264', '0111 1000 Rd:4 1111 Rm:4 0001 Rn:4', 'usad8{c} {Rd}, {Rn}, {Rm}', 'parallel', usad8),
];

/** Saturating addition and subtraction, saturation. ARM ARM DDI0406C A5.2.6, A5.4.3. */
const saturates: readonly Row[] = [
  ...(
    [
      ['QADD', 'A8.8.134', '00', s.qadd],
      ['QSUB', 'A8.8.141', '01', s.qsub],
      ['QDADD', 'A8.8.138', '10', s.qdadd],
      ['QDSUB', 'A8.8.139', '11', s.qdsub],
    ] as const
  ).map(([mnemonic, section, op, lift]) =>
    a32(
      mnemonic,
      section,
      `0001 0${op} 0 Rn:4 Rd:4 (0000) 0101 Rm:4`,
      `${mnemonic.toLowerCase()}{c} {Rd}, {Rm}, {Rn}`,
      'saturate',
      lift,
    ),
  ),
  a32(
    'SSAT',
    'A8.8.193',
    '0110 101 sat:5 Rd:4 shift:5 type@1:1 01 Rn:4',
    'ssat{c} {Rd}, {satS}, {RnShifted}',
    'saturate',
    s.ssat,
  ),
  a32(
    'USAT',
    'A8.8.266',
    '0110 111 sat:5 Rd:4 shift:5 type@1:1 01 Rn:4',
    'usat{c} {Rd}, {sat}, {RnShifted}',
    'saturate',
    s.usat,
  ),
  a32(
    'SSAT16',
    'A8.8.194',
    '0110 1010 sat:4 Rd:4 (1111) 0011 Rn:4',
    'ssat16{c} {Rd}, {satS}, {Rn}',
    'saturate',
    s.ssat16,
  ),
  a32(
    'USAT16',
    'A8.8.267',
    '0110 1110 sat:4 Rd:4 (1111) 0011 Rn:4',
    'usat16{c} {Rd}, {sat}, {Rn}',
    'saturate',
    s.usat16,
  ),
];

/** Parallel addition and subtraction. ARM ARM DDI0406C A5.4.1, A5.4.2. */
const parallels: readonly Row[] = PARALLEL_KINDS.flatMap(({ kind, a32: op1, sections }) =>
  PARALLEL_OPERATIONS.map(({ operation, a32: op2 }, n) => {
    const mnemonic = kind + operation;
    return a32(
      mnemonic,
      `A8.8.${sections[n]}`,
      `0110 0${op1} Rn:4 Rd:4 (1111) ${op2} 1 Rm:4`,
      `${mnemonic.toLowerCase()}{c} {Rd}, {Rn}, {Rm}`,
      'parallel',
      parallel(kind, operation),
    );
  }),
);

/** Packing, unpacking, reversal. ARM ARM DDI0406C A5.4.3. */
const packs: readonly Row[] = [
  a32('PKHBT', 'A8.8.125', '0110 1000 Rn:4 Rd:4 shift:5 001 Rm:4', 'pkhbt{c} {Rd}, {Rn}, {op2}', 'aluShift', bits.pkh, {
    operand2: 'shifted',
  }),
  a32('PKHTB', 'A8.8.125', '0110 1000 Rn:4 Rd:4 shift:5 101 Rm:4', 'pkhtb{c} {Rd}, {Rn}, {op2}', 'aluShift', bits.pkh, {
    operand2: 'shifted',
    fixed: { type: 2, op: 1 },
  }),
  a32('SEL', 'A8.8.166', '0110 1000 Rn:4 Rd:4 (1111) 1011 Rm:4', 'sel{c} {Rd}, {Rn}, {Rm}', 'parallel', sel),
  ...EXTENDS.flatMap(({ name, lift, a32: op, sections }) => {
    const add = name.replace(/XT/, 'XTA');
    const tail = 'Rd:4 rotate:2 (00) 0111 Rm:4';
    return [
      a32(
        add,
        sections[0],
        `0110 1${op} Rn:4 ${tail}`,
        `${add.toLowerCase()}{c} {Rd}, {Rn}, {RmRotated}`,
        'aluShift',
        lift,
      ),
      a32(
        name,
        sections[1],
        `0110 1${op} 1111 ${tail}`,
        `${name.toLowerCase()}{c} {Rd}, {RmRotated}`,
        'aluShift',
        lift,
        {
          fixed: { Rn: 15 },
        },
      ),
    ];
  }),
  a32('CLZ', 'A8.8.33', '0001 0110 (1111) Rd:4 (1111) 0001 Rm:4', 'clz{c} {Rd}, {Rm}', 'alu', bits.clz),
  a32('REV', 'A8.8.145', '0110 1011 (1111) Rd:4 (1111) 0011 Rm:4', 'rev{c} {Rd}, {Rm}', 'alu', bits.rev),
  a32('REV16', 'A8.8.146', '0110 1011 (1111) Rd:4 (1111) 1011 Rm:4', 'rev16{c} {Rd}, {Rm}', 'alu', bits.rev16),
  a32('RBIT', 'A8.8.144', '0110 1111 (1111) Rd:4 (1111) 0011 Rm:4', 'rbit{c} {Rd}, {Rm}', 'alu', bits.rbit),
  a32('REVSH', 'A8.8.147', '0110 1111 (1111) Rd:4 (1111) 1011 Rm:4', 'revsh{c} {Rd}, {Rm}', 'alu', bits.revsh),
  a32('BFC', 'A8.8.19', '0111 110 msb:5 Rd:4 lsb:5 001 1111', 'bfc{c} {Rd}, {lsb}, {msbWidth}', 'bitField', bits.bfi, {
    fixed: { Rn: 15 },
  }),
  a32(
    'BFI',
    'A8.8.20',
    '0111 110 msb:5 Rd:4 lsb:5 001 Rn:4',
    'bfi{c} {Rd}, {Rn}, {lsb}, {msbWidth}',
    'bitField',
    bits.bfi,
  ),
  a32(
    'SBFX',
    'A8.8.164',
    '0111 101 width:5 Rd:4 lsb:5 101 Rn:4',
    'sbfx{c} {Rd}, {Rn}, {lsb}, {width}',
    'bitField',
    bits.sbfx,
  ),
  a32(
    'UBFX',
    'A8.8.246',
    '0111 111 width:5 Rd:4 lsb:5 101 Rn:4',
    'ubfx{c} {Rd}, {Rn}, {lsb}, {width}',
    'bitField',
    bits.ubfx,
  ),
];

/** Multiplies, and what ARMv5TE and ARMv6 added for media. */
export const a32Media: readonly Row[] = [...multiplies, ...saturates, ...parallels, ...packs];
