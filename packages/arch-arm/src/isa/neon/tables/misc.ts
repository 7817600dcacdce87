/** Two registers, miscellaneous. ARM ARM DDI0406C A7.4.5. */
import type { Row } from '../../decode/row.ts';
import * as float from '../float.ts';
import type { Handler } from '../integer.ts';
import * as misc from '../misc.ts';
import * as permute from '../permute.ts';
import * as shift from '../shift.ts';
import { type NeonOptions, neon } from './row.ts';

const SMALL = '8 16 32';

interface MiscOptions extends NeonOptions {
  readonly size?: string;
  readonly shape?: string;
  readonly cost?: string;
  /** What follows the operands in the syntax. */
  readonly more?: string;
}

/** A row by A and B (table A7-13), of which bit 6 is apart: Q where not given. */
function two(
  name: string,
  section: string,
  a: string,
  b: string,
  type: string,
  lift: Handler,
  { size = 'size:2', shape = 'v-v', cost = 'neonAlu', more: rest = '', ...more }: MiscOptions = {},
  bit6 = 'Q:1',
): Row[] {
  const encoding = `1111 0011 1 D 11 ${size} ${a} Vd 0 ${b} ${bit6} M 0 Vm`;
  const syntax = `${name.toLowerCase()}{c}${type === '' ? '' : `.${type}`} {d}, {m}${rest}`;
  return neon(name, section, encoding, syntax, shape, cost, lift, more);
}

const integerRows: readonly Row[] = [
  ...two('VREV64', 'A8.8.373', '00', '0000', '{bits}', misc.reverse(64), { sizes: SMALL, cost: 'neonMove' }),
  ...two('VREV32', 'A8.8.373', '00', '0001', '{bits}', misc.reverse(32), { sizes: '8 16', cost: 'neonMove' }),
  ...two('VREV16', 'A8.8.373', '00', '0010', '8', misc.reverse(16), { size: '00', cost: 'neonMove' }),
  ...two('VPADDL', 'A8.8.362', '00', '010 U:1', '{t}', misc.pairwiseAddLong, { sizes: SMALL }),
  ...two('VCLS', 'A8.8.299', '00', '1000', '{st}', misc.countLeadingSigns, { sizes: SMALL }),
  ...two('VCLZ', 'A8.8.302', '00', '1001', '{i}', misc.countLeadingZeros, { sizes: SMALL }),
  ...two('VCNT', 'A8.8.304', '00', '1010', '8', misc.countBits, { size: '00' }),
  ...two('VMVN', 'A8.8.354', '00', '1011', '', misc.invertBits, { size: '00' }),
  ...two('VPADAL', 'A8.8.360', '00', '110 U:1', '{t}', misc.pairwiseAddAccumulateLong, { sizes: SMALL }),
  ...two('VQABS', 'A8.8.368', '00', '1110', '{st}', misc.saturatingAbsolute, { sizes: SMALL }),
  ...two('VQNEG', 'A8.8.375', '00', '1111', '{st}', misc.saturatingNegate, { sizes: SMALL }),
];

const ZERO = { more: ', #0' };

/** Comparisons with zero, absolute value and negation: bit 10 says floating point. */
function signed(
  name: string,
  section: string,
  b: string,
  type: string,
  integer: Handler,
  floating: Handler,
  zero = true,
) {
  const more = zero ? ZERO : {};
  return [
    ...two(name, section, '01', `0${b}`, type, integer, { sizes: SMALL, ...more }),
    ...two(name, section, '01', `1${b}`, 'f32', floating, { size: '10', cost: 'neonFloat', ...more }),
  ];
}

const signRows: readonly Row[] = [
  ...signed('VCGT', 'A8.8.298', '000', '{st}', misc.greaterThanZero, float.greaterThanZero),
  ...signed('VCGE', 'A8.8.296', '001', '{st}', misc.atLeastZero, float.atLeastZero),
  ...signed('VCEQ', 'A8.8.292', '010', '{i}', misc.equalToZero, float.equalToZero),
  ...signed('VCLE', 'A8.8.298', '011', '{st}', misc.atMostZero, float.atMostZero),
  ...signed('VCLT', 'A8.8.301', '100', '{st}', misc.lessThanZero, float.lessThanZero),
  ...signed('VABS', 'A8.8.280', '110', '{st}', misc.absoluteValue, float.absolute, false),
  ...signed('VNEG', 'A8.8.355', '111', '{st}', misc.negation, float.negate, false),
];

const MOVE = { cost: 'neonMove' };
/** Two registers at once are no pair of 32-bit lanes in D registers. */
const notPairs = { sizes: SMALL, ...MOVE, when: (x: { Q: number; size: number }) => x.Q === 1 || x.size < 2 };
const differ = { when: (x: { Vd: number; Vm: number }) => x.Vd !== x.Vm };
const NARROW = { sizes: SMALL, shape: 'd-q' };

const moveRows: readonly Row[] = [
  ...two('VSWP', 'A8.8.418', '10', '0000', '', permute.swap, { size: '00', ...MOVE }),
  ...two('VTRN', 'A8.8.420', '10', '0001', '{bits}', permute.transpose, { sizes: SMALL, ...MOVE, ...differ }),
  ...two('VUZP', 'A8.8.422', '10', '0010', '{bits}', permute.unzip, bothConditions(notPairs, differ)),
  ...two('VZIP', 'A8.8.423', '10', '0011', '{bits}', permute.zip, bothConditions(notPairs, differ)),
  ...two('VMOVN', 'A8.8.347', '10', '0100', '{iw}', shift.moveNarrow, NARROW, '0'),
  ...two('VQMOVUN', 'A8.8.374', '10', '0100', '{stw}', shift.narrowSaturated(false, shift.toUnsigned), NARROW, '1'),
  ...two('VQMOVN', 'A8.8.374', '10', '0101', '{tw}', shift.narrowSaturated(false, shift.byU), NARROW, 'U:1'),
  ...two(
    'VSHLL',
    'A8.8.384',
    '10',
    '0110',
    '{i}',
    bySize(shift.leftLong),
    { sizes: SMALL, shape: 'q-d', more: ', {fullshift}' },
    '0',
  ),
  ...two(
    'VCVT',
    'A8.8.310',
    '10',
    '1100',
    'f16.f32',
    float.toHalf,
    { size: '01', shape: 'd-q', cost: 'neonFloat' },
    '0',
  ),
  ...two(
    'VCVT',
    'A8.8.310',
    '10',
    '1110',
    'f32.f16',
    float.fromHalf,
    { size: '01', shape: 'q-d', cost: 'neonFloat' },
    '0',
  ),
];

function bothConditions(one: typeof notPairs, other: typeof differ): MiscOptions {
  return { ...one, when: (x) => one.when(x) && other.when(x) };
}

/** The handler with x.shift the lanes' size. */
function bySize(lift: Handler): Handler {
  return (x) => {
    const { shift: before } = x;
    x.shift = 8 << x.size;
    lift(x);
    x.shift = before;
  };
}

const FLOAT = { size: '10', cost: 'neonFloat' };

const floatRows: readonly Row[] = [
  ...two('VRECPE', 'A8.8.371', '11', '1000', 'u32', float.reciprocalEstimateInteger, FLOAT),
  ...two('VRECPE', 'A8.8.371', '11', '1010', 'f32', float.reciprocalEstimate, FLOAT),
  ...two('VRSQRTE', 'A8.8.378', '11', '1001', 'u32', float.rootEstimateInteger, FLOAT),
  ...two('VRSQRTE', 'A8.8.378', '11', '1011', 'f32', float.rootEstimate, FLOAT),
  ...two('VCVT', 'A8.8.305', '11', '1100', 'f32.s32', float.fromInteger(0), FLOAT),
  ...two('VCVT', 'A8.8.305', '11', '1101', 'f32.u32', float.fromInteger(1), FLOAT),
  ...two('VCVT', 'A8.8.305', '11', '1110', 's32.f32', float.toInteger(0), FLOAT),
  ...two('VCVT', 'A8.8.305', '11', '1111', 'u32.f32', float.toInteger(1), FLOAT),
];

/** VDUP (scalar): imm4 has the lanes' size and the lane. */
const duplicates: readonly Row[] = (
  [
    ['index:3 1', 0],
    ['index:2 10', 1],
    ['index:1 100', 2],
  ] as const
).flatMap(([imm4, size]) =>
  neon(
    'VDUP',
    'A8.8.313',
    `1111 0011 1 D 11 ${imm4} Vd 11000 Q:1 M 0 Vm`,
    'vdup{c}.{bits} {d}, {Dm}[{index}]',
    'v-d',
    'neonMove',
    permute.duplicate,
    { fixed: { size } },
  ),
);

export const miscRows: readonly Row[] = [...integerRows, ...signRows, ...moveRows, ...floatRows, ...duplicates];
