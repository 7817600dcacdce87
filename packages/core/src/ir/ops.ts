/**
 * The IR's one table of operations. Builder, printer, verifier, interpreter and
 * WebAssembly translator all follow from it: an operation is added here, once.
 *
 * A value is a number in its block, of one of five types. Comparisons give an i32 of 0 or 1.
 * Unless said otherwise an operation means what the WebAssembly instruction of that name means
 * (shift counts taken modulo the width, for example); where WebAssembly would trap (division by
 * zero or overflow, float-to-integer out of range) the lift must have excluded the case before.
 */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

/**
 * What an operation touches beside its arguments.
 * - `pure`: nothing; may be folded, moved and dropped.
 * - `slot`: a CPU state slot (see StateLayout).
 * - `load` / `store`: guest memory; may leave the block at this instruction (precise exit).
 * - `helper`: runs host code on unpromoted state (see HelperTable); never leaves.
 * - `trap`: may leave the block by raising a trap.
 */
export type Effect = 'pure' | 'slot' | 'load' | 'store' | 'helper' | 'trap';

/** What the immediate of an operation is. */
export type ImmKind = 'none' | 'i32' | 'lane' | 'slot' | 'state' | 'helper' | 'vector' | 'constant';

export interface OpSpec {
  readonly args: readonly ValueType[];
  /** `undefined`: the operation has no result. */
  readonly result: ValueType | undefined;
  readonly effect: Effect;
  readonly imm: ImmKind;
  /** The WebAssembly opcode, when one instruction is all there is (0xfdNN for SIMD opcode NN, 0xfcNN for saturating conversions). */
  readonly wasm: number;
  /** One sentence of meaning, where the name is not enough. */
  readonly note: string;
}

type ImmOf<P> = P extends { readonly imm: infer I extends ImmKind } ? I : 'none';

function op<
  const A extends readonly ValueType[],
  const R extends ValueType | undefined,
  const P extends Partial<OpSpec> = object,
>(
  args: A,
  result: R,
  wasm = 0,
  rest?: P,
): { args: A; result: R; effect: Effect; imm: ImmOf<P>; wasm: number; note: string } {
  return { args, result, effect: 'pure', imm: 'none', note: '', ...rest, wasm } as never;
}

const i32 = 'i32';
const i64 = 'i64';
const f32 = 'f32';
const f64 = 'f64';
const v128 = 'v128';

const bin32 = (wasm: number) => op([i32, i32], i32, wasm);
const un32 = (wasm: number) => op([i32], i32, wasm);
const bin64 = (wasm: number) => op([i64, i64], i64, wasm);
const cmp64 = (wasm: number) => op([i64, i64], i32, wasm);
const un64 = (wasm: number) => op([i64], i64, wasm);
const binF32 = (wasm: number) => op([f32, f32], f32, wasm);
const unF32 = (wasm: number) => op([f32], f32, wasm);
const cmpF32 = (wasm: number) => op([f32, f32], i32, wasm);
const binF64 = (wasm: number) => op([f64, f64], f64, wasm);
const unF64 = (wasm: number) => op([f64], f64, wasm);
const cmpF64 = (wasm: number) => op([f64, f64], i32, wasm);
const binV = (wasm: number) => op([v128, v128], v128, wasm);
const unV = (wasm: number) => op([v128], v128, wasm);
const shiftV = (wasm: number) => op([v128, i32], v128, wasm);
const load = <const R extends ValueType>(result: R, note: string) => op([i32], result, 0, { effect: 'load', note });
const store = <const T extends ValueType>(type: T, note: string) =>
  op([i32, type], undefined, 0, { effect: 'store', note });

/** A load on a condition: address, condition, what the result is without it. */
const loadIf = (plain: string) =>
  op([i32, i32, i32], i32, 0, { effect: 'load', note: `${plain} if second is non-zero, else third and no access` });
/** A store on a condition: address, value, condition. */
const storeIf = (plain: string) =>
  op([i32, i32, i32], undefined, 0, { effect: 'store', note: `${plain} if third is non-zero` });

export const OPS = {
  // ---- i32 ----
  const32: op([], i32, 0x41, { imm: 'i32', note: 'the immediate' }),
  add: bin32(0x6a),
  sub: bin32(0x6b),
  mul: bin32(0x6c),
  divS: bin32(0x6d),
  divU: bin32(0x6e),
  remS: bin32(0x6f),
  remU: bin32(0x70),
  and: bin32(0x71),
  or: bin32(0x72),
  xor: bin32(0x73),
  shl: bin32(0x74),
  shrS: bin32(0x75),
  shrU: bin32(0x76),
  rotl: bin32(0x77),
  rotr: bin32(0x78),
  clz: un32(0x67),
  ctz: un32(0x68),
  popcnt: un32(0x69),
  ext8: un32(0xc0),
  ext16: un32(0xc1),
  eqz: un32(0x45),
  eq: bin32(0x46),
  ne: bin32(0x47),
  ltS: bin32(0x48),
  ltU: bin32(0x49),
  gtS: bin32(0x4a),
  gtU: bin32(0x4b),
  leS: bin32(0x4c),
  leU: bin32(0x4d),
  geS: bin32(0x4e),
  geU: bin32(0x4f),
  select: op([i32, i32, i32], i32, 0x1b, { note: 'first if third is non-zero, else second' }),
  andThen: op([i32, i32], i32, 0x71, {
    note: 'and, of conditions: the first rarely holds, and a translated trapIf computes the second only then',
  }),

  // ---- i64 ----
  const64: op([], i64, 0x42, { imm: 'constant', note: 'constants[imm] is [low, high]' }),
  add64: bin64(0x7c),
  sub64: bin64(0x7d),
  mul64: bin64(0x7e),
  divS64: bin64(0x7f),
  divU64: bin64(0x80),
  remS64: bin64(0x81),
  remU64: bin64(0x82),
  and64: bin64(0x83),
  or64: bin64(0x84),
  xor64: bin64(0x85),
  shl64: bin64(0x86),
  shrS64: bin64(0x87),
  shrU64: bin64(0x88),
  rotl64: bin64(0x89),
  rotr64: bin64(0x8a),
  clz64: un64(0x79),
  ctz64: un64(0x7a),
  eqz64: op([i64], i32, 0x50),
  eq64: cmp64(0x51),
  ne64: cmp64(0x52),
  ltS64: cmp64(0x53),
  ltU64: cmp64(0x54),
  gtS64: cmp64(0x55),
  gtU64: cmp64(0x56),
  select64: op([i64, i64, i32], i64, 0x1b, { note: 'first if third is non-zero, else second' }),
  extendS: op([i32], i64, 0xac, { note: 'i64.extend_i32_s' }),
  extendU: op([i32], i64, 0xad, { note: 'i64.extend_i32_u' }),
  wrap: op([i64], i32, 0xa7, { note: 'i32.wrap_i64' }),

  // ---- floating point: IEEE 754, round to nearest even, NaN bits as WebAssembly leaves them ----
  addF32: binF32(0x92),
  subF32: binF32(0x93),
  mulF32: binF32(0x94),
  divF32: binF32(0x95),
  sqrtF32: unF32(0x91),
  absF32: unF32(0x8b),
  negF32: unF32(0x8c),
  nearestF32: unF32(0x90),
  ceilF32: unF32(0x8d),
  floorF32: unF32(0x8e),
  truncF32: unF32(0x8f),
  eqF32: cmpF32(0x5b),
  neF32: cmpF32(0x5c),
  ltF32: cmpF32(0x5d),
  gtF32: cmpF32(0x5e),
  leF32: cmpF32(0x5f),
  geF32: cmpF32(0x60),
  addF64: binF64(0xa0),
  subF64: binF64(0xa1),
  mulF64: binF64(0xa2),
  divF64: binF64(0xa3),
  sqrtF64: unF64(0x9f),
  absF64: unF64(0x99),
  negF64: unF64(0x9a),
  nearestF64: unF64(0x9e),
  ceilF64: unF64(0x9b),
  floorF64: unF64(0x9c),
  truncF64: unF64(0x9d),
  eqF64: cmpF64(0x61),
  neF64: cmpF64(0x62),
  ltF64: cmpF64(0x63),
  gtF64: cmpF64(0x64),
  leF64: cmpF64(0x65),
  geF64: cmpF64(0x66),
  selectF32: op([f32, f32, i32], f32, 0x1b, { note: 'first if third is non-zero, else second' }),
  selectF64: op([f64, f64, i32], f64, 0x1b, { note: 'first if third is non-zero, else second' }),
  promote: op([f32], f64, 0xbb),
  demote: op([f64], f32, 0xb6),
  f64FromI32S: op([i32], f64, 0xb7),
  f64FromI32U: op([i32], f64, 0xb8),
  f64FromI64S: op([i64], f64, 0xb9),
  f32FromI32S: op([i32], f32, 0xb2),
  f32FromI64S: op([i64], f32, 0xb4),
  f32FromI32U: op([i32], f32, 0xb3),
  i32FromF32Sat: op([f32], i32, 0xfc00, { note: 'i32.trunc_sat_f32_s' }),
  i32FromF64Sat: op([f64], i32, 0xfc02, { note: 'i32.trunc_sat_f64_s' }),
  i32FromF32SatU: op([f32], i32, 0xfc01, { note: 'i32.trunc_sat_f32_u' }),
  i32FromF64SatU: op([f64], i32, 0xfc03, { note: 'i32.trunc_sat_f64_u' }),
  i64FromF64Sat: op([f64], i64, 0xfc06, { note: 'i64.trunc_sat_f64_s' }),
  bitsOfF32: op([f32], i32, 0xbc, { note: 'i32.reinterpret_f32' }),
  bitsOfF64: op([f64], i64, 0xbd, { note: 'i64.reinterpret_f64' }),
  f32OfBits: op([i32], f32, 0xbe, { note: 'f32.reinterpret_i32' }),
  f64OfBits: op([i64], f64, 0xbf, { note: 'f64.reinterpret_i64' }),

  // ---- v128 ----
  constV: op([], v128, 0xfd0c, { imm: 'constant', note: 'constants[imm] is four i32 words, lowest first' }),
  andV: binV(0xfd4e),
  andnotV: op([v128, v128], v128, 0xfd4f, { note: 'first AND NOT second' }),
  orV: binV(0xfd50),
  xorV: binV(0xfd51),
  bitselectV: op([v128, v128, v128], v128, 0xfd52, { note: 'first where third has ones, else second' }),
  selectV: op([v128, v128, i32], v128, 0x1b, { note: 'first if third is non-zero, else second' }),
  anyV: op([v128], i32, 0xfd53, { note: 'v128.any_true' }),
  shuffleV: op([v128, v128], v128, 0xfd0d, {
    imm: 'constant',
    note: 'i8x16.shuffle; constants[imm] holds 16 lane numbers as four i32 words',
  }),
  swizzleV: binV(0xfd0e),
  splat8: op([i32], v128, 0xfd0f),
  splat16: op([i32], v128, 0xfd10),
  splat32: op([i32], v128, 0xfd11),
  splat64: op([i64], v128, 0xfd12),
  splatF32: op([f32], v128, 0xfd13),
  splatF64: op([f64], v128, 0xfd14),
  laneU8: op([v128], i32, 0xfd16, { imm: 'lane' }),
  laneU16: op([v128], i32, 0xfd19, { imm: 'lane' }),
  lane32: op([v128], i32, 0xfd1b, { imm: 'lane' }),
  lane64: op([v128], i64, 0xfd1d, { imm: 'lane' }),
  laneF32: op([v128], f32, 0xfd1f, { imm: 'lane' }),
  laneF64: op([v128], f64, 0xfd21, { imm: 'lane' }),
  withLane8: op([v128, i32], v128, 0xfd17, { imm: 'lane' }),
  withLane16: op([v128, i32], v128, 0xfd1a, { imm: 'lane' }),
  withLane32: op([v128, i32], v128, 0xfd1c, { imm: 'lane' }),
  withLane64: op([v128, i64], v128, 0xfd1e, { imm: 'lane' }),
  withLaneF32: op([v128, f32], v128, 0xfd20, { imm: 'lane' }),
  withLaneF64: op([v128, f64], v128, 0xfd22, { imm: 'lane' }),
  add8x16: binV(0xfd6e),
  addSatS8x16: binV(0xfd6f),
  addSatU8x16: binV(0xfd70),
  sub8x16: binV(0xfd71),
  subSatS8x16: binV(0xfd72),
  subSatU8x16: binV(0xfd73),
  minS8x16: binV(0xfd76),
  minU8x16: binV(0xfd77),
  maxS8x16: binV(0xfd78),
  maxU8x16: binV(0xfd79),
  avgrU8x16: binV(0xfd7b),
  eq8x16: binV(0xfd23),
  gtS8x16: binV(0xfd27),
  gtU8x16: binV(0xfd28),
  geS8x16: binV(0xfd2b),
  geU8x16: binV(0xfd2c),
  abs8x16: unV(0xfd60),
  neg8x16: unV(0xfd61),
  popcnt8x16: unV(0xfd62),
  shl8x16: shiftV(0xfd6b),
  shrS8x16: shiftV(0xfd6c),
  shrU8x16: shiftV(0xfd6d),
  extendLowS8x16: unV(0xfd87),
  extendHighS8x16: unV(0xfd88),
  extendLowU8x16: unV(0xfd89),
  extendHighU8x16: unV(0xfd8a),
  pairwiseS8x16: op([v128], v128, 0xfd7c, { note: 'i16x8.extadd_pairwise_i8x16_s' }),
  pairwiseU8x16: op([v128], v128, 0xfd7d, { note: 'i16x8.extadd_pairwise_i8x16_u' }),
  mulLowS8x16: op([v128, v128], v128, 0xfd9c, { note: 'i16x8.extmul_low_i8x16_s' }),
  mulLowU8x16: op([v128, v128], v128, 0xfd9e, { note: 'i16x8.extmul_low_i8x16_u' }),
  bitmask8x16: op([v128], i32, 0xfd64),
  narrowS16x8: op([v128, v128], v128, 0xfd65, { note: 'i8x16.narrow_i16x8_s: signed saturation (PACKSSWB)' }),
  narrowU16x8: op([v128, v128], v128, 0xfd66, { note: 'i8x16.narrow_i16x8_u: unsigned saturation (PACKUSWB)' }),
  add16x8: binV(0xfd8e),
  addSatS16x8: binV(0xfd8f),
  addSatU16x8: binV(0xfd90),
  sub16x8: binV(0xfd91),
  subSatS16x8: binV(0xfd92),
  subSatU16x8: binV(0xfd93),
  mul16x8: binV(0xfd95),
  minS16x8: binV(0xfd96),
  minU16x8: binV(0xfd97),
  maxS16x8: binV(0xfd98),
  maxU16x8: binV(0xfd99),
  avgrU16x8: binV(0xfd9b),
  eq16x8: binV(0xfd2d),
  gtS16x8: binV(0xfd31),
  gtU16x8: binV(0xfd32),
  geS16x8: binV(0xfd35),
  geU16x8: binV(0xfd36),
  abs16x8: unV(0xfd80),
  neg16x8: unV(0xfd81),
  pairwiseS16x8: op([v128], v128, 0xfd7e, { note: 'i32x4.extadd_pairwise_i16x8_s' }),
  pairwiseU16x8: op([v128], v128, 0xfd7f, { note: 'i32x4.extadd_pairwise_i16x8_u' }),
  mulLowS16x8: op([v128, v128], v128, 0xfdbc, { note: 'i32x4.extmul_low_i16x8_s' }),
  mulLowU16x8: op([v128, v128], v128, 0xfdbe, { note: 'i32x4.extmul_low_i16x8_u' }),
  q15MulSat16x8: op([v128, v128], v128, 0xfd82, { note: 'i16x8.q15mulr_sat_s' }),
  shl16x8: shiftV(0xfd8b),
  shrS16x8: shiftV(0xfd8c),
  shrU16x8: shiftV(0xfd8d),
  narrowS32x4: op([v128, v128], v128, 0xfd85, { note: 'i16x8.narrow_i32x4_s (PACKSSDW)' }),
  narrowU32x4: op([v128, v128], v128, 0xfd86, { note: 'i16x8.narrow_i32x4_u' }),
  extendLowS16x8: unV(0xfda7),
  extendHighS16x8: unV(0xfda8),
  extendLowU16x8: unV(0xfda9),
  extendHighU16x8: unV(0xfdaa),
  add32x4: binV(0xfdae),
  sub32x4: binV(0xfdb1),
  mul32x4: binV(0xfdb5),
  dotS16x8: op([v128, v128], v128, 0xfdba, { note: 'i32x4.dot_i16x8_s (PMADDWD)' }),
  eq32x4: binV(0xfd37),
  gtS32x4: binV(0xfd3b),
  gtU32x4: binV(0xfd3c),
  geS32x4: binV(0xfd3f),
  geU32x4: binV(0xfd40),
  minS32x4: binV(0xfdb6),
  minU32x4: binV(0xfdb7),
  maxS32x4: binV(0xfdb8),
  maxU32x4: binV(0xfdb9),
  abs32x4: unV(0xfda0),
  neg32x4: unV(0xfda1),
  extendLowS32x4: unV(0xfdc7),
  extendHighS32x4: unV(0xfdc8),
  extendLowU32x4: unV(0xfdc9),
  extendHighU32x4: unV(0xfdca),
  shl32x4: shiftV(0xfdab),
  shrS32x4: shiftV(0xfdac),
  shrU32x4: shiftV(0xfdad),
  bitmask32x4: op([v128], i32, 0xfda4),
  add64x2: binV(0xfdce),
  sub64x2: binV(0xfdd1),
  shl64x2: shiftV(0xfdcb),
  shrU64x2: shiftV(0xfdcd),
  shrS64x2: shiftV(0xfdcc),
  eq64x2: binV(0xfdd6),
  gtS64x2: binV(0xfdd9),
  mul64x2: binV(0xfdd5),
  abs64x2: unV(0xfdc0),
  neg64x2: unV(0xfdc1),
  bitmask64x2: op([v128], i32, 0xfdc4),
  mulLowU32x4: op([v128, v128], v128, 0xfdde, { note: 'i64x2.extmul_low_i32x4_u' }),
  mulLowS32x4: op([v128, v128], v128, 0xfddc, { note: 'i64x2.extmul_low_i32x4_s' }),
  addF32x4: binV(0xfde4),
  subF32x4: binV(0xfde5),
  mulF32x4: binV(0xfde6),
  divF32x4: binV(0xfde7),
  sqrtF32x4: unV(0xfde3),
  absF32x4: unV(0xfde0),
  negF32x4: unV(0xfde1),
  minF32x4: binV(0xfde8),
  maxF32x4: binV(0xfde9),
  eqF32x4: binV(0xfd41),
  neF32x4: binV(0xfd42),
  ltF32x4: binV(0xfd43),
  gtF32x4: binV(0xfd44),
  leF32x4: binV(0xfd45),
  geF32x4: binV(0xfd46),
  addF64x2: binV(0xfdf0),
  subF64x2: binV(0xfdf1),
  mulF64x2: binV(0xfdf2),
  divF64x2: binV(0xfdf3),
  sqrtF64x2: unV(0xfdef),
  fusedF64x2: op([v128, v128, v128], v128, 0xfd107, {
    note: 'first * second + third, rounded once: f64x2.relaxed_madd, only where the host fuses it (host-fusion.ts)',
  }),
  eqF64x2: binV(0xfd47),
  neF64x2: binV(0xfd48),
  ltF64x2: binV(0xfd49),
  gtF64x2: binV(0xfd4a),
  leF64x2: binV(0xfd4b),
  geF64x2: binV(0xfd4c),
  f32x4FromI32x4S: unV(0xfdfa),
  f32x4FromI32x4U: unV(0xfdfb),
  i32x4FromF32x4SatS: op([v128], v128, 0xfdf8, { note: 'i32x4.trunc_sat_f32x4_s' }),
  i32x4FromF32x4SatU: op([v128], v128, 0xfdf9, { note: 'i32x4.trunc_sat_f32x4_u' }),
  f64x2FromI32x4S: op([v128], v128, 0xfdfe, { note: 'f64x2.convert_low_i32x4_s' }),
  promoteLowF32x4: unV(0xfd5f),
  demoteF64x2: op([v128], v128, 0xfd5e, { note: 'f32x4.demote_f64x2_zero' }),

  // ---- CPU state. A slot has one type and is only ever used whole; slots live in locals in translated code ----
  get: op([], i32, 0, { effect: 'slot', imm: 'slot', note: 'the i32 slot' }),
  set: op([i32], undefined, 0, { effect: 'slot', imm: 'slot' }),
  get64: op([], i64, 0, { effect: 'slot', imm: 'slot' }),
  set64: op([i64], undefined, 0, { effect: 'slot', imm: 'slot' }),
  getF64: op([], f64, 0, { effect: 'slot', imm: 'slot' }),
  setF64: op([f64], undefined, 0, { effect: 'slot', imm: 'slot' }),
  getV: op([], v128, 0, { effect: 'slot', imm: 'slot' }),
  setV: op([v128], undefined, 0, { effect: 'slot', imm: 'slot' }),

  // ---- unpromoted CPU state (StateLayout arrays): byte offset `imm` plus the index argument in bytes ----
  peek32: op([i32], i32, 0, { effect: 'slot', imm: 'state', note: 'i32 at state + imm + argument' }),
  poke32: op([i32, i32], undefined, 0, {
    effect: 'slot',
    imm: 'state',
    note: 'second argument to state + imm + first',
  }),
  peek64: op([i32], i64, 0, { effect: 'slot', imm: 'state' }),
  poke64: op([i32, i64], undefined, 0, { effect: 'slot', imm: 'state' }),

  // ---- guest memory: first argument is the virtual address (segment base already added) ----
  load8u: load(i32, 'zero-extended byte'),
  load8s: load(i32, 'sign-extended byte'),
  load16u: load(i32, 'zero-extended half-word'),
  load16s: load(i32, 'sign-extended half-word'),
  load32: load(i32, 'word'),
  load64: load(i64, 'double word'),
  loadF32: load(f32, 'single'),
  loadF64: load(f64, 'double'),
  loadV: load(v128, '16 bytes'),
  load8uW: load(i32, 'as load8u, but faults as a write would: the load of a read-modify-write'),
  load16uW: load(i32, 'as load16u, but faults as a write would'),
  load32W: load(i32, 'as load32, but faults as a write would'),
  load32S: load(
    i32,
    'as load32, with supervisor rights: what the CPU itself reads (a descriptor) for an instruction that traps; a fault of it counts the instruction',
  ),
  load64W: load(i64, 'as load64, but faults as a write would'),
  store8: store(i32, 'low byte'),
  store16: store(i32, 'low half-word'),
  store32: store(i32, 'word'),
  store32S: store(i32, 'as store32, with supervisor rights'),
  store64: store(i64, 'double word'),
  storeF32: store(f32, 'single'),
  storeF64: store(f64, 'double'),
  storeV: store(v128, '16 bytes'),
  load8uIf: loadIf('load8u'),
  load8sIf: loadIf('load8s'),
  load16uIf: loadIf('load16u'),
  load16sIf: loadIf('load16s'),
  load32If: loadIf('load32'),
  store8If: storeIf('store8'),
  store16If: storeIf('store16'),
  store32If: storeIf('store32'),
  probeW: op([i32], undefined, 0, {
    effect: 'load',
    imm: 'i32',
    note: 'faults as a write of `imm` bytes at the address would; touches nothing',
  }),

  // ---- the world ----
  helper: op([i32, i32, i32], i32, 0, {
    effect: 'helper',
    imm: 'helper',
    note: 'host function on unpromoted state and values; cannot fault or leave',
  }),
  trapIf: op([i32, i32], undefined, 0, {
    effect: 'trap',
    imm: 'vector',
    note: 'if first is non-zero raise trap `imm` with error code second, at this instruction',
  }),
  cycles: op([], i64, 0, { effect: 'slot', note: 'exact cycle counter, this instruction not included' }),
  interrupts: op([], i32, 0, {
    effect: 'slot',
    note: 'the interrupt request lines that are up, a bit each; an instruction that lets them in leaves by an assist then',
  }),
} as const satisfies Record<string, OpSpec>;

export type OpName = keyof typeof OPS;

export const OP_NAMES = Object.keys(OPS) as readonly OpName[];

/** The operation's number in encoded blocks: its place in the table. */
export const OP_NUMBER = Object.freeze(Object.fromEntries(OP_NAMES.map((name, number) => [name, number]))) as Readonly<
  Record<OpName, number>
>;

/** Specs by number. */
export const OP_SPECS: readonly OpSpec[] = OP_NAMES.map((name) => OPS[name]);

/** The plain access behind each access on a condition, by operation number. */
export const UNCONDITIONAL: ReadonlyMap<number, number> = new Map(
  OP_NAMES.filter((name) => name.endsWith('If') && name !== 'trapIf').map((name) => [
    OP_NUMBER[name],
    OP_NUMBER[name.slice(0, -2) as OpName],
  ]),
);

/** Lanes by lane operation: its immediate is below that. */
export const LANES: Readonly<Partial<Record<OpName, number>>> = {
  ...{ laneU8: 16, withLane8: 16, laneU16: 8, withLane16: 8 },
  ...{ lane32: 4, withLane32: 4, laneF32: 4, withLaneF32: 4 },
  ...{ lane64: 2, withLane64: 2, laneF64: 2, withLaneF64: 2 },
};
