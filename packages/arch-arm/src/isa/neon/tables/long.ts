/** Operands and results of different lengths, and scalars. ARM ARM DDI0406C A7.4.2, A7.4.3. */
import type { Row } from '../../decode/row.ts';
import { byOrder } from '../by-order.ts';
import { EXACT_POLYNOMIAL_LONG } from '../exact-integer.ts';
import * as float from '../float.ts';
import type { Handler } from '../integer.ts';
import { SCALAR, withScalar } from '../integer.ts';
import * as long from '../long.ts';
import { LONG } from '../long.ts';
import { scalar } from '../permute.ts';
import { neon } from './row.ts';

const SMALL = '8 16 32';

/** A row by U and A (table A7-10). */
function different(
  name: string,
  section: string,
  u: string,
  a: string,
  type: string,
  shape: string,
  lift: Handler,
  sizes = SMALL,
  cost = 'neonAlu',
): Row[] {
  const encoding = `1111 001 ${u} 1 D size:2 Vn Vd ${a} N 0 M 0 Vm`;
  return neon(name, section, encoding, `${name.toLowerCase()}{c}.${type} {d}, {n}, {m}`, shape, cost, lift, { sizes });
}

const products = (name: string, section: string, u: string, a: string, type: string, lift: Handler, sizes = SMALL) =>
  different(name, section, u, a, type, 'qdd', lift, sizes, 'neonMultiply');

const differentRows: readonly Row[] = [
  ...different('VADDL', 'A8.8.285', 'U:1', '0000', '{t}', 'qdd', long.addLong),
  ...different('VADDW', 'A8.8.285', 'U:1', '0001', '{t}', 'qqd', long.addWide),
  ...different('VSUBL', 'A8.8.417', 'U:1', '0010', '{t}', 'qdd', long.subtractLong),
  ...different('VSUBW', 'A8.8.417', 'U:1', '0011', '{t}', 'qqd', long.subtractWide),
  ...different('VADDHN', 'A8.8.284', '0', '0100', '{iw}', 'dqq', long.addHigh),
  ...different('VRADDHN', 'A8.8.370', '1', '0100', '{iw}', 'dqq', long.addHighRounded),
  ...different('VABAL', 'A8.8.277', 'U:1', '0101', '{t}', 'qdd', long.absoluteDifferenceAccumulateLong),
  ...different('VSUBHN', 'A8.8.416', '0', '0110', '{iw}', 'dqq', long.subtractHigh),
  ...different('VRSUBHN', 'A8.8.381', '1', '0110', '{iw}', 'dqq', long.subtractHighRounded),
  ...different('VABDL', 'A8.8.278', 'U:1', '0111', '{t}', 'qdd', long.absoluteDifferenceLong),
  ...products('VMLAL', 'A8.8.336', 'U:1', '1000', '{t}', long.long(LONG.accumulate)),
  ...products('VQDMLAL', 'A8.8.371', '0', '1001', '{st}', long.long(LONG.doubledAccumulate), '16 32'),
  ...products('VMLSL', 'A8.8.336', 'U:1', '1010', '{t}', long.long(LONG.subtract)),
  ...products('VQDMLSL', 'A8.8.371', '0', '1011', '{st}', long.long(LONG.doubledSubtract), '16 32'),
  ...products('VMULL', 'A8.8.350', 'U:1', '1100', '{t}', long.long(LONG.multiply)),
  ...products('VQDMULL', 'A8.8.373', '0', '1101', '{st}', long.long(LONG.doubled), '16 32'),
  ...products('VMULL', 'A8.8.350', '0', '1110', 'p8', byOrder(EXACT_POLYNOMIAL_LONG), '8'),
];

/** Sizes of scalars: 16 bits (of d0 to d7) and 32 (of d0 to d15). */
const SCALARS = [
  { size: '01', m: 'index@1:1', rest: 'index@0:1 Vm:3', fields: { size: 1 } },
  { size: '10', m: 'index:1', rest: 'Vm:4', fields: { size: 2 } },
] as const;

/** Rows by A (table A7-11), for the sizes given. `shape`: 'vv' has Q in the place of U. */
function scalars(
  name: string,
  section: string,
  u: string,
  a: string,
  type: string,
  shape: 'vv' | 'qd',
  lift: Handler,
  sizes: readonly (typeof SCALARS)[number][] = SCALARS,
): Row[] {
  return sizes.flatMap(({ size, m, rest, fields }) =>
    neon(
      name,
      section,
      `1111 001 ${u} 1 D ${size} Vn Vd ${a} N 1 ${m} 0 ${rest}`,
      `${name.toLowerCase()}{c}.${type} {d}, {n}, {Dm}[{index}]`,
      `${shape}d`,
      type === 'f32' ? 'neonFloat' : 'neonMultiply',
      lift,
      { fixed: fields },
    ),
  );
}

const FLOATS = [SCALARS[1]];
const same = (f: (typeof SCALAR)['multiply']): Handler => withScalar(f, scalar);
const longer = (f: (typeof LONG)['multiply']): Handler => long.long(f, scalar);

const scalarRows: readonly Row[] = [
  ...scalars('VMLA', 'A8.8.338', 'Q:1', '0000', '{i}', 'vv', same(SCALAR.accumulate)),
  ...scalars('VMLA', 'A8.8.338', 'Q:1', '0001', 'f32', 'vv', float.multiplyAddScalar, FLOATS),
  ...scalars('VMLAL', 'A8.8.338', 'U:1', '0010', '{t}', 'qd', longer(LONG.accumulate)),
  ...scalars('VQDMLAL', 'A8.8.371', '0', '0011', '{st}', 'qd', longer(LONG.doubledAccumulate)),
  ...scalars('VMLS', 'A8.8.338', 'Q:1', '0100', '{i}', 'vv', same(SCALAR.subtract)),
  ...scalars('VMLS', 'A8.8.338', 'Q:1', '0101', 'f32', 'vv', float.multiplySubtractScalar, FLOATS),
  ...scalars('VMLSL', 'A8.8.338', 'U:1', '0110', '{t}', 'qd', longer(LONG.subtract)),
  ...scalars('VQDMLSL', 'A8.8.371', '0', '0111', '{st}', 'qd', longer(LONG.doubledSubtract)),
  ...scalars('VMUL', 'A8.8.352', 'Q:1', '1000', '{i}', 'vv', same(SCALAR.multiply)),
  ...scalars('VMUL', 'A8.8.352', 'Q:1', '1001', 'f32', 'vv', float.multiplyScalar, FLOATS),
  ...scalars('VMULL', 'A8.8.352', 'U:1', '1010', '{t}', 'qd', longer(LONG.multiply)),
  ...scalars('VQDMULL', 'A8.8.373', '0', '1011', '{st}', 'qd', longer(LONG.doubled)),
  ...scalars('VQDMULH', 'A8.8.372', 'Q:1', '1100', '{st}', 'vv', same(SCALAR.doublingHigh)),
  ...scalars('VQRDMULH', 'A8.8.376', 'Q:1', '1101', '{st}', 'vv', same(SCALAR.roundingDoublingHigh)),
];

export const longRows: readonly Row[] = [...differentRows, ...scalarRows];
