import { type Row, row } from '../decode/row.ts';
import * as ex from '../lift/exclusive.ts';
import type { Insn } from '../lift/insn.ts';
import * as ls from '../lift/load-store.ts';
import { ldm, rfe, srs, stm } from '../lift/load-store-multiple.ts';
import { nop } from '../lift/misc.ts';

type Handler = (x: Insn) => void;
type Options = NonNullable<Parameters<typeof row>[7]>;

const t32 = (
  mnemonic: string,
  section: string,
  encoding: string,
  syntax: string,
  cost: string,
  lift: Handler,
  more?: Options,
): Row =>
  row('T32', mnemonic, section.startsWith('B') ? section : `A8.8.${section}`, encoding, syntax, cost, lift, more);

const REGISTER = { operand2: 'shifted', fixed: { P: 1, U: 1 } } as const;

/** With r15 as its base it is the literal form, whatever the other bits look like; a store has none. */
function notLiteral(rows: readonly Row[]): Row[] {
  return rows.map((one) => ({ ...one, when: (x: Insn) => x.Rn !== 15 && (one.when?.(x) ?? true) }));
}

/** Sections of the immediate, register, literal and unprivileged forms. ARM ARM DDI0406C A6.3.7 to A6.3.10. */
const singles: readonly Row[] = (
  [
    ['STRB', '0', '00', '0', ls.strb, ls.strbt, '206', '208', '', '209'],
    ['STRH', '0', '01', '0', ls.strh, ls.strht, '216', '218', '', '219'],
    ['STR', '0', '10', '0', ls.str, ls.strt, '203', '205', '', '220'],
    ['LDRB', '0', '00', '1', ls.ldrb, ls.ldrbt, '67', '70', '69', '71'],
    ['LDRH', '0', '01', '1', ls.ldrh, ls.ldrht, '79', '82', '81', '83'],
    ['LDR', '0', '10', '1', ls.ldr, ls.ldrt, '62', '65', '64', '92'],
    ['LDRSB', '1', '00', '1', ls.ldrsb, ls.ldrsbt, '84', '86', '85', '87'],
    ['LDRSH', '1', '01', '1', ls.ldrsh, ls.ldrsht, '88', '90', '89', '91'],
  ] as const
).flatMap(([name, sign, size, l, lift, user, imm, reg, literal, unprivileged]) => {
  const cost = l === '1' ? 'load' : 'store';
  const lower = name.toLowerCase();
  const text = `${lower}{c}.w {Rt}, {address}`;
  const bits = (up: string): string => `1111100 ${sign} ${up} ${size} ${l}`;
  const rows = [
    t32(name, imm, `${bits('1')} Rn:4 Rt:4 imm:12`, text, cost, lift, { fixed: { P: 1, U: 1 } }),
    t32(name, imm, `${bits('0')} Rn:4 Rt:4 1 P:1 U:1 W:1 imm:8`, text, cost, lift, {
      when: (x) => x.P === 1 || x.W === 1,
    }),
    t32(name, reg, `${bits('0')} Rn:4 Rt:4 0 00000 shift:2 Rm:4`, text, cost, lift, REGISTER),
    t32(`${name}T`, unprivileged, `${bits('0')} Rn:4 Rt:4 1 110 imm:8`, `${lower}t{c} {Rt}, {address}`, cost, user, {
      fixed: { P: 1, U: 1 },
    }),
  ];
  if (l === '0') return notLiteral(rows);
  return [
    ...notLiteral(rows),
    t32(
      name,
      literal,
      `1111100 ${sign} U:1 ${size} ${l} 1111 Rt:4 imm:12`,
      `${lower}{c}.w {Rt}, {literal}`,
      cost,
      lift,
      {
        fixed: { P: 1, Rn: 15 },
      },
    ),
  ];
});

/** Preload: what would load into r15 from bytes and half-words. */
const preloads: readonly Row[] = (
  [
    ['PLD', '0', '00', '126', '128', '127'],
    ['PLDW', '0', '01', '126', '128', '127'],
    ['PLI', '1', '00', '129', '130', '129'],
    ['NOP', '1', '01', '119', '119', '119'],
  ] as const
).flatMap(([name, sign, size, imm, reg, literal]) => {
  const text = `${name.toLowerCase()}{c} {address}`;
  const bits = (up: string): string => `1111100 ${sign} ${up} ${size} 1`;
  const rows = [
    t32(name, imm, `${bits('1')} Rn:4 1111 imm:12`, text, 'hint', nop, { fixed: { P: 1, U: 1 } }),
    t32(name, imm, `${bits('0')} Rn:4 1111 1 100 imm:8`, text, 'hint', nop, { fixed: { P: 1 } }),
    t32(name, reg, `${bits('0')} Rn:4 1111 0 00000 shift:2 Rm:4`, text, 'hint', nop, REGISTER),
  ];
  return [
    ...notLiteral(rows),
    t32(
      name,
      literal,
      `1111100 ${sign} U:1 ${size} 1 1111 1111 imm:12`,
      `${name.toLowerCase()}{c} {literalOnly}`,
      'hint',
      nop,
      {
        fixed: { P: 1, Rn: 15 },
      },
    ),
  ];
});

/** Double words: P and W both clear is something else. ARM ARM DDI0406C A6.3.6. */
const doubles: readonly Row[] = [
  t32(
    'STRD',
    '210',
    '1110100 P:1 U:1 1 W:1 0 Rn:4 Rt:4 Rt2:4 imm@2:8',
    'strd{c} {Rt}, {Rt2}, {address}',
    'storeDouble',
    ls.strd,
    {
      when: (x) => x.P === 1 || x.W === 1,
    },
  ),
  t32(
    'LDRD',
    '72',
    '1110100 P:1 U:1 1 W:1 1 Rn:4 Rt:4 Rt2:4 imm@2:8',
    'ldrd{c} {Rt}, {Rt2}, {address}',
    'loadDouble',
    ls.ldrd,
    {
      when: (x) => x.P === 1 || x.W === 1,
    },
  ),
];

const exclusives: readonly Row[] = [
  t32(
    'STREX',
    '212',
    '1110100 0010 0 Rn:4 Rt:4 Rd:4 imm@2:8',
    'strex{c} {Rd}, {Rt}, {exclusiveAddress}',
    'exclusive',
    ex.strex,
  ),
  t32(
    'LDREX',
    '75',
    '1110100 0010 1 Rn:4 Rt:4 (1111) imm@2:8',
    'ldrex{c} {Rt}, {exclusiveAddress}',
    'exclusive',
    ex.ldrex,
  ),
  ...(
    [
      ['B', '0100', ex.strexb, ex.ldrexb, '213', '76'],
      ['H', '0101', ex.strexh, ex.ldrexh, '215', '78'],
    ] as const
  ).flatMap(([suffix, op, store, load, storeSection, loadSection]) => {
    const name = suffix.toLowerCase();
    return [
      t32(
        `STREX${suffix}`,
        storeSection,
        `1110100 0110 0 Rn:4 Rt:4 (1111) ${op} Rd:4`,
        `strex${name}{c} {Rd}, {Rt}, [{Rn}]`,
        'exclusive',
        store,
      ),
      t32(
        `LDREX${suffix}`,
        loadSection,
        `1110100 0110 1 Rn:4 Rt:4 (1111) ${op} (1111)`,
        `ldrex${name}{c} {Rt}, [{Rn}]`,
        'exclusive',
        load,
      ),
    ];
  }),
  t32(
    'STREXD',
    '214',
    '1110100 0110 0 Rn:4 Rt:4 Rt2:4 0111 Rd:4',
    'strexd{c} {Rd}, {Rt}, {Rt2}, [{Rn}]',
    'exclusive',
    ex.strexd,
  ),
  t32(
    'LDREXD',
    '77',
    '1110100 0110 1 Rn:4 Rt:4 Rt2:4 0111 (1111)',
    'ldrexd{c} {Rt}, {Rt2}, [{Rn}]',
    'exclusive',
    ex.ldrexd,
  ),
];

/** Load and store multiple. ARM ARM DDI0406C A6.3.5. */
const multiples: readonly Row[] = [
  t32('STM', '199', '1110100 01 0 W:1 0 Rn:4 list:16', 'stmia{c}.w {Rn}{wb}, {list}', 'storeMultiple', stm, {
    fixed: { U: 1 },
  }),
  t32('LDM', '57', '1110100 01 0 W:1 1 Rn:4 list:16', 'ldmia{c}.w {Rn}{wb}, {list}', 'loadMultiple', ldm, {
    fixed: { U: 1 },
  }),
  t32('STMDB', '201', '1110100 10 0 W:1 0 Rn:4 list:16', 'stmdb{c} {Rn}{wb}, {list}', 'storeMultiple', stm, {
    fixed: { P: 1 },
  }),
  t32('LDMDB', '60', '1110100 10 0 W:1 1 Rn:4 list:16', 'ldmdb{c} {Rn}{wb}, {list}', 'loadMultiple', ldm, {
    fixed: { P: 1 },
  }),
  t32('POP', '131', '1110100 01 0 1 1 1101 list:16', 'ldmia{c}.w sp!, {list}', 'loadMultiple', ldm, {
    fixed: { U: 1, W: 1, Rn: 13 },
  }),
  t32('PUSH', '133', '1110100 10 0 1 0 1101 list:16', 'stmdb{c} sp!, {list}', 'storeMultiple', stm, {
    fixed: { P: 1, W: 1, Rn: 13 },
  }),
  ...(
    [
      ['DB', '00', { P: 1 }],
      ['IA', '11', { U: 1 }],
    ] as const
  ).flatMap(([suffix, op, fixed]) => [
    t32(
      `RFE${suffix}`,
      'B9.3.13',
      `1110100 ${op} 0 W:1 1 Rn:4 (1100000000000000)`,
      `rfe${suffix.toLowerCase()}{c} {Rn}{wb}`,
      'exceptionReturn',
      rfe,
      { fixed },
    ),
    t32(
      `SRS${suffix}`,
      'B9.3.16',
      `1110100 ${op} 0 W:1 0 (1101) (11000000000) mode5:5`,
      `srs${suffix.toLowerCase()}{c} sp{wb}, {mode5}`,
      'storeMultiple',
      srs,
      { fixed },
    ),
  ]),
];

/** Loads and stores in the 32-bit encodings of T32. */
export const t32Memory: readonly Row[] = [...singles, ...preloads, ...doubles, ...exclusives, ...multiples];
