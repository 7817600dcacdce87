/**
 * The FPU's arithmetic, exactly: what host code does where the inline code does not suffice, and what
 * tells the Cause field of an operation that ran inline. MIPS32 vol. II; results of invalid operations
 * and NaNs as vol. I-A, 6.6.
 */
import {
  CHOP,
  DOWN,
  FloatUnit,
  IE,
  NEAREST,
  newUnpacked,
  OE,
  PE,
  signalingFirst,
  UE,
  type Unpacked,
  UP,
  unpackInteger,
  ZE,
} from '@kml/core/softfloat';
import { DIVIDE_BY_ZERO, FCSR_FS, FCSR_NAN2008, FCSR_RM, INEXACT, INVALID, OVERFLOW, UNDERFLOW } from './fcsr-bits.ts';

/** Formats: single, double, word, long. */
export type Format = 's' | 'd' | 'w' | 'l';

/** An operation of one to three operands of one format. */
export interface FpOperation {
  readonly name: string;
  /** What `fpLast` holds after it. */
  readonly number: number;
  readonly from: Format;
  readonly to: Format;
  readonly operands: 1 | 2 | 3;
  /** Computes out of `operand` into `result`; the unit gathers the flags. */
  readonly compute: (unit: FloatUnit) => void;
}

/** Operands and result as words: high and low for 64-bit formats, low for 32-bit ones. */
export const operand = { aHigh: 0, aLow: 0, bHigh: 0, bLow: 0, cHigh: 0, cLow: 0 };
export const result = { high: 0, low: 0 };

/** Encoding of NaNs before 2008: the set top bit of the fraction signals. MIPS32 vol. I-A, 6.3.2. */
const legacy = new FloatUnit({
  tinyBefore: false,
  defaultNan: { sign: 0, high: 0xbfff_ffff | 0, low: -1 },
  signalingBitSet: true,
  pickNan: signalingFirst,
  infinityTimesZero: { invalid: true, defaultNan: true },
});

/** IEEE 754-2008's: FCSR.NAN2008. */
const modern = new FloatUnit({
  tinyBefore: false,
  defaultNan: { sign: 0, high: 0xc000_0000 | 0, low: 0 },
  signalingBitSet: false,
  pickNan: signalingFirst,
  infinityTimesZero: { invalid: true, defaultNan: true },
});

// A 24Kf hands no NaN on, as QEMU has it: every NaN result is the default one.
legacy.alwaysDefaultNan = true;

const ROUNDING = [NEAREST, CHOP, UP, DOWN];

/** The unit, set up as FCSR says, without flags. */
export function unitFor(fcsr: number): FloatUnit {
  const unit = fcsr & FCSR_NAN2008 ? modern : legacy;
  unit.flags = 0;
  unit.mode = ROUNDING[fcsr & FCSR_RM]!;
  unit.flushOutputs = (fcsr & FCSR_FS) !== 0;
  return unit;
}

/** The flags that the unit gathered, as FCSR has them. */
export function exceptionsOf(unit: FloatUnit): number {
  const { flags } = unit;
  let bits = 0;
  if (flags & IE) bits |= INVALID;
  if (flags & ZE) bits |= DIVIDE_BY_ZERO;
  if (flags & OE) bits |= OVERFLOW;
  if (flags & UE) bits |= UNDERFLOW;
  if (flags & PE) bits |= INEXACT;
  return bits;
}

const a = newUnpacked();
const b = newUnpacked();
const c = newUnpacked();
const r = newUnpacked();
const t = newUnpacked();
const one = newUnpacked();
unpackInteger(one, 0, 1);

function load(unit: FloatUnit, u: Unpacked, format: Format, high: number, low: number): void {
  if (format === 's') unit.loadSingle(u, low);
  else if (format === 'd') unit.loadDouble(u, high, low);
  else unpackInteger(u, format === 'l' ? high : low >> 31, low);
}

function loadAll(unit: FloatUnit, format: Format, operands: number): void {
  load(unit, a, format, operand.aHigh, operand.aLow);
  if (operands > 1) load(unit, b, format, operand.bHigh, operand.bLow);
  if (operands > 2) load(unit, c, format, operand.cHigh, operand.cLow);
}

/** Rounds r and stores it. */
function store(unit: FloatUnit, format: Format): void {
  if (format === 's') {
    result.low = unit.single(r);
    result.high = 0;
    return;
  }
  unit.double(r);
  result.high = unit.high;
  result.low = unit.low;
}

/** Rounds the number on its way to a second operation, which finds it in t. */
function again(unit: FloatUnit, format: Format): void {
  store(unit, format);
  load(unit, t, format, result.high, result.low);
}

type Compute = (unit: FloatUnit, format: Format) => void;

const BINARY = {
  add: (unit) => unit.add(r, a, b),
  sub: (unit) => unit.subtract(r, a, b),
  mul: (unit) => unit.multiply(r, a, b),
  div: (unit) => unit.divide(r, a, b),
} as const satisfies Record<string, Compute>;

const UNARY = {
  sqrt: (unit) => unit.squareRoot(r, a),
  recip: (unit) => unit.divide(r, one, a),
  rsqrt: (unit, format) => {
    unit.squareRoot(r, a);
    again(unit, format);
    unit.divide(r, one, t);
  },
} as const satisfies Record<string, Compute>;

/** a * b + c with two roundings. */
const product =
  (subtract: boolean): Compute =>
  (unit, format) => {
    unit.multiply(r, a, b);
    again(unit, format);
    if (subtract) unit.subtract(r, t, c);
    else unit.add(r, t, c);
  };

const TERNARY = {
  madd: product(false),
  msub: product(true),
  nmadd: product(false),
  nmsub: product(true),
} as const;

const LIST: FpOperation[] = [];

/** 0 and 1 have a meaning of their own (see last-cause.ts). */
const FIRST = 2;

function define(name: string, from: Format, to: Format, operands: 1 | 2 | 3, compute: (unit: FloatUnit) => void): void {
  LIST.push({ name, number: FIRST + LIST.length, from, to, operands, compute });
}

function defineArithmetic(name: string, format: 's' | 'd', operands: 1 | 2 | 3, compute: Compute): void {
  define(`${name}.${format}`, format, format, operands, (unit) => {
    loadAll(unit, format, operands);
    compute(unit, format);
    store(unit, format);
    if (!name.startsWith('nm')) return;
    if (format === 's') result.low ^= 0x8000_0000;
    else result.high ^= 0x8000_0000;
  });
}

for (const format of ['s', 'd'] as const) {
  for (const [name, compute] of Object.entries(BINARY)) defineArithmetic(name, format, 2, compute);
  for (const [name, compute] of Object.entries(UNARY)) defineArithmetic(name, format, 1, compute);
  for (const [name, compute] of Object.entries(TERNARY)) defineArithmetic(name, format, 3, compute);
}

/** Conversions to floating point: to, from. */
const TO_FLOAT: readonly (readonly ['s' | 'd', Format])[] = [
  ['s', 'd'],
  ['s', 'w'],
  ['s', 'l'],
  ['d', 's'],
  ['d', 'w'],
  ['d', 'l'],
];

for (const [to, from] of TO_FLOAT) {
  define(`cvt.${to}.${from}`, from, to, 1, (unit) => {
    load(unit, a, from, operand.aHigh, operand.aLow);
    unit.convert(r, a);
    store(unit, to);
  });
}

/** To an integer. What does not fit gives the greatest one; with NAN2008 the nearest one, NaNs give 0. */
function toInteger(unit: FloatUnit, to: 'w' | 'l', mode: number): void {
  const flags = unit.toInteger(a, to === 'w' ? 32 : 64, true, mode);
  const overflow = (flags & IE) !== 0 && unit === legacy;
  result.high = overflow ? 0x7fff_ffff : unit.high;
  result.low = overflow ? (to === 'w' ? 0x7fff_ffff : -1) : unit.low;
}

const CONVERSIONS: readonly [name: string, mode: number | undefined][] = [
  ['cvt', undefined],
  ['round', NEAREST],
  ['trunc', CHOP],
  ['ceil', UP],
  ['floor', DOWN],
];

for (const [name, mode] of CONVERSIONS) {
  for (const from of ['s', 'd'] as const) {
    for (const to of ['w', 'l'] as const) {
      define(`${name}.${to}.${from}`, from, to, 1, (unit) => {
        load(unit, a, from, operand.aHigh, operand.aLow);
        toInteger(unit, to, mode ?? unit.mode);
      });
    }
  }
}

/** c.cond.fmt: `result.low` is the bits unordered 1, equal 2, less 4; whether quiet NaNs signal too depends on the condition. */
function compare(unit: FloatUnit, signals: boolean): void {
  const order = unit.compare(a, b, signals);
  result.low = COMPARED[order]!;
}
/** By LESS, EQUAL, GREATER, UNORDERED. */
const COMPARED = [4, 2, 0, 1];

for (const format of ['s', 'd'] as const) {
  for (const signals of [false, true]) {
    define(`${signals ? 'cs' : 'c'}.${format}`, format, 'w', 2, (unit) => {
      loadAll(unit, format, 2);
      compare(unit, signals);
    });
  }
}

export const OPERATIONS: readonly FpOperation[] = LIST;
const BY_NAME = new Map(LIST.map((operation) => [operation.name, operation]));

/** The operation of that name. Throws if there is none. */
export function operationNamed(name: string): FpOperation {
  const operation = BY_NAME.get(name);
  if (operation === undefined) throw new TypeError(`no floating point operation '${name}'`);
  return operation;
}

/** The operation that `fpLast` names. */
export function operationNumbered(number: number): FpOperation {
  return LIST[number - FIRST]!;
}
