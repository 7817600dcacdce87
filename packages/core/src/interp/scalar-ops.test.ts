import { describe, expect, it } from 'vitest';
import { OP_NAMES, OPS, type OpName } from '../ir/ops.ts';
import { OneOp, type Words } from '../testing/one-op.ts';
import { Random } from '../testing/random.ts';

/** Every scalar operation on bit patterns, against BigInt, Math and DataView. */
const machine = new OneOp();
const random = new Random(42);
const ROUNDS = 60;
const NONE: Words = [0, 0];

const u32 = (word: number): bigint => BigInt(word >>> 0);
const s64 = (words: Words): bigint => BigInt.asIntN(64, u32(words[0]!) | (u32(words[1]!) << 32n));
const u64 = (words: Words): bigint => BigInt.asUintN(64, s64(words));
const words64 = (value: bigint): number[] => [
  Number(BigInt.asIntN(32, value)),
  Number(BigInt.asIntN(32, value >> 32n)),
];
const words32 = (value: bigint): number[] => [Number(BigInt.asIntN(32, value))];
const flag = (value: boolean): number[] => [value ? 1 : 0];

const view = new DataView(new ArrayBuffer(8));
const f32 = (words: Words): number => {
  view.setInt32(0, words[0]!, true);
  return view.getFloat32(0, true);
};
const f64 = (words: Words): number => {
  view.setInt32(0, words[0]!, true);
  view.setInt32(4, words[1]!, true);
  return view.getFloat64(0, true);
};
const wordsF32 = (value: number): number[] => {
  view.setFloat32(0, value, true);
  return [view.getInt32(0, true)];
};
const wordsF64 = (value: number): number[] => {
  view.setFloat64(0, value, true);
  return [view.getInt32(0, true), view.getInt32(4, true)];
};

const rotate = (value: bigint, count: bigint, width: bigint): bigint =>
  (value << (count & (width - 1n))) | (value >> ((width - (count & (width - 1n))) & (width - 1n)));
const bits = (value: bigint, width: number): string => value.toString(2).padStart(width, '0');
const leading = (value: bigint, width: number): bigint => BigInt((/^0*/.exec(bits(value, width))?.[0] ?? '').length);
const trailing = (value: bigint, width: number): bigint => BigInt((/0*$/.exec(bits(value, width))?.[0] ?? '').length);
const nearest = (x: number): number => {
  if (!Number.isFinite(x) || Number.isInteger(x)) return x;
  const floor = Math.floor(x);
  const rest = x - floor;
  const even = floor % 2 === 0 ? floor : floor + 1;
  const rounded = rest < 0.5 ? floor : rest > 0.5 ? floor + 1 : even;
  return rounded === 0 && (x < 0 || Object.is(x, -0)) ? -0 : rounded;
};
const saturate = (x: number, width: number): bigint => {
  if (Number.isNaN(x)) return 0n;
  const limit = 2n ** BigInt(width - 1);
  if (x >= Number(limit)) return limit - 1n;
  if (x < -Number(limit)) return -limit;
  return BigInt(Math.trunc(x));
};
const saturateU = (x: number): bigint =>
  Number.isNaN(x) || x <= 0 ? 0n : x >= 2 ** 32 ? 0xffff_ffffn : BigInt(Math.trunc(x));

type Model = (a: Words, b: Words, c: Words) => number[];
const bin =
  (f: (a: bigint, b: bigint) => bigint): Model =>
  (a, b) =>
    words32(f(u32(a[0]!), u32(b[0]!)));
const signed =
  (f: (a: bigint, b: bigint) => bigint): Model =>
  (a, b) =>
    words32(f(BigInt(a[0]!), BigInt(b[0]!)));
const cmp =
  (f: (a: number, b: number) => boolean): Model =>
  (a, b) =>
    flag(f(a[0]!, b[0]!));
const ucmp =
  (f: (a: number, b: number) => boolean): Model =>
  (a, b) =>
    flag(f(a[0]! >>> 0, b[0]! >>> 0));
const bin64 =
  (f: (a: bigint, b: bigint) => bigint): Model =>
  (a, b) =>
    words64(f(u64(a), u64(b)));
const signed64 =
  (f: (a: bigint, b: bigint) => bigint): Model =>
  (a, b) =>
    words64(f(s64(a), s64(b)));
const cmp64 =
  (f: (a: bigint, b: bigint) => boolean): Model =>
  (a, b) =>
    flag(f(s64(a), s64(b)));
const ucmp64 =
  (f: (a: bigint, b: bigint) => boolean): Model =>
  (a, b) =>
    flag(f(u64(a), u64(b)));
const binF32 =
  (f: (a: number, b: number) => number): Model =>
  (a, b) =>
    wordsF32(f(f32(a), f32(b)));
const binF64 =
  (f: (a: number, b: number) => number): Model =>
  (a, b) =>
    wordsF64(f(f64(a), f64(b)));
const cmpF32 =
  (f: (a: number, b: number) => boolean): Model =>
  (a, b) =>
    flag(f(f32(a), f32(b)));
const cmpF64 =
  (f: (a: number, b: number) => boolean): Model =>
  (a, b) =>
    flag(f(f64(a), f64(b)));

const MODELS: Partial<Record<OpName, Model>> = {
  add: bin((a, b) => a + b),
  sub: bin((a, b) => a - b),
  mul: bin((a, b) => a * b),
  divS: signed((a, b) => a / b),
  divU: bin((a, b) => a / b),
  remS: signed((a, b) => a % b),
  remU: bin((a, b) => a % b),
  and: bin((a, b) => a & b),
  or: bin((a, b) => a | b),
  xor: bin((a, b) => a ^ b),
  shl: bin((a, b) => a << (b & 31n)),
  shrS: signed((a, b) => a >> (b & 31n)),
  shrU: bin((a, b) => a >> (b & 31n)),
  rotl: bin((a, b) => rotate(a, b, 32n)),
  rotr: bin((a, b) => rotate(a, 32n - (b & 31n), 32n)),
  clz: bin((a) => leading(a, 32)),
  ctz: bin((a) => trailing(a, 32)),
  popcnt: bin((a) => BigInt(bits(a, 32).replaceAll('0', '').length)),
  ext8: bin((a) => BigInt.asIntN(8, a)),
  ext16: bin((a) => BigInt.asIntN(16, a)),
  eqz: cmp((a) => a === 0),
  eq: cmp((a, b) => a === b),
  ne: cmp((a, b) => a !== b),
  ltS: cmp((a, b) => a < b),
  ltU: ucmp((a, b) => a < b),
  gtS: cmp((a, b) => a > b),
  gtU: ucmp((a, b) => a > b),
  leS: cmp((a, b) => a <= b),
  leU: ucmp((a, b) => a <= b),
  geS: cmp((a, b) => a >= b),
  geU: ucmp((a, b) => a >= b),
  andThen: (a, b) => [a[0]! & b[0]!],
  select: (a, b, c) => [...(c[0] !== 0 ? a : b)],
  add64: bin64((a, b) => a + b),
  sub64: bin64((a, b) => a - b),
  mul64: bin64((a, b) => a * b),
  divS64: signed64((a, b) => a / b),
  divU64: bin64((a, b) => a / b),
  remS64: signed64((a, b) => a % b),
  remU64: bin64((a, b) => a % b),
  and64: bin64((a, b) => a & b),
  or64: bin64((a, b) => a | b),
  xor64: bin64((a, b) => a ^ b),
  shl64: bin64((a, b) => a << (b & 63n)),
  shrS64: signed64((a, b) => a >> (b & 63n)),
  shrU64: bin64((a, b) => a >> (b & 63n)),
  rotl64: bin64((a, b) => rotate(a, b, 64n)),
  rotr64: bin64((a, b) => rotate(a, 64n - (b & 63n), 64n)),
  clz64: bin64((a) => leading(a, 64)),
  ctz64: bin64((a) => trailing(a, 64)),
  eqz64: (a) => flag(u64(a) === 0n),
  eq64: cmp64((a, b) => a === b),
  ne64: cmp64((a, b) => a !== b),
  ltS64: cmp64((a, b) => a < b),
  ltU64: ucmp64((a, b) => a < b),
  gtS64: cmp64((a, b) => a > b),
  gtU64: ucmp64((a, b) => a > b),
  select64: (a, b, c) => [...(c[0] !== 0 ? a : b)],
  selectF32: (a, b, c) => [...(c[0] !== 0 ? a : b)],
  selectF64: (a, b, c) => [...(c[0] !== 0 ? a : b)],
  extendS: (a) => words64(BigInt(a[0]!)),
  extendU: (a) => words64(u32(a[0]!)),
  wrap: (a) => [a[0]!],
  addF32: binF32((a, b) => a + b),
  subF32: binF32((a, b) => a - b),
  mulF32: binF32((a, b) => a * b),
  divF32: binF32((a, b) => a / b),
  sqrtF32: binF32((a) => Math.sqrt(a)),
  absF32: (a) => [a[0]! & 0x7fff_ffff],
  negF32: (a) => [a[0]! ^ -0x8000_0000],
  nearestF32: binF32(nearest),
  ceilF32: binF32(Math.ceil),
  floorF32: binF32(Math.floor),
  truncF32: binF32(Math.trunc),
  eqF32: cmpF32((a, b) => a === b),
  neF32: cmpF32((a, b) => a !== b),
  ltF32: cmpF32((a, b) => a < b),
  gtF32: cmpF32((a, b) => a > b),
  leF32: cmpF32((a, b) => a <= b),
  geF32: cmpF32((a, b) => a >= b),
  addF64: binF64((a, b) => a + b),
  subF64: binF64((a, b) => a - b),
  mulF64: binF64((a, b) => a * b),
  divF64: binF64((a, b) => a / b),
  sqrtF64: binF64((a) => Math.sqrt(a)),
  absF64: (a) => [a[0]!, a[1]! & 0x7fff_ffff],
  negF64: (a) => [a[0]!, a[1]! ^ -0x8000_0000],
  nearestF64: binF64(nearest),
  ceilF64: binF64(Math.ceil),
  floorF64: binF64(Math.floor),
  truncF64: binF64(Math.trunc),
  eqF64: cmpF64((a, b) => a === b),
  neF64: cmpF64((a, b) => a !== b),
  ltF64: cmpF64((a, b) => a < b),
  gtF64: cmpF64((a, b) => a > b),
  leF64: cmpF64((a, b) => a <= b),
  geF64: cmpF64((a, b) => a >= b),
  promote: (a) => wordsF64(f32(a)),
  demote: (a) => wordsF32(f64(a)),
  f64FromI32S: (a) => wordsF64(a[0]!),
  f64FromI32U: (a) => wordsF64(a[0]! >>> 0),
  f64FromI64S: (a) => wordsF64(Number(s64(a))),
  f32FromI32S: (a) => wordsF32(Math.fround(a[0]!)),
  f32FromI32U: (a) => wordsF32(Math.fround(a[0]! >>> 0)),
  // Exact small values only (see arguments): double rounding is the model's, not the operation's.
  f32FromI64S: (a) => wordsF32(Number(s64(a))),
  i32FromF32Sat: (a) => words32(saturate(f32(a), 32)),
  i32FromF64Sat: (a) => words32(saturate(f64(a), 32)),
  i32FromF32SatU: (a) => words32(saturateU(f32(a))),
  i32FromF64SatU: (a) => words32(saturateU(f64(a))),
  i64FromF64Sat: (a) => words64(saturate(f64(a), 64)),
  bitsOfF32: (a) => [...a],
  bitsOfF64: (a) => [...a],
  f32OfBits: (a) => [...a],
  f64OfBits: (a) => [...a],
};

const isNaNWords = (type: string, words: Words): boolean =>
  type === 'f32' ? Number.isNaN(f32(words)) : type === 'f64' ? Number.isNaN(f64(words)) : false;
const DIVISIONS = /^(div|rem)[SU](64)?$/;

function argument(name: OpName, index: number): Words {
  const type = OPS[name].args[index]!;
  if (name === 'f32FromI64S') return words64(BigInt(random.word() >> 8));
  const divisor = index === 1 && DIVISIONS.test(name);
  switch (type) {
    case 'i32':
      return [divisor ? (random.corner() & 0x7fff_ffff) | 1 : random.corner()];
    case 'i64':
      return divisor ? [random.corner() | 1, random.corner() & 0x7fff_ffff] : [random.corner(), random.corner()];
    case 'f32':
      return random.oneIn(3) ? [random.word()] : wordsF32(specialNumber());
    default:
      return random.oneIn(3) ? [random.word(), random.word()] : wordsF64(specialNumber());
  }
}

function specialNumber(): number {
  return random.pick([
    0,
    -0,
    0.5,
    -0.5,
    1.5,
    2.5,
    -3.5,
    1e-40,
    3.4e38,
    2147483647,
    -2147483648,
    4294967295.5,
    1 / 0,
    -1 / 0,
    Number.NaN,
    random.word() / 7,
  ]);
}

describe('scalar operations of the interpreter', () => {
  const names = OP_NAMES.filter(
    (name) =>
      OPS[name].effect === 'pure' &&
      OPS[name].args.length > 0 &&
      OPS[name].result !== 'v128' &&
      !(OPS[name].args as readonly string[]).includes('v128'),
  ).filter((name) => !/^splat/.test(name));

  it('has a model of every one', () => {
    expect(names.filter((name) => !MODELS[name])).toEqual([]);
  });

  it.each(names)('%s', (name) => {
    for (let round = 0; round < ROUNDS; round++) {
      const args = OPS[name].args.map((_, index) => argument(name, index));
      const actual = machine.run(name, args);
      const expected = MODELS[name]!(args[0]!, args[1] ?? NONE, args[2] ?? NONE);
      // Which NaN arithmetic gives is the engine's choice; moves, neg and abs keep the bits.
      const exact = /^(abs|neg|bits|f..OfBits)/.test(name);
      if (!exact && isNaNWords(OPS[name].result!, expected)) expect(isNaNWords(OPS[name].result!, actual)).toBe(true);
      else expect({ args, result: actual }).toEqual({ args, result: expected });
    }
  });
});
