/**
 * FST, FIST, FBSTP to memory, in two steps: convert (which changes nothing but the scratch words)
 * before the store, commit (flags, pop) after it, since the store may fault.
 *
 * Where an unmasked exception forbids the store, the converted value is what memory holds already.
 */
import type { Cpu } from '@kml/core';
import {
  CHOP,
  DOUBLE,
  FINITE,
  type Format,
  IE,
  newUnpacked,
  OE,
  PE,
  packDouble,
  packed,
  packSingle,
  QUIET,
  rounding,
  roundTo,
  SINGLE,
  setIndefinite,
  UE,
} from '@kml/core/softfloat';
import { defineHelper } from '../host-functions.ts';
import { integerToBcd } from './bcd.ts';
import { integerIndefinite, toInteger } from './integers.ts';
import { EMPTY, SF } from './number.ts';
import { fastDouble, fastInteger, fastSingle } from './x87-fast-moves.ts';
import { C1, indexSt, isEmpty, pop, raise, readSt, roundingMode, scratchIndex, setC1, unmasked } from './x87-state.ts';

const u = newUnpacked();

/** Scratch words: the converted value in 0 to 2, then flags, C1, and whether the instruction completes. */
const FLAGS = 4;
const ROUNDED_UP = 5;
const COMPLETES = 6;

/** Notes what commit is to do. `blocking`: exceptions that forbid the store when unmasked. Returns whether to store. */
function note(cpu: Cpu, flags: number, blocking: number): boolean {
  const at = scratchIndex(cpu);
  const stores = (flags & blocking & unmasked(cpu)) === 0;
  // Nothing was rounded where nothing is stored.
  cpu.i32[at + FLAGS] = stores ? flags : flags & ~PE;
  cpu.i32[at + ROUNDED_UP] = stores ? rounding.up : 0;
  cpu.i32[at + COMPLETES] = stores ? 1 : 0;
  return stores;
}

/** Notes what a conversion of x87-fast-moves raised; false where it gave up. */
function noteFast(cpu: Cpu, raised: number): boolean {
  if (raised < 0) return false;
  const at = scratchIndex(cpu);
  cpu.i32[at + FLAGS] = raised & PE;
  cpu.i32[at + ROUNDED_UP] = raised & C1;
  cpu.i32[at + COMPLETES] = 1;
  return true;
}

/** Makes `u` what is stored as a real of that format; returns the flags. */
function convertReal(cpu: Cpu, format: Format): number {
  readSt(cpu, u, 0);
  rounding.up = 0;
  if (u.kind === FINITE) {
    roundTo(u, format, roundingMode(cpu), unmasked(cpu));
    return rounding.flags;
  }
  if (u.kind < QUIET) return 0;
  if (u.kind === QUIET) return 0;
  if (u.kind >= EMPTY - 1) {
    const flags = u.kind === EMPTY ? IE | SF : IE;
    setIndefinite(u);
    return flags;
  }
  u.kind = QUIET;
  u.high |= 0x40000000;
  return IE;
}

/** ST(0) as a single; a: what memory holds. Returns the bits to store. */
export const X87_CONVERT_SINGLE = defineHelper((cpu, old) => {
  const at = scratchIndex(cpu);
  if (noteFast(cpu, fastSingle(cpu, at))) return cpu.i32[at]!;
  return note(cpu, convertReal(cpu, SINGLE), IE | OE | UE) ? packSingle(u) : old;
});

/** ST(0) as a double into the scratch words; a, b: what memory holds. */
export const X87_CONVERT_DOUBLE = defineHelper((cpu, oldLow, oldHigh) => {
  const at = scratchIndex(cpu);
  if (noteFast(cpu, fastDouble(cpu, at))) return 0;
  if (note(cpu, convertReal(cpu, DOUBLE), IE | OE | UE)) {
    packDouble(u);
    cpu.i32[at] = packed.low;
    cpu.i32[at + 1] = packed.high;
  } else {
    cpu.i32[at] = oldLow;
    cpu.i32[at + 1] = oldHigh;
  }
  return 0;
});

/** ST(0) as it is into the scratch words; a, b, c: what memory holds. */
export const X87_CONVERT_EXTENDED = defineHelper((cpu, oldLow, oldHigh, oldTop) => {
  const at = scratchIndex(cpu);
  rounding.up = 0;
  if (!isEmpty(cpu, 0)) {
    note(cpu, 0, 0);
    const from = indexSt(cpu, 0);
    cpu.i32[at] = cpu.i32[from]!;
    cpu.i32[at + 1] = cpu.i32[from + 1]!;
    cpu.i32[at + 2] = cpu.i32[from + 2]!;
  } else if (note(cpu, IE | SF, IE)) {
    cpu.i32[at] = 0;
    cpu.i32[at + 1] = 0xc0000000 | 0;
    cpu.i32[at + 2] = 0xffff;
  } else {
    cpu.i32[at] = oldLow;
    cpu.i32[at + 1] = oldHigh;
    cpu.i32[at + 2] = oldTop;
  }
  return 0;
});

function convertInteger(cpu: Cpu, bits: 16 | 32 | 64, chop: number): number {
  readSt(cpu, u, 0);
  if (u.kind === EMPTY) {
    integerIndefinite(bits);
    rounding.up = 0;
    return IE | SF;
  }
  return toInteger(u, bits, chop !== 0 ? CHOP : roundingMode(cpu));
}

/** ST(0) as a 16-bit integer; a: what memory holds, b: whether to truncate. Returns the bits to store. */
export const X87_CONVERT_INT16 = defineHelper((cpu, old, chop) => {
  return note(cpu, convertInteger(cpu, 16, chop), IE) ? packed.low : old;
});

/** The same to 32 bits. */
export const X87_CONVERT_INT32 = defineHelper((cpu, old, chop) => {
  const at = scratchIndex(cpu);
  if (noteFast(cpu, fastInteger(cpu, at, chop))) return cpu.i32[at]!;
  return note(cpu, convertInteger(cpu, 32, chop), IE) ? packed.low : old;
});

/** To 64 bits, into the scratch words; a, b: what memory holds, c: whether to truncate. */
export const X87_CONVERT_INT64 = defineHelper((cpu, oldLow, oldHigh, chop) => {
  const at = scratchIndex(cpu);
  if (noteFast(cpu, fastInteger(cpu, at, chop))) {
    cpu.i32[at + 1] = cpu.i32[at]! >> 31;
    return 0;
  }
  const stores = note(cpu, convertInteger(cpu, 64, chop), IE);
  cpu.i32[at] = stores ? packed.low : oldLow;
  cpu.i32[at + 1] = stores ? packed.high : oldHigh;
  return 0;
});

/** FBSTP: ST(0) as a packed decimal into the scratch words; a, b, c: what memory holds. */
export const X87_CONVERT_BCD = defineHelper((cpu, oldLow, oldHigh, oldTop) => {
  const at = scratchIndex(cpu);
  let flags = convertInteger(cpu, 64, 0);
  let valid = (flags & IE) === 0;
  if (valid && !integerToBcd(packed.high, packed.low, u.sign)) {
    valid = false;
    flags = IE;
    rounding.up = 0;
  }
  const stores = note(cpu, flags, IE);
  if (!valid) {
    packed.low = 0;
    packed.high = 0xc0000000 | 0;
    packed.signExponent = 0xffff;
  }
  cpu.i32[at] = stores ? packed.low : oldLow;
  cpu.i32[at + 1] = stores ? packed.high : oldHigh;
  cpu.i32[at + 2] = stores ? packed.signExponent : oldTop;
  return 0;
});

/** After the store: raises what the conversion raised; a: how many registers to pop. */
export const X87_COMMIT_STORE = defineHelper((cpu, pops) => {
  const at = scratchIndex(cpu);
  setC1(cpu, cpu.i32[at + ROUNDED_UP]!);
  raise(cpu, cpu.i32[at + FLAGS]!);
  if (cpu.i32[at + COMPLETES] !== 0) pop(cpu, pops);
  return 0;
});
