/** Text names of WebAssembly's instructions by opcode. Core specification, appendix "Index of Instructions". */

/** Runs of names: first opcode, names in order ('-' for one that is not assigned). */
type Runs = readonly (readonly [first: number, names: string])[];

const COMPARISONS = 'eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u';
const FLOAT_COMPARISONS = 'eq ne lt gt le ge';
const INTEGERS = 'clz ctz popcnt add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr';
const FLOATS = 'abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign';

const withType = (type: string, names: string): string =>
  names
    .split(' ')
    .map((name) => (name === '-' ? name : `${type}.${name}`))
    .join(' ');

const PLAIN: Runs = [
  [0x00, 'unreachable nop block loop if else'],
  [0x0b, 'end br br_if br_table return call call_indirect return_call return_call_indirect'],
  [0x1a, 'drop select select'],
  [0x20, 'local.get local.set local.tee global.get global.set table.get table.set'],
  [0x28, 'i32.load i64.load f32.load f64.load i32.load8_s i32.load8_u i32.load16_s i32.load16_u'],
  [0x30, 'i64.load8_s i64.load8_u i64.load16_s i64.load16_u i64.load32_s i64.load32_u'],
  [0x36, 'i32.store i64.store f32.store f64.store i32.store8 i32.store16 i64.store8 i64.store16 i64.store32'],
  [0x3f, 'memory.size memory.grow i32.const i64.const f32.const f64.const'],
  [0x45, withType('i32', `eqz ${COMPARISONS}`)],
  [0x50, withType('i64', `eqz ${COMPARISONS}`)],
  [0x5b, withType('f32', FLOAT_COMPARISONS)],
  [0x61, withType('f64', FLOAT_COMPARISONS)],
  [0x67, withType('i32', INTEGERS)],
  [0x79, withType('i64', INTEGERS)],
  [0x8b, withType('f32', FLOATS)],
  [0x99, withType('f64', FLOATS)],
  [0xa7, 'i32.wrap_i64 i32.trunc_f32_s i32.trunc_f32_u i32.trunc_f64_s i32.trunc_f64_u'],
  [0xac, 'i64.extend_i32_s i64.extend_i32_u i64.trunc_f32_s i64.trunc_f32_u i64.trunc_f64_s i64.trunc_f64_u'],
  [0xb2, 'f32.convert_i32_s f32.convert_i32_u f32.convert_i64_s f32.convert_i64_u f32.demote_f64'],
  [0xb7, 'f64.convert_i32_s f64.convert_i32_u f64.convert_i64_s f64.convert_i64_u f64.promote_f32'],
  [0xbc, 'i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32 f64.reinterpret_i64'],
  [0xd2, 'ref.func'],
  [0xc0, 'i32.extend8_s i32.extend16_s i64.extend8_s i64.extend16_s i64.extend32_s'],
];

/** Behind the prefix FC. */
const MISCELLANEOUS: Runs = [
  [0, withType('i32', 'trunc_sat_f32_s trunc_sat_f32_u trunc_sat_f64_s trunc_sat_f64_u')],
  [4, withType('i64', 'trunc_sat_f32_s trunc_sat_f32_u trunc_sat_f64_s trunc_sat_f64_u')],
  [8, 'memory.init data.drop memory.copy memory.fill table.init elem.drop table.copy table.grow table.size table.fill'],
];

/** Behind the prefix FD. */
const VECTOR: Runs = [
  [0, withType('v128', 'load load8x8_s load8x8_u load16x4_s load16x4_u load32x2_s load32x2_u')],
  [7, withType('v128', 'load8_splat load16_splat load32_splat load64_splat store const')],
  [13, 'i8x16.shuffle i8x16.swizzle i8x16.splat i16x8.splat i32x4.splat i64x2.splat f32x4.splat f64x2.splat'],
  [21, withType('i8x16', 'extract_lane_s extract_lane_u replace_lane')],
  [24, withType('i16x8', 'extract_lane_s extract_lane_u replace_lane')],
  [27, withType('i32x4', 'extract_lane replace_lane')],
  [29, withType('i64x2', 'extract_lane replace_lane')],
  [31, withType('f32x4', 'extract_lane replace_lane')],
  [33, withType('f64x2', 'extract_lane replace_lane')],
  [35, withType('i8x16', COMPARISONS)],
  [45, withType('i16x8', COMPARISONS)],
  [55, withType('i32x4', COMPARISONS)],
  [65, withType('f32x4', FLOAT_COMPARISONS)],
  [71, withType('f64x2', FLOAT_COMPARISONS)],
  [77, withType('v128', 'not and andnot or xor bitselect any_true')],
  [84, withType('v128', 'load8_lane load16_lane load32_lane load64_lane')],
  [88, withType('v128', 'store8_lane store16_lane store32_lane store64_lane load32_zero load64_zero')],
  [94, 'f32x4.demote_f64x2_zero f64x2.promote_low_f32x4'],
  [96, withType('i8x16', 'abs neg popcnt all_true bitmask narrow_i16x8_s narrow_i16x8_u')],
  [103, withType('f32x4', 'ceil floor trunc nearest')],
  [107, withType('i8x16', 'shl shr_s shr_u add add_sat_s add_sat_u sub sub_sat_s sub_sat_u')],
  [116, 'f64x2.ceil f64x2.floor i8x16.min_s i8x16.min_u i8x16.max_s i8x16.max_u f64x2.trunc i8x16.avgr_u'],
  [124, 'i16x8.extadd_pairwise_i8x16_s i16x8.extadd_pairwise_i8x16_u'],
  [126, 'i32x4.extadd_pairwise_i16x8_s i32x4.extadd_pairwise_i16x8_u'],
  [128, withType('i16x8', 'abs neg q15mulr_sat_s all_true bitmask narrow_i32x4_s narrow_i32x4_u')],
  [135, withType('i16x8', 'extend_low_i8x16_s extend_high_i8x16_s extend_low_i8x16_u extend_high_i8x16_u')],
  [139, withType('i16x8', 'shl shr_s shr_u add add_sat_s add_sat_u sub sub_sat_s sub_sat_u')],
  [148, 'f64x2.nearest i16x8.mul i16x8.min_s i16x8.min_u i16x8.max_s i16x8.max_u - i16x8.avgr_u'],
  [156, withType('i16x8', 'extmul_low_i8x16_s extmul_high_i8x16_s extmul_low_i8x16_u extmul_high_i8x16_u')],
  [160, withType('i32x4', 'abs neg - all_true bitmask - -')],
  [167, withType('i32x4', 'extend_low_i16x8_s extend_high_i16x8_s extend_low_i16x8_u extend_high_i16x8_u')],
  [171, withType('i32x4', 'shl shr_s shr_u add - - sub - - - mul min_s min_u max_s max_u dot_i16x8_s -')],
  [188, withType('i32x4', 'extmul_low_i16x8_s extmul_high_i16x8_s extmul_low_i16x8_u extmul_high_i16x8_u')],
  [192, withType('i64x2', 'abs neg - all_true bitmask - -')],
  [199, withType('i64x2', 'extend_low_i32x4_s extend_high_i32x4_s extend_low_i32x4_u extend_high_i32x4_u')],
  [203, withType('i64x2', 'shl shr_s shr_u add - - sub - - - mul eq ne lt_s gt_s le_s ge_s')],
  [220, withType('i64x2', 'extmul_low_i32x4_s extmul_high_i32x4_s extmul_low_i32x4_u extmul_high_i32x4_u')],
  [224, withType('f32x4', 'abs neg - sqrt add sub mul div min max pmin pmax')],
  [236, withType('f64x2', 'abs neg - sqrt add sub mul div min max pmin pmax')],
  [248, 'i32x4.trunc_sat_f32x4_s i32x4.trunc_sat_f32x4_u f32x4.convert_i32x4_s f32x4.convert_i32x4_u'],
  [
    252,
    'i32x4.trunc_sat_f64x2_s_zero i32x4.trunc_sat_f64x2_u_zero f64x2.convert_low_i32x4_s f64x2.convert_low_i32x4_u',
  ],
  [261, 'f32x4.relaxed_madd f32x4.relaxed_nmadd f64x2.relaxed_madd f64x2.relaxed_nmadd'],
];

function table(runs: Runs): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const [first, run] of runs) {
    run.split(' ').forEach((name, place) => {
      if (name !== '-') names.set(first + place, name);
    });
  }
  return names;
}

/** By prefix (0: none), then by opcode. */
export const OPCODE_NAMES: Readonly<Record<number, ReadonlyMap<number, string>>> = {
  0: table(PLAIN),
  252: table(MISCELLANEOUS),
  253: table(VECTOR),
};
