/** Three registers of the same length, and VEXT, VTBL. ARM ARM DDI0406C A7.4.1, A7.4.8. */
import type { Row } from '../../decode/row.ts';
import { byOrder } from '../by-order.ts';
import {
  EXACT_POLYNOMIAL,
  EXACT_SHIFT_ROUNDED,
  EXACT_SHIFT_ROUNDED_SATURATING,
  EXACT_SHIFT_SATURATING,
} from '../exact-integer.ts';
import * as float from '../float.ts';
import type { Handler } from '../integer.ts';
import * as integer from '../integer.ts';
import { extract, lookUp } from '../permute.ts';
import { shiftByRegister } from '../shift-register.ts';
import { type NeonOptions, neon } from './row.ts';

const SMALL = '8 16 32';

interface ThreeOptions extends NeonOptions {
  /** Bits of the field size where they are fixed. */
  readonly size?: string;
  readonly shape?: string;
  readonly cost?: string;
  /** Order of the operands in the syntax, where it is not d, n, m. */
  readonly operands?: string;
}

/** A row by U, A and B (table A7-9). `type` is what stands behind the dot of the syntax. */
function three(
  name: string,
  section: string,
  u: string,
  a: string,
  b: string,
  type: string,
  lift: Handler,
  { size = 'size:2', shape = 'vvv', cost = 'neonAlu', operands = '{d}, {n}, {m}', ...more }: ThreeOptions = {},
): Row[] {
  const q = shape[0] === 'v' ? 'Q:1' : '0';
  const encoding = `1111 001 ${u} 0 D ${size} Vn Vd ${a} N ${q} M ${b} Vm`;
  const syntax = `${name.toLowerCase()}{c}${type === '' ? '' : `.${type}`} ${operands}`;
  return neon(name, section, encoding, syntax, shape, cost, lift, more);
}

const PAIR = { shape: 'ddd' };
const MULTIPLY = { cost: 'neonMultiply' };
/** Shifts by register have the value in m and the counts in n. */
const SHIFT = { operands: '{d}, {m}, {n}' };

const integerRows: readonly Row[] = [
  ...three('VHADD', 'A8.8.319', 'U:1', '0000', '0', '{t}', integer.halvingAdd, { sizes: SMALL }),
  ...three('VQADD', 'A8.8.357', 'U:1', '0000', '1', '{t}', integer.saturatingAdd),
  ...three('VRHADD', 'A8.8.374', 'U:1', '0001', '0', '{t}', integer.roundingHalvingAdd, { sizes: SMALL }),
  ...three('VAND', 'A8.8.287', '0', '0001', '1', '', integer.and, { size: '00' }),
  ...three('VBIC', 'A8.8.289', '0', '0001', '1', '', integer.clearBits, { size: '01' }),
  ...three('VORR', 'A8.8.360', '0', '0001', '1', '', integer.or, { size: '10' }),
  ...three('VORN', 'A8.8.359', '0', '0001', '1', '', integer.orNot, { size: '11' }),
  ...three('VEOR', 'A8.8.315', '1', '0001', '1', '', integer.exclusiveOr, { size: '00' }),
  ...three('VBSL', 'A8.8.290', '1', '0001', '1', '', integer.select, { size: '01' }),
  ...three('VBIT', 'A8.8.290', '1', '0001', '1', '', integer.insertIfTrue, { size: '10' }),
  ...three('VBIF', 'A8.8.290', '1', '0001', '1', '', integer.insertIfFalse, { size: '11' }),
  ...three('VHSUB', 'A8.8.319', 'U:1', '0010', '0', '{t}', integer.halvingSubtract, { sizes: SMALL }),
  ...three('VQSUB', 'A8.8.369', 'U:1', '0010', '1', '{t}', integer.saturatingSubtract),
  ...three('VCGT', 'A8.8.297', 'U:1', '0011', '0', '{t}', integer.compareGreater, { sizes: SMALL }),
  ...three('VCGE', 'A8.8.295', 'U:1', '0011', '1', '{t}', integer.compareGreaterOrEqual, { sizes: SMALL }),
  ...three('VSHL', 'A8.8.382', 'U:1', '0100', '0', '{t}', shiftByRegister, SHIFT),
  ...three('VQSHL', 'A8.8.391', 'U:1', '0100', '1', '{t}', byOrder(EXACT_SHIFT_SATURATING), SHIFT),
  ...three('VRSHL', 'A8.8.375', 'U:1', '0101', '0', '{t}', byOrder(EXACT_SHIFT_ROUNDED), SHIFT),
  ...three('VQRSHL', 'A8.8.365', 'U:1', '0101', '1', '{t}', byOrder(EXACT_SHIFT_ROUNDED_SATURATING), SHIFT),
  ...three('VMAX', 'A8.8.334', 'U:1', '0110', '0', '{t}', integer.larger, { sizes: SMALL }),
  ...three('VMIN', 'A8.8.334', 'U:1', '0110', '1', '{t}', integer.smaller, { sizes: SMALL }),
  ...three('VABD', 'A8.8.278', 'U:1', '0111', '0', '{t}', integer.absoluteDifference, { sizes: SMALL }),
  ...three('VABA', 'A8.8.277', 'U:1', '0111', '1', '{t}', integer.absoluteDifferenceAccumulate, { sizes: SMALL }),
  ...three('VADD', 'A8.8.282', '0', '1000', '0', '{i}', integer.addition),
  ...three('VSUB', 'A8.8.414', '1', '1000', '0', '{i}', integer.subtraction),
  ...three('VTST', 'A8.8.420', '0', '1000', '1', '{bits}', integer.test, { sizes: SMALL }),
  ...three('VCEQ', 'A8.8.291', '1', '1000', '1', '{i}', integer.compareEqual, { sizes: SMALL }),
  ...three('VMLA', 'A8.8.336', '0', '1001', '0', '{i}', integer.multiplyAccumulate, { sizes: SMALL, ...MULTIPLY }),
  ...three('VMLS', 'A8.8.336', '1', '1001', '0', '{i}', integer.multiplySubtract, { sizes: SMALL, ...MULTIPLY }),
  ...three('VMUL', 'A8.8.350', '0', '1001', '1', '{i}', integer.multiplication, { sizes: SMALL, ...MULTIPLY }),
  ...three('VMUL', 'A8.8.350', '1', '1001', '1', 'p8', byOrder(EXACT_POLYNOMIAL), { size: '00', ...MULTIPLY }),
  ...three('VPMAX', 'A8.8.363', 'U:1', '1010', '0', '{t}', integer.pairwiseLarger, { sizes: SMALL, ...PAIR }),
  ...three('VPMIN', 'A8.8.363', 'U:1', '1010', '1', '{t}', integer.pairwiseSmaller, { sizes: SMALL, ...PAIR }),
  ...three('VQDMULH', 'A8.8.372', '0', '1011', '0', '{st}', integer.doublingMultiplyHigh, {
    sizes: '16 32',
    ...MULTIPLY,
  }),
  ...three('VQRDMULH', 'A8.8.376', '1', '1011', '0', '{st}', integer.roundingDoublingMultiplyHigh, {
    sizes: '16 32',
    ...MULTIPLY,
  }),
  ...three('VPADD', 'A8.8.361', '0', '1011', '1', '{i}', integer.pairwiseAdd, { sizes: SMALL, ...PAIR }),
];

/** Floating point: bit 21 of the encoding chooses between two operations. */
function floats(
  name: string,
  section: string,
  u: string,
  a: string,
  b: string,
  high: 0 | 1,
  lift: Handler,
  pair = false,
) {
  const shape = pair ? 'ddd' : 'vvv';
  return three(name, section, u, a, b, 'f32', lift, { size: `${high}0`, shape, cost: 'neonFloat', fixed: { size: 2 } });
}

const floatRows: readonly Row[] = [
  ...floats('VFMA', 'A8.8.317', '0', '1100', '1', 0, float.fusedMultiplyAdd),
  ...floats('VFMS', 'A8.8.317', '0', '1100', '1', 1, float.fusedMultiplySubtract),
  ...floats('VADD', 'A8.8.283', '0', '1101', '0', 0, float.add),
  ...floats('VSUB', 'A8.8.415', '0', '1101', '0', 1, float.subtract),
  ...floats('VPADD', 'A8.8.362', '1', '1101', '0', 0, float.pairwiseAdd, true),
  ...floats('VABD', 'A8.8.279', '1', '1101', '0', 1, float.absoluteDifference),
  ...floats('VMLA', 'A8.8.337', '0', '1101', '1', 0, float.multiplyAdd),
  ...floats('VMLS', 'A8.8.337', '0', '1101', '1', 1, float.multiplySubtract),
  ...floats('VMUL', 'A8.8.351', '1', '1101', '1', 0, float.multiply),
  ...floats('VCEQ', 'A8.8.291', '0', '1110', '0', 0, float.equal),
  ...floats('VCGE', 'A8.8.295', '1', '1110', '0', 0, float.atLeast),
  ...floats('VCGT', 'A8.8.297', '1', '1110', '0', 1, float.greater),
  ...floats('VACGE', 'A8.8.281', '1', '1110', '1', 0, float.absoluteAtLeast),
  ...floats('VACGT', 'A8.8.281', '1', '1110', '1', 1, float.absoluteGreater),
  ...floats('VMAX', 'A8.8.335', '0', '1111', '0', 0, float.larger),
  ...floats('VMIN', 'A8.8.335', '0', '1111', '0', 1, float.smaller),
  ...floats('VPMAX', 'A8.8.364', '1', '1111', '0', 0, float.pairwiseLarger, true),
  ...floats('VPMIN', 'A8.8.364', '1', '1111', '0', 1, float.pairwiseSmaller, true),
  ...floats('VRECPS', 'A8.8.372', '0', '1111', '1', 0, float.reciprocalStep),
  ...floats('VRSQRTS', 'A8.8.380', '0', '1111', '1', 1, float.rootStep),
];

const byteRows: readonly Row[] = [
  ...neon(
    'VEXT',
    'A8.8.316',
    '1111 0010 1 D 11 Vn Vd imm:4 N Q:1 M 0 Vm',
    'vext{c}.8 {d}, {n}, {m}, {imm}',
    'vvv',
    'neonMove',
    extract,
    { when: (x) => x.Q === 1 || x.imm < 8 },
  ),
  ...(['VTBL', 'VTBX'] as const).flatMap((name, keeps) =>
    neon(
      name,
      'A8.8.419',
      `1111 0011 1 D 11 Vn Vd 10 len:2 N ${keeps} M 0 Vm`,
      `${name.toLowerCase()}{c}.8 {d}, {table}, {m}`,
      'ddd',
      'neonMove',
      lookUp(keeps === 1),
      { when: (x) => x.Vn + x.len < 32 },
    ),
  ),
];

export const threeRows: readonly Row[] = [...integerRows, ...floatRows, ...byteRows];
