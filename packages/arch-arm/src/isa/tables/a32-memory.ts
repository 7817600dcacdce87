import { type Row, row } from '../decode/row.ts';
import * as x from '../lift/exclusive.ts';
import type { Insn } from '../lift/insn.ts';
import * as ls from '../lift/load-store.ts';
import { ldm, ldmSystem, rfe, srs, stm, stmSystem } from '../lift/load-store-multiple.ts';

type Handler = (x: Insn) => void;

const a32 = (
  mnemonic: string,
  section: string,
  encoding: string,
  syntax: string,
  cost: string,
  lift: Handler,
  more?: Parameters<typeof row>[7],
): Row => row('A32', mnemonic, section, encoding, syntax, cost, lift, more);

const costOf = (name: string): string => (name.startsWith('LDR') ? 'load' : 'store');

/** Word and byte: B and L bits, sections of the immediate, register and unprivileged forms. ARM ARM DDI0406C A5.3. */
const words: readonly Row[] = (
  [
    ['STR', '0', '0', ls.str, ls.strt, 'A8.8.204', 'A8.8.205', 'A8.8.220'],
    ['LDR', '0', '1', ls.ldr, ls.ldrt, 'A8.8.63', 'A8.8.66', 'A8.8.92'],
    ['STRB', '1', '0', ls.strb, ls.strbt, 'A8.8.207', 'A8.8.208', 'A8.8.209'],
    ['LDRB', '1', '1', ls.ldrb, ls.ldrbt, 'A8.8.68', 'A8.8.70', 'A8.8.71'],
  ] as const
).flatMap(([name, b, l, lift, user, immediate, register, unprivileged]) => {
  const cost = costOf(name);
  const text = `${name.toLowerCase()}{c} {Rt}, {address}`;
  const userText = `${name.toLowerCase()}t{c} {Rt}, {address}`;
  const shifted = { operand2: 'shifted' } as const;
  return [
    a32(name, immediate, `cond:4 010 P:1 U:1 ${b} W:1 ${l} Rn:4 Rt:4 imm:12`, text, cost, lift),
    a32(`${name}T`, unprivileged, `cond:4 010 0 U:1 ${b} 1 ${l} Rn:4 Rt:4 imm:12`, userText, cost, user),
    a32(name, register, `cond:4 011 P:1 U:1 ${b} W:1 ${l} Rn:4 Rt:4 shift:5 type:2 0 Rm:4`, text, cost, lift, shifted),
    a32(
      `${name}T`,
      unprivileged,
      `cond:4 011 0 U:1 ${b} 1 ${l} Rn:4 Rt:4 shift:5 type:2 0 Rm:4`,
      userText,
      cost,
      user,
      shifted,
    ),
  ];
});

/** Half-words, signed bytes, double words. ARM ARM DDI0406C A5.2.8, A5.2.9. */
const halves: readonly Row[] = (
  [
    ['STRH', '0', '01', ls.strh, ls.strht, 'A8.8.217', 'A8.8.218', 'A8.8.219'],
    ['LDRH', '1', '01', ls.ldrh, ls.ldrht, 'A8.8.80', 'A8.8.82', 'A8.8.83'],
    ['LDRSB', '1', '10', ls.ldrsb, ls.ldrsbt, 'A8.8.84', 'A8.8.86', 'A8.8.87'],
    ['LDRSH', '1', '11', ls.ldrsh, ls.ldrsht, 'A8.8.88', 'A8.8.90', 'A8.8.91'],
    ['LDRD', '0', '10', ls.ldrd, undefined, 'A8.8.72', 'A8.8.74', ''],
    ['STRD', '0', '11', ls.strd, undefined, 'A8.8.210', 'A8.8.211', ''],
  ] as const
).flatMap(([name, l, op, lift, user, immediate, register, unprivileged]) => {
  const cost = name.endsWith('D') ? `${costOf(name)}Double` : costOf(name);
  const text = `${name.toLowerCase()}{c} {Rt}, {address}`;
  const userText = `${name.toLowerCase()}t{c} {Rt}, {address}`;
  const byRegister = { operand2: 'register' } as const;
  const rows = [
    a32(name, immediate, `cond:4 000 P:1 U:1 1 W:1 ${l} Rn:4 Rt:4 imm:4 1${op}1 imm:4`, text, cost, lift),
    a32(name, register, `cond:4 000 P:1 U:1 0 W:1 ${l} Rn:4 Rt:4 (0000) 1${op}1 Rm:4`, text, cost, lift, byRegister),
  ];
  if (user === undefined) return rows;
  const mnemonic = `${name}T`;
  return [
    ...rows,
    a32(mnemonic, unprivileged, `cond:4 000 0 U:1 1 1 ${l} Rn:4 Rt:4 imm:4 1${op}1 imm:4`, userText, cost, user),
    a32(
      mnemonic,
      unprivileged,
      `cond:4 000 0 U:1 0 1 ${l} Rn:4 Rt:4 (0000) 1${op}1 Rm:4`,
      userText,
      cost,
      user,
      byRegister,
    ),
  ];
});

/** Load and store multiple. ARM ARM DDI0406C A5.5. */
const multiples: readonly Row[] = (
  [
    ['DA', '00', 'A8.8.59', 'A8.8.200'],
    ['', '01', 'A8.8.58', 'A8.8.199'],
    ['DB', '10', 'A8.8.60', 'A8.8.201'],
    ['IB', '11', 'A8.8.61', 'A8.8.202'],
  ] as const
).flatMap(([suffix, pu, loadSection, storeSection]) => {
  const name = suffix.toLowerCase();
  const [p, u] = pu;
  const fixed = { P: Number(p), U: Number(u) };
  const encoding = `cond:4 100 ${p} ${u}`;
  return [
    a32(
      `LDM${suffix}`,
      loadSection,
      `${encoding} 0 W:1 1 Rn:4 list:16`,
      `ldm${name}{c} {Rn}{wb}, {list}`,
      'loadMultiple',
      ldm,
      { fixed },
    ),
    a32(
      `STM${suffix}`,
      storeSection,
      `${encoding} 0 W:1 0 Rn:4 list:16`,
      `stm${name || '{iaW}'}{c} {Rn}{wb}, {list}`,
      'storeMultiple',
      stm,
      { fixed },
    ),
    a32(
      `LDM${suffix} (system)`,
      'B9.3.5',
      `${encoding} 1 W:1 1 Rn:4 list:16`,
      `ldm${name}{c} {Rn}{wb}, {list}^`,
      'loadMultiple',
      ldmSystem,
      { fixed },
    ),
    a32(
      `STM${suffix} (system)`,
      'B9.3.18',
      `${encoding} 1 W:1 0 Rn:4 list:16`,
      `stm${name || 'ia'}{c} {Rn}{wb}, {list}^`,
      'storeMultiple',
      stmSystem,
      { fixed },
    ),
    a32(
      `RFE${suffix}`,
      'B9.3.13',
      `1111 100 ${p} ${u} 0 W:1 1 Rn:4 (0000101000000000)`,
      `rfe${name || 'ia'} {Rn}{wb}`,
      'exceptionReturn',
      rfe,
      { fixed },
    ),
    a32(
      `SRS${suffix}`,
      'B9.3.16',
      `1111 100 ${p} ${u} 1 W:1 0 (110100000101000) mode5:5`,
      `srs${name || 'ia'} sp{wb}, {mode5}`,
      'storeMultiple',
      srs,
      { fixed },
    ),
  ];
});

const stack: readonly Row[] = [
  a32('POP', 'A8.8.132', 'cond:4 1000 1011 1101 list:16', 'pop{c} {list}', 'loadMultiple', ldm, {
    fixed: { U: 1, W: 1, Rn: 13 },
  }),
  a32('PUSH', 'A8.8.133', 'cond:4 1001 0010 1101 list:16', 'push{c} {list}', 'storeMultiple', stm, {
    fixed: { P: 1, W: 1, Rn: 13 },
  }),
  a32('POP', 'A8.8.132', 'cond:4 0100 1001 1101 Rt:4 000000000100', 'pop{c} {RtList}', 'load', ls.ldr, {
    fixed: { U: 1, Rn: 13, imm: 4 },
  }),
  a32('PUSH', 'A8.8.133', 'cond:4 0101 0010 1101 Rt:4 000000000100', 'push{c} {RtList}', 'store', ls.str, {
    fixed: { P: 1, W: 1, Rn: 13, imm: 4 },
  }),
];

/** Synchronization primitives. ARM ARM DDI0406C A5.2.10. */
const exclusives: readonly Row[] = (
  [
    ['', '00', x.ldrex, x.strex, 'A8.8.75', 'A8.8.212'],
    ['D', '01', x.ldrexd, x.strexd, 'A8.8.77', 'A8.8.214'],
    ['B', '10', x.ldrexb, x.strexb, 'A8.8.76', 'A8.8.213'],
    ['H', '11', x.ldrexh, x.strexh, 'A8.8.78', 'A8.8.215'],
  ] as const
).flatMap(([suffix, op, load, store, loadSection, storeSection]) => {
  const name = suffix.toLowerCase();
  const pair = suffix === 'D' ? '{Rt}, {RtNext}' : '{Rt}';
  return [
    a32(
      `STREX${suffix}`,
      storeSection,
      `cond:4 0001 1${op}0 Rn:4 Rd:4 (11) (11) 1001 Rt:4`,
      `strex${name}{c} {Rd}, ${pair}, [{Rn}]`,
      'exclusive',
      store,
    ),
    a32(
      `LDREX${suffix}`,
      loadSection,
      `cond:4 0001 1${op}1 Rn:4 Rt:4 (11) (11) 1001 (1111)`,
      `ldrex${name}{c} ${pair}, [{Rn}]`,
      'exclusive',
      load,
    ),
  ];
});

const swaps: readonly Row[] = [
  a32('SWP', 'A8.8.229', 'cond:4 0001 0000 Rn:4 Rt:4 (0000) 1001 Rm:4', 'swp{c} {Rt}, {Rm}, [{Rn}]', 'swap', ls.swp),
  a32('SWPB', 'A8.8.229', 'cond:4 0001 0100 Rn:4 Rt:4 (0000) 1001 Rm:4', 'swpb{c} {Rt}, {Rm}, [{Rn}]', 'swap', ls.swpb),
  a32('CLREX', 'A8.8.32', '1111 0101 0111 (1111) (1111) (0000) 0001 (1111)', 'clrex', 'exclusive', x.clrex),
];

/** Loads and stores in A32. */
export const a32Memory: readonly Row[] = [...words, ...halves, ...multiples, ...stack, ...exclusives, ...swaps];
