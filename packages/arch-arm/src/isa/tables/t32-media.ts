import { type Row, row } from '../decode/row.ts';
import * as bits from '../lift/bits.ts';
import type { Insn } from '../lift/insn.ts';
import * as m from '../lift/multiply.ts';
import { parallel, sel, usad8, usada8 } from '../lift/parallel.ts';
import * as s from '../lift/saturate.ts';
import { EXTENDS, PARALLEL_KINDS, PARALLEL_OPERATIONS } from './families.ts';

type Options = NonNullable<Parameters<typeof row>[7]>;

const t32 = (
  mnemonic: string,
  section: string,
  encoding: string,
  syntax: string,
  cost: string,
  lift: (x: Insn) => void,
  more?: Options,
): Row => row('T32', mnemonic, `A8.8.${section}`, encoding, syntax, cost, lift, more);

/** With an accumulator, and without where it is r15. ARM ARM DDI0406C A6.3.16. */
const multiplies: readonly Row[] = (
  [
    ['MLA', '100', '000', '0000', 'mla{c}', m.mla],
    ['SMLAxy', '176', '001', '00 N:1 M:1', 'smla{tbN}{tbM}{c}', m.smlaxy],
    ['SMLAD', '177', '010', '000 M:1', 'smlad{xM}{c}', m.smlad],
    ['SMLAWy', '181', '011', '000 M:1', 'smlaw{tbM}{c}', m.smlawy],
    ['SMLSD', '182', '100', '000 M:1', 'smlsd{xM}{c}', m.smlsd],
    ['SMMLA', '184', '101', '000 R:1', 'smmla{rR}{c}', m.smmla],
    ['SMMLS', '185', '110', '000 R:1', 'smmls{rR}{c}', m.smmls],
    ['USADA8', '265', '111', '0000', 'usada8{c}', usada8],
    ['MLS', '101', '000', '0001', 'mls{c}', m.mls],
  ] as const
).map(([name, section, op1, op2, text, lift]) =>
  t32(
    name,
    section,
    `11111 0110 ${op1} Rn:4 Ra:4 Rd:4 ${op2} Rm:4`,
    `${text} {Rd}, {Rn}, {Rm}, {Ra}`,
    'multiply',
    lift,
  ),
);

const withoutAccumulator: readonly Row[] = (
  [
    ['MUL', '114', '000', '0000', 'mul{c}.w', m.mul],
    ['SMULxy', '188', '001', '00 N:1 M:1', 'smul{tbN}{tbM}{c}', m.smulxy],
    ['SMUAD', '187', '010', '000 M:1', 'smuad{xM}{c}', m.smuad],
    ['SMULWy', '190', '011', '000 M:1', 'smulw{tbM}{c}', m.smulwy],
    ['SMUSD', '191', '100', '000 M:1', 'smusd{xM}{c}', m.smusd],
    ['SMMUL', '186', '101', '000 R:1', 'smmul{rR}{c}', m.smmul],
    ['USAD8', '264', '111', '0000', 'usad8{c}', usad8],
  ] as const
).map(([name, section, op1, op2, text, lift]) =>
  t32(name, section, `11111 0110 ${op1} Rn:4 1111 Rd:4 ${op2} Rm:4`, `${text} {Rd}, {Rn}, {Rm}`, 'multiply', lift),
);

/** Long multiplies, divides. ARM ARM DDI0406C A6.3.17. */
const longs: readonly Row[] = (
  [
    ['SMULL', '189', '000', '0000', 'smull{c}', m.smull],
    ['UMULL', '257', '010', '0000', 'umull{c}', m.umull],
    ['SMLAL', '178', '100', '0000', 'smlal{c}', m.smlal],
    ['SMLALxy', '179', '100', '10 N:1 M:1', 'smlal{tbN}{tbM}{c}', m.smlalxy],
    ['SMLALD', '180', '100', '110 M:1', 'smlald{xM}{c}', m.smlald],
    ['SMLSLD', '183', '101', '110 M:1', 'smlsld{xM}{c}', m.smlsld],
    ['UMLAL', '256', '110', '0000', 'umlal{c}', m.umlal],
    ['UMAAL', '255', '110', '0110', 'umaal{c}', m.umaal],
  ] as const
).map(([name, section, op1, op2, text, lift]) =>
  t32(
    name,
    section,
    `11111 0111 ${op1} Rn:4 RdLo:4 RdHi:4 ${op2} Rm:4`,
    `${text} {RdLo}, {RdHi}, {Rn}, {Rm}`,
    'multiplyLong',
    lift,
  ),
);

const divides: readonly Row[] = [
  t32('SDIV', '165', '11111 0111 001 Rn:4 (1111) Rd:4 1111 Rm:4', 'sdiv{c} {Rd}, {Rn}, {Rm}', 'divide', m.sdiv),
  t32('UDIV', '248', '11111 0111 011 Rn:4 (1111) Rd:4 1111 Rm:4', 'udiv{c} {Rd}, {Rn}, {Rm}', 'divide', m.udiv),
];

/** Parallel addition and subtraction. ARM ARM DDI0406C A6.3.13, A6.3.14. */
const parallels: readonly Row[] = PARALLEL_KINDS.flatMap(({ kind, t32: op2, sections }) =>
  PARALLEL_OPERATIONS.map(({ operation, t32: op1 }, n) => {
    const mnemonic = kind + operation;
    return t32(
      mnemonic,
      `${sections[n]}`,
      `11111 010 1 ${op1} Rn:4 1111 Rd:4 0 ${op2} Rm:4`,
      `${mnemonic.toLowerCase()}{c} {Rd}, {Rn}, {Rm}`,
      'parallel',
      parallel(kind, operation),
    );
  }),
);

/** Saturation, reversal, extension, packing. ARM ARM DDI0406C A6.3.12, A6.3.15. */
const miscellaneous: readonly Row[] = [
  ...(
    [
      ['QADD', '134', '00', s.qadd],
      ['QDADD', '138', '01', s.qdadd],
      ['QSUB', '141', '10', s.qsub],
      ['QDSUB', '139', '11', s.qdsub],
    ] as const
  ).map(([name, section, op2, lift]) =>
    t32(
      name,
      section,
      `11111 010 1000 Rn:4 1111 Rd:4 10 ${op2} Rm:4`,
      `${name.toLowerCase()}{c} {Rd}, {Rm}, {Rn}`,
      'saturate',
      lift,
    ),
  ),
  ...(
    [
      ['REV', '145', '00', bits.rev, '.w'],
      ['REV16', '146', '01', bits.rev16, '.w'],
      ['RBIT', '144', '10', bits.rbit, ''],
      ['REVSH', '147', '11', bits.revsh, '.w'],
    ] as const
  ).map(([name, section, op2, lift, w]) =>
    t32(
      name,
      section,
      `11111 010 1001 Rn:4 1111 Rd:4 10 ${op2} Rm:4`,
      `${name.toLowerCase()}{c}${w} {Rd}, {Rm}`,
      'alu',
      lift,
    ),
  ),
  t32('SEL', '166', '11111 010 1010 Rn:4 1111 Rd:4 10 00 Rm:4', 'sel{c} {Rd}, {Rn}, {Rm}', 'parallel', sel),
  t32('CLZ', '33', '11111 010 1011 Rn:4 1111 Rd:4 10 00 Rm:4', 'clz{c} {Rd}, {Rm}', 'alu', bits.clz),
  ...EXTENDS.flatMap(({ name, lift, t32: op, sections }) => {
    const add = name.replace('XT', 'XTA');
    const tail = '1111 Rd:4 1 (0) rotate:2 Rm:4';
    return [
      t32(
        add,
        sections[0].slice(5),
        `11111 010 0${op} Rn:4 ${tail}`,
        `${add.toLowerCase()}{c} {Rd}, {Rn}, {RmRotated}`,
        'aluShift',
        lift,
      ),
      t32(
        name,
        sections[1].slice(5),
        `11111 010 0${op} 1111 ${tail}`,
        `${name.toLowerCase()}{c}${name.endsWith('16') ? '' : '.w'} {Rd}, {RmRotated}`,
        'aluShift',
        lift,
        {
          fixed: { Rn: 15 },
        },
      ),
    ];
  }),
  t32(
    'PKHBT',
    '125',
    '11101 01 0110 0 Rn:4 (0) shift:3 Rd:4 shift:2 0 0 Rm:4',
    'pkhbt{c} {Rd}, {Rn}, {op2}',
    'aluShift',
    bits.pkh,
    { operand2: 'shifted' },
  ),
  t32(
    'PKHTB',
    '125',
    '11101 01 0110 0 Rn:4 (0) shift:3 Rd:4 shift:2 1 0 Rm:4',
    'pkhtb{c} {Rd}, {Rn}, {op2}',
    'aluShift',
    bits.pkh,
    {
      operand2: 'shifted',
      fixed: { type: 2, op: 1 },
    },
  ),
];

/** Multiplies and media instructions in the 32-bit encodings of T32. */
export const t32Media: readonly Row[] = [
  ...multiplies,
  ...withoutAccumulator,
  ...longs,
  ...divides,
  ...parallels,
  ...miscellaneous,
];
