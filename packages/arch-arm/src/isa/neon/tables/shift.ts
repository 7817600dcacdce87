/** Shifts by an immediate, and modified immediates. ARM ARM DDI0406C A7.4.4, A7.4.6. */
import type { Row } from '../../decode/row.ts';
import type { Insn } from '../../lift/insn.ts';
import * as float from '../float.ts';
import * as immediate from '../immediate.ts';
import type { Handler } from '../integer.ts';
import * as shift from '../shift.ts';
import { neon } from './row.ts';

/** L:imm6 by the (narrow) lanes' size: the count of a left shift, or the size less that of a right one. */
const SIZES = [
  { l: '0', imm6: '001 shift:3', size: 0 },
  { l: '0', imm6: '01 shift:4', size: 1 },
  { l: '0', imm6: '1 shift:5', size: 2 },
  { l: '1', imm6: 'shift:6', size: 3 },
] as const;

type Direction = 'left' | 'right';

/** Shifts of lanes of all sizes. `l` stands for bit L. */
function shifts(
  name: string,
  section: string,
  u: string,
  a: string,
  direction: Direction,
  type: string,
  lift: Handler,
): Row[] {
  return SIZES.flatMap(({ l, imm6, size }) =>
    neon(
      name,
      section,
      `1111 001 ${u} 1 D ${imm6} Vd ${a} ${l} Q:1 M 1 Vm`,
      `${name.toLowerCase()}{c}.${type} {d}, {m}, ${direction === 'left' ? '{lshift}' : '{rshift}'}`,
      'v-v',
      'neonAlu',
      counted(direction, lift),
      { fixed: { size } },
    ),
  );
}

/** The handler with x.shift the count of a right shift. */
function counted(direction: Direction, lift: Handler): Handler {
  if (direction === 'left') return lift;
  return (x) => {
    x.shift = (8 << x.size) - x.shift;
    lift(x);
  };
}

/** Narrowing shifts: `q` is bit 6, which rounds. */
function narrowing(
  name: string,
  section: string,
  u: string,
  a: string,
  q: '0' | '1',
  type: string,
  lift: Handler,
): Row[] {
  return SIZES.slice(0, 3).flatMap(({ imm6, size }) =>
    neon(
      name,
      section,
      `1111 001 ${u} 1 D ${imm6} Vd ${a} 0 ${q} M 1 Vm`,
      `${name.toLowerCase()}{c}.${type} {d}, {m}, {rshift}`,
      'd-q',
      'neonAlu',
      counted('right', lift),
      { fixed: { size } },
    ),
  );
}

/** VSHLL; by 0 it is VMOVL. */
const longShifts = (name: string, section: string, syntax: string, when: (x: Insn) => boolean): Row[] =>
  SIZES.slice(0, 3).flatMap(({ imm6, size }) =>
    neon(
      name,
      section,
      `1111 001 U:1 1 D ${imm6} Vd 1010 0 0 M 1 Vm`,
      `${name.toLowerCase()}{c}.{t} {d}, {m}${syntax}`,
      'q-d',
      'neonAlu',
      shift.leftLong,
      { fixed: { size }, when },
    ),
  );

/** Between numbers and fixed point: imm is 32 less the bits of the fraction. */
function fixedPoint(direction: string, unsigned: 0 | 1): Row[] {
  const type = `${unsigned ? 'u' : 's'}32`;
  const lift = direction === '0' ? float.fromInteger(unsigned) : float.toInteger(unsigned);
  return neon(
    'VCVT',
    'A8.8.307',
    `1111 001 ${unsigned} 1 D 1 imm:5 Vd 111 ${direction} 0 Q:1 M 1 Vm`,
    `vcvt{c}.${direction === '0' ? `f32.${type}` : `${type}.f32`} {d}, {m}, {fraction}`,
    'v-v',
    'neonFloat',
    (x) => {
      x.imm = 32 - x.imm;
      lift(x);
    },
  );
}

const shiftRows: readonly Row[] = [
  ...shifts('VSHR', 'A8.8.385', 'U:1', '0000', 'right', '{t}', shift.right),
  ...shifts('VSRA', 'A8.8.400', 'U:1', '0001', 'right', '{t}', shift.rightAccumulate),
  ...shifts('VRSHR', 'A8.8.376', 'U:1', '0010', 'right', '{t}', shift.rightRounded),
  ...shifts('VRSRA', 'A8.8.380', 'U:1', '0011', 'right', '{t}', shift.rightRoundedAccumulate),
  ...shifts('VSRI', 'A8.8.401', '1', '0100', 'right', '{bits}', shift.rightInsert),
  ...shifts('VSHL', 'A8.8.381', '0', '0101', 'left', '{st}', shift.left),
  ...shifts('VSLI', 'A8.8.397', '1', '0101', 'left', '{bits}', shift.leftInsert),
  ...shifts('VQSHLU', 'A8.8.392', '1', '0110', 'left', '{st}', shift.leftSaturateUnsigned),
  ...shifts('VQSHL', 'A8.8.392', 'U:1', '0111', 'left', '{t}', shift.leftSaturate),
  ...narrowing('VSHRN', 'A8.8.386', '0', '1000', '0', '{iw}', shift.rightNarrow),
  ...narrowing('VRSHRN', 'A8.8.377', '0', '1000', '1', '{iw}', shift.rightNarrowRounded),
  ...narrowing('VQSHRUN', 'A8.8.393', '1', '1000', '0', '{stw}', shift.narrowSaturated(false, shift.toUnsigned)),
  ...narrowing('VQRSHRUN', 'A8.8.379', '1', '1000', '1', '{stw}', shift.narrowSaturated(true, shift.toUnsigned)),
  ...narrowing('VQSHRN', 'A8.8.393', 'U:1', '1001', '0', '{tw}', shift.narrowSaturated(false, shift.byU)),
  ...narrowing('VQRSHRN', 'A8.8.379', 'U:1', '1001', '1', '{tw}', shift.narrowSaturated(true, shift.byU)),
  ...longShifts('VSHLL', 'A8.8.384', ', {lshift}', (x) => x.shift !== 0),
  ...longShifts('VMOVL', 'A8.8.346', '', (x) => x.shift === 0),
  ...fixedPoint('0', 0),
  ...fixedPoint('0', 1),
  ...fixedPoint('1', 0),
  ...fixedPoint('1', 1),
];

/** A row by cmode (its fixed bits in `fixed`) and op. */
function modified(name: string, cmode: string, fixed: number, op: '0' | '1', type: string, lift: Handler): Row[] {
  return neon(
    name,
    'A7.4.6',
    `1111 001 imm@7:1 1 D 000 imm@4:3 Vd ${cmode} 0 Q:1 ${op} 1 imm@0:4`,
    `${name.toLowerCase()}{c}.${type} {d}, {simdimm}`,
    'v--',
    'neonMove',
    lift,
    { fixed: { cmode: fixed, op: Number(op) } },
  );
}

/** The immediates of 32 and 16 bits: `last` is the lowest bit of cmode. */
function shifted(name: string, last: '0' | '1', op: '0' | '1', lift: Handler): Row[] {
  const bit = Number(last);
  return [
    ...modified(name, `0 cmode@1:2 ${last}`, bit, op, 'i32', lift),
    ...modified(name, `10 cmode@1:1 ${last}`, 8 | bit, op, 'i16', lift),
  ];
}

const immediateRows: readonly Row[] = [
  ...shifted('VMOV', '0', '0', immediate.move(0)),
  ...shifted('VORR', '1', '0', immediate.or),
  ...shifted('VMVN', '0', '1', immediate.moveInverted),
  ...shifted('VBIC', '1', '1', immediate.clear),
  ...modified('VMOV', '110 cmode@0:1', 12, '0', 'i32', immediate.move(0)),
  ...modified('VMVN', '110 cmode@0:1', 12, '1', 'i32', immediate.moveInverted),
  ...modified('VMOV', '1110', 14, '0', 'i8', immediate.move(0)),
  ...modified('VMOV', '1110', 14, '1', 'i64', immediate.move(1)),
  ...modified('VMOV', '1111', 15, '0', 'f32', immediate.move(0)),
];

export const shiftAndImmediateRows: readonly Row[] = [...shiftRows, ...immediateRows];
