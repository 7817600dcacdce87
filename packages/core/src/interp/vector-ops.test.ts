import { describe, expect, it } from 'vitest';
import { hostFuses } from '../ir/host-fusion.ts';
import { OP_NAMES, OPS, type OpName } from '../ir/ops.ts';
import { FloatUnit, firstNan, newUnpacked } from '../softfloat/index.ts';
import { OneOp, type Words } from '../testing/one-op.ts';
import { Random } from '../testing/random.ts';

/** Every vector operation on bit patterns, lane by lane against ordinary arithmetic. */
const machine = new OneOp();
const random = new Random(43);
const ROUNDS = 40;

type LaneArray = { [index: number]: number; readonly length: number };
const bytesOf = (words: Words): ArrayBuffer => Int32Array.from(words).buffer as ArrayBuffer;
const lanesOf = {
  s8: (words: Words) => new Int8Array(bytesOf(words)),
  u8: (words: Words) => new Uint8Array(bytesOf(words)),
  s16: (words: Words) => new Int16Array(bytesOf(words)),
  u16: (words: Words) => new Uint16Array(bytesOf(words)),
  s32: (words: Words) => new Int32Array(bytesOf(words)),
  u32: (words: Words) => new Uint32Array(bytesOf(words)),
  f32: (words: Words) => new Float32Array(bytesOf(words)),
  f64: (words: Words) => new Float64Array(bytesOf(words)),
};
type Kind = keyof typeof lanesOf;
const big = (words: Words): BigUint64Array => new BigUint64Array(bytesOf(words));
const wordsOf = (lanes: ArrayBufferView): number[] => [
  ...new Int32Array(lanes.buffer as ArrayBuffer, lanes.byteOffset, lanes.byteLength >> 2),
];
const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

interface Arguments {
  readonly a: Words;
  readonly b: Words;
  readonly c: Words;
  readonly imm: number;
}
type Model = (args: Arguments) => number[];

const unit = new FloatUnit({
  tinyBefore: false,
  defaultNan: { sign: 0, high: 0xc000_0000 | 0, low: 0 },
  signalingBitSet: false,
  pickNan: firstNan,
  infinityTimesZero: { invalid: true, defaultNan: true },
});

/** a * b + c of doubles, rounded once. */
function fused(...words: readonly Words[]): number[] {
  const [a, b, c] = words.map((double) => {
    const number = newUnpacked();
    unit.loadDouble(number, double[1]!, double[0]!);
    return number;
  });
  const result = newUnpacked();
  unit.multiplyAdd(result, a!, b!, c!);
  unit.double(result);
  return [unit.low, unit.high];
}

const bin =
  (kind: Kind, f: (a: number, b: number) => number): Model =>
  ({ a, b }) => {
    const out: LaneArray & ArrayBufferView = lanesOf[kind](a);
    const right = lanesOf[kind](b);
    for (let i = 0; i < out.length; i++) out[i] = f(out[i]!, right[i] ?? 0);
    return wordsOf(out);
  };
const compare = (kind: Kind, f: (a: number, b: number) => boolean): Model => {
  const result: Kind = kind.endsWith('8') ? 's8' : kind.endsWith('16') ? 's16' : 's32';
  return ({ a, b }) => {
    const left = lanesOf[kind](a);
    const right = lanesOf[kind](b);
    if (kind === 'f64') {
      const out = big([0, 0, 0, 0]);
      for (let i = 0; i < 2; i++) out[i] = f(left[i]!, right[i]!) ? 0xffff_ffff_ffff_ffffn : 0n;
      return wordsOf(out);
    }
    const out: LaneArray & ArrayBufferView = lanesOf[result]([0, 0, 0, 0]);
    for (let i = 0; i < out.length; i++) out[i] = f(left[i]!, right[i]!) ? -1 : 0;
    return wordsOf(out);
  };
};
/** Shift counts are taken modulo the lane width. */
const shift = (kind: Kind, f: (lane: number, count: number) => number): Model => {
  const width = Number(kind.slice(1));
  return ({ a, b }) => bin(kind, (lane) => f(lane, b[0]! & (width - 1)))({ a, b: a, c: a, imm: 0 });
};
const bin64 =
  (f: (a: bigint, b: bigint) => bigint): Model =>
  ({ a, b }) => {
    const out = big(a);
    const right = big(b);
    for (let i = 0; i < 2; i++) out[i] = BigInt.asUintN(64, f(out[i]!, right[i]!));
    return wordsOf(out);
  };
const shift64 =
  (f: (lane: bigint, count: bigint) => bigint): Model =>
  ({ a, b }) => {
    const out = big(a);
    for (let i = 0; i < 2; i++) out[i] = BigInt.asUintN(64, f(out[i]!, BigInt(b[0]! & 63)));
    return wordsOf(out);
  };
const bitmask =
  (kind: Kind): Model =>
  ({ a }) => {
    let mask = 0;
    const lanes = lanesOf[kind](a);
    for (let i = 0; i < lanes.length; i++) if (lanes[i]! < 0) mask |= 1 << i;
    return [mask];
  };
const narrow = (from: Kind, to: Kind, low: number, high: number): Model => {
  return ({ a, b }) => {
    const out: LaneArray & ArrayBufferView = lanesOf[to]([0, 0, 0, 0]);
    const all = [...lanesOf[from](a), ...lanesOf[from](b)];
    for (let i = 0; i < out.length; i++) out[i] = clamp(all[i]!, low, high);
    return wordsOf(out);
  };
};
const extend =
  (from: Kind, to: Kind, first: number): Model =>
  ({ a }) => {
    const out: LaneArray & ArrayBufferView = lanesOf[to]([0, 0, 0, 0]);
    const lanes = lanesOf[from](a);
    for (let i = 0; i < out.length; i++) out[i] = lanes[first + i]!;
    return wordsOf(out);
  };
const extend64 =
  (first: number, signed: boolean): Model =>
  ({ a }) =>
    [0, 1].flatMap((i) => [a[first + i]!, signed ? a[first + i]! >> 31 : 0]);
const pairwise =
  (from: Kind, to: Kind): Model =>
  ({ a }) => {
    const out: LaneArray & ArrayBufferView = lanesOf[to]([0, 0, 0, 0]);
    const lanes = lanesOf[from](a);
    for (let i = 0; i < out.length; i++) out[i] = lanes[2 * i]! + lanes[2 * i + 1]!;
    return wordsOf(out);
  };
const mulLow =
  (from: Kind, to: Kind): Model =>
  ({ a, b }) => {
    const out: LaneArray & ArrayBufferView = lanesOf[to]([0, 0, 0, 0]);
    const [x, y] = [lanesOf[from](a), lanesOf[from](b)];
    for (let i = 0; i < out.length; i++) out[i] = Math.imul(x[i]!, y[i]!);
    return wordsOf(out);
  };
const splat =
  (kind: Kind): Model =>
  ({ a }) => {
    const out: LaneArray & ArrayBufferView = lanesOf[kind]([0, 0, 0, 0]);
    const lane = lanesOf[kind](kind === 'f64' ? a : [a[0]!])[0]!;
    for (let i = 0; i < out.length; i++) out[i] = lane;
    return wordsOf(out);
  };
/** Copies `count` words of the lane out of, or into, the vector. */
const lane =
  (count: number): Model =>
  ({ a, imm }) => [...a.slice(imm * count, imm * count + count)];
const withLane =
  (count: number): Model =>
  ({ a, b, imm }) => {
    const out = [...a];
    for (let i = 0; i < count; i++) out[imm * count + i] = b[i]!;
    return out;
  };
const withSmallLane =
  (kind: Kind): Model =>
  ({ a, b, imm }) => {
    const out: LaneArray & ArrayBufferView = lanesOf[kind](a);
    out[imm] = b[0]!;
    return wordsOf(out);
  };
const add = (a: number, b: number): number => a + b;
const sub = (a: number, b: number): number => a - b;
const mul = (a: number, b: number): number => a * b;
const div = (a: number, b: number): number => a / b;
const saturating = (f: (a: number, b: number) => number, low: number, high: number) => (a: number, b: number) =>
  clamp(f(a, b), low, high);

const MODELS: Partial<Record<OpName, Model>> = {
  andV: bin('s32', (a, b) => a & b),
  andnotV: bin('s32', (a, b) => a & ~b),
  orV: bin('s32', (a, b) => a | b),
  xorV: bin('s32', (a, b) => a ^ b),
  bitselectV: ({ a, b, c }) => a.map((word, i) => (word & c[i]!) | (b[i]! & ~c[i]!)),
  selectV: ({ a, b, c }) => [...(c[0] !== 0 ? a : b)],
  anyV: ({ a }) => [a.some((word) => word !== 0) ? 1 : 0],
  swizzleV: ({ a, b }) => {
    const from = lanesOf.u8(a);
    return wordsOf(lanesOf.u8(b).map((index) => from[index] ?? 0));
  },
  splat8: splat('u8'),
  splat16: splat('u16'),
  splat32: splat('s32'),
  splat64: ({ a }) => [a[0]!, a[1]!, a[0]!, a[1]!],
  splatF32: splat('s32'),
  splatF64: ({ a }) => [a[0]!, a[1]!, a[0]!, a[1]!],
  laneU8: ({ a, imm }) => [lanesOf.u8(a)[imm]!],
  laneU16: ({ a, imm }) => [lanesOf.u16(a)[imm]!],
  lane32: lane(1),
  laneF32: lane(1),
  lane64: lane(2),
  laneF64: lane(2),
  withLane8: withSmallLane('u8'),
  withLane16: withSmallLane('u16'),
  withLane32: withLane(1),
  withLaneF32: withLane(1),
  withLane64: withLane(2),
  withLaneF64: withLane(2),
  add8x16: bin('u8', add),
  addSatS8x16: bin('s8', saturating(add, -128, 127)),
  addSatU8x16: bin('u8', saturating(add, 0, 255)),
  sub8x16: bin('u8', sub),
  subSatS8x16: bin('s8', saturating(sub, -128, 127)),
  subSatU8x16: bin('u8', saturating(sub, 0, 255)),
  minU8x16: bin('u8', Math.min),
  maxU8x16: bin('u8', Math.max),
  minS8x16: bin('s8', Math.min),
  maxS8x16: bin('s8', Math.max),
  gtU8x16: compare('u8', (a, b) => a > b),
  geS8x16: compare('s8', (a, b) => a >= b),
  geU8x16: compare('u8', (a, b) => a >= b),
  abs8x16: bin('s8', (a) => Math.abs(a)),
  neg8x16: bin('s8', (a) => -a),
  popcnt8x16: bin('u8', (a) => a.toString(2).replaceAll('0', '').length),
  shl8x16: shift('u8', (a, n) => a << n),
  shrS8x16: shift('s8', (a, n) => a >> n),
  shrU8x16: shift('u8', (a, n) => a >>> n),
  extendLowS8x16: extend('s8', 's16', 0),
  extendHighS8x16: extend('s8', 's16', 8),
  extendLowU8x16: extend('u8', 'u16', 0),
  extendHighU8x16: extend('u8', 'u16', 8),
  pairwiseS8x16: pairwise('s8', 's16'),
  pairwiseU8x16: pairwise('u8', 'u16'),
  mulLowS8x16: mulLow('s8', 's16'),
  mulLowU8x16: mulLow('u8', 'u16'),
  avgrU8x16: bin('u8', (a, b) => (a + b + 1) >> 1),
  eq8x16: compare('s8', (a, b) => a === b),
  gtS8x16: compare('s8', (a, b) => a > b),
  bitmask8x16: bitmask('s8'),
  narrowS16x8: narrow('s16', 's8', -128, 127),
  narrowU16x8: narrow('s16', 'u8', 0, 255),
  add16x8: bin('u16', add),
  addSatS16x8: bin('s16', saturating(add, -32768, 32767)),
  addSatU16x8: bin('u16', saturating(add, 0, 65535)),
  sub16x8: bin('u16', sub),
  subSatS16x8: bin('s16', saturating(sub, -32768, 32767)),
  subSatU16x8: bin('u16', saturating(sub, 0, 65535)),
  mul16x8: bin('s16', Math.imul),
  minS16x8: bin('s16', Math.min),
  maxS16x8: bin('s16', Math.max),
  minU16x8: bin('u16', Math.min),
  maxU16x8: bin('u16', Math.max),
  gtU16x8: compare('u16', (a, b) => a > b),
  geS16x8: compare('s16', (a, b) => a >= b),
  geU16x8: compare('u16', (a, b) => a >= b),
  abs16x8: bin('s16', (a) => Math.abs(a)),
  neg16x8: bin('s16', (a) => -a),
  pairwiseS16x8: pairwise('s16', 's32'),
  pairwiseU16x8: pairwise('u16', 'u32'),
  mulLowS16x8: mulLow('s16', 's32'),
  mulLowU16x8: mulLow('u16', 'u32'),
  q15MulSat16x8: bin('s16', (a, b) => clamp((a * b + 0x4000) >> 15, -32768, 32767)),
  avgrU16x8: bin('u16', (a, b) => (a + b + 1) >> 1),
  eq16x8: compare('s16', (a, b) => a === b),
  gtS16x8: compare('s16', (a, b) => a > b),
  shl16x8: shift('u16', (a, n) => a << n),
  shrS16x8: shift('s16', (a, n) => a >> n),
  shrU16x8: shift('u16', (a, n) => a >>> n),
  narrowS32x4: narrow('s32', 's16', -32768, 32767),
  narrowU32x4: narrow('s32', 'u16', 0, 65535),
  extendLowS16x8: extend('s16', 's32', 0),
  extendHighS16x8: extend('s16', 's32', 4),
  extendLowU16x8: extend('u16', 's32', 0),
  extendHighU16x8: extend('u16', 's32', 4),
  add32x4: bin('u32', add),
  sub32x4: bin('u32', sub),
  mul32x4: bin('s32', Math.imul),
  dotS16x8: ({ a, b }) => {
    const x = lanesOf.s16(a);
    const y = lanesOf.s16(b);
    return [0, 2, 4, 6].map((i) => (x[i]! * y[i]! + x[i + 1]! * y[i + 1]!) | 0);
  },
  eq32x4: compare('s32', (a, b) => a === b),
  gtS32x4: compare('s32', (a, b) => a > b),
  gtU32x4: compare('u32', (a, b) => a > b),
  geS32x4: compare('s32', (a, b) => a >= b),
  geU32x4: compare('u32', (a, b) => a >= b),
  minS32x4: bin('s32', Math.min),
  minU32x4: bin('u32', Math.min),
  maxS32x4: bin('s32', Math.max),
  maxU32x4: bin('u32', Math.max),
  abs32x4: bin('s32', (a) => Math.abs(a)),
  neg32x4: bin('s32', (a) => -a),
  extendLowS32x4: extend64(0, true),
  extendHighS32x4: extend64(2, true),
  extendLowU32x4: extend64(0, false),
  extendHighU32x4: extend64(2, false),
  shl32x4: shift('s32', (a, n) => a << n),
  shrS32x4: shift('s32', (a, n) => a >> n),
  shrU32x4: shift('u32', (a, n) => a >>> n),
  bitmask32x4: bitmask('s32'),
  add64x2: bin64((a, b) => a + b),
  sub64x2: bin64((a, b) => a - b),
  shl64x2: shift64((a, n) => a << n),
  shrU64x2: shift64((a, n) => a >> n),
  bitmask64x2: ({ a }) => [(a[1]! < 0 ? 1 : 0) | (a[3]! < 0 ? 2 : 0)],
  shrS64x2: shift64((a, n) => BigInt.asIntN(64, a) >> n),
  eq64x2: bin64((a, b) => (a === b ? -1n : 0n)),
  gtS64x2: bin64((a, b) => (BigInt.asIntN(64, a) > BigInt.asIntN(64, b) ? -1n : 0n)),
  mul64x2: bin64((a, b) => a * b),
  abs64x2: bin64((a) => (BigInt.asIntN(64, a) < 0n ? -a : a)),
  neg64x2: bin64((a) => -a),
  mulLowS32x4: ({ a, b }) => {
    const out = big([0, 0, 0, 0]);
    for (let i = 0; i < 2; i++) out[i] = BigInt.asUintN(64, BigInt(a[i]!) * BigInt(b[i]!));
    return wordsOf(out);
  },
  mulLowU32x4: ({ a, b }) => {
    const out = big([0, 0, 0, 0]);
    for (let i = 0; i < 2; i++) out[i] = BigInt(a[i]! >>> 0) * BigInt(b[i]! >>> 0);
    return wordsOf(out);
  },
  addF32x4: bin('f32', add),
  subF32x4: bin('f32', sub),
  mulF32x4: bin('f32', mul),
  divF32x4: bin('f32', div),
  sqrtF32x4: bin('f32', (a) => Math.sqrt(a)),
  absF32x4: bin('s32', (a) => a & 0x7fff_ffff),
  negF32x4: bin('s32', (a) => a ^ -0x8000_0000),
  minF32x4: bin('f32', Math.min),
  maxF32x4: bin('f32', Math.max),
  eqF32x4: compare('f32', (a, b) => a === b),
  neF32x4: compare('f32', (a, b) => a !== b),
  ltF32x4: compare('f32', (a, b) => a < b),
  gtF32x4: compare('f32', (a, b) => a > b),
  leF32x4: compare('f32', (a, b) => a <= b),
  geF32x4: compare('f32', (a, b) => a >= b),
  fusedF64x2: ({ a, b, c }) => [0, 2].flatMap((at) => fused(a.slice(at), b.slice(at), c.slice(at))),
  addF64x2: bin('f64', add),
  subF64x2: bin('f64', sub),
  mulF64x2: bin('f64', mul),
  divF64x2: bin('f64', div),
  sqrtF64x2: bin('f64', (a) => Math.sqrt(a)),
  eqF64x2: compare('f64', (a, b) => a === b),
  neF64x2: compare('f64', (a, b) => a !== b),
  ltF64x2: compare('f64', (a, b) => a < b),
  gtF64x2: compare('f64', (a, b) => a > b),
  leF64x2: compare('f64', (a, b) => a <= b),
  geF64x2: compare('f64', (a, b) => a >= b),
  f32x4FromI32x4S: extend('s32', 'f32', 0),
  f32x4FromI32x4U: extend('u32', 'f32', 0),
  i32x4FromF32x4SatS: ({ a }) =>
    [...lanesOf.f32(a)].map((x) => (Number.isNaN(x) ? 0 : clamp(Math.trunc(x), -0x8000_0000, 0x7fff_ffff) | 0)),
  i32x4FromF32x4SatU: ({ a }) =>
    [...lanesOf.f32(a)].map((x) => (Number.isNaN(x) ? 0 : clamp(Math.trunc(x), 0, 0xffff_ffff) | 0)),
  f64x2FromI32x4S: extend('s32', 'f64', 0),
  promoteLowF32x4: extend('f32', 'f64', 0),
  demoteF64x2: ({ a }) => wordsOf(Float32Array.from([...lanesOf.f64(a), 0, 0])),
};

const LANES: Partial<Record<OpName, number>> = {
  ...{ laneU8: 16, withLane8: 16, laneU16: 8, withLane16: 8 },
  ...{ lane32: 4, withLane32: 4, laneF32: 4, withLaneF32: 4 },
  ...{ lane64: 2, withLane64: 2, laneF64: 2, withLaneF64: 2 },
};

function argument(name: OpName, index: number): number[] {
  const type = OPS[name].args[index]!;
  if (type === 'i32') return [random.corner()];
  if (type === 'f32') return [random.corner()];
  if (type === 'i64' || type === 'f64') return [random.corner(), random.corner()];
  const lanes = random.below(5);
  if (/F32x4/.test(name) && lanes > 1) return wordsOf(Float32Array.from([number(), number(), number(), number()]));
  if (/F64x2/.test(name) && lanes > 1) return wordsOf(Float64Array.from([number(), number()]));
  if (name === 'swizzleV' && index === 1) return wordsOf(Uint8Array.from({ length: 16 }, () => random.below(24)));
  return [random.corner(), random.corner(), random.corner(), random.corner()];
}

function number(): number {
  return random.pick([0, -0, 1.5, -2.25, 1e30, 1e-40, 1 / 0, -1 / 0, random.word() / 7, random.word()]);
}

/** Lanes that are NaN, each as one NaN: which one arithmetic gives is the engine's choice. */
function canonical(name: OpName, words: readonly number[]): readonly number[] {
  if (/^(eq|ne|lt|gt|le|ge|abs|neg)|^lane|^withLane|^splat/.test(name)) return words;
  if (/F64x2$|^promote/.test(name) && name !== 'demoteF64x2') {
    return wordsOf(lanesOf.f64(words).map((value) => (Number.isNaN(value) ? Number.NaN : value)));
  }
  if (/F32x4$|^demote/.test(name)) {
    return wordsOf(lanesOf.f32(words).map((value) => (Number.isNaN(value) ? Number.NaN : value)));
  }
  return words;
}

describe('vector operations of the interpreter', () => {
  const names = OP_NAMES.filter(
    (name) =>
      OPS[name].effect === 'pure' &&
      ((OPS[name].args as readonly string[]).includes('v128') || /^splat/.test(name)) &&
      name !== 'shuffleV' &&
      (name !== 'fusedF64x2' || hostFuses()),
  );

  it('has a model of every one', () => {
    expect(names.filter((name) => !MODELS[name])).toEqual([]);
  });

  it.each(names)('%s', (name) => {
    for (let round = 0; round < ROUNDS; round++) {
      const args = OPS[name].args.map((_, index) => argument(name, index));
      const imm = random.below(LANES[name] ?? 1);
      const none = [0, 0, 0, 0];
      const expected = MODELS[name]!({ a: args[0]!, b: args[1] ?? none, c: args[2] ?? none, imm });
      const actual = machine.run(name, args, imm);
      expect({ args, imm, result: canonical(name, actual) }).toEqual({ args, imm, result: canonical(name, expected) });
    }
  });

  it('shuffleV', () => {
    for (let round = 0; round < ROUNDS; round++) {
      const args = [argument('shuffleV', 0), argument('shuffleV', 1)];
      const lanes = Array.from({ length: 16 }, () => random.below(32));
      const all = [...lanesOf.u8(args[0]!), ...lanesOf.u8(args[1]!)];
      const expected = wordsOf(Uint8Array.from(lanes, (index) => all[index]!));
      expect(machine.run('shuffleV', args, 0, lanes)).toEqual(expected);
    }
  });
});
