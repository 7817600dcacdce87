/** FLD, FILD, FBLD, constants, and the moves between registers. SDM vol. 1, 8.3.3. */

import type { Cpu } from '@kml/core';
import {
  DE,
  DOWN,
  IE,
  NEAREST,
  newUnpacked,
  packed,
  QUIET,
  SIGNALING,
  type Unpacked,
  UP,
  unpackDouble,
  unpackInteger,
  unpackSingle,
} from '@kml/core/softfloat';
import { defineHelper } from '../host-functions.ts';
import { bcdToInteger } from './bcd.ts';
import {
  beginPush,
  indexSt,
  isEmpty,
  pop,
  raise,
  roundingMode,
  setC1,
  setEmptySt,
  setTop,
  stackFault,
  top,
  writeIndefinite,
  writeRaw,
  writeSt,
} from './x87-state.ts';

const u = newUnpacked();

/** Pushes a number converted from memory: SNaNs become quiet with IE, denormals raise DE. */
function pushConverted(cpu: Cpu, number: Unpacked): void {
  // Room is looked at first: a full stack goes before any other exception.
  if (isEmpty(cpu, 7)) {
    let flags = 0;
    if (number.kind === SIGNALING) {
      number.kind = QUIET;
      number.high |= 0x40000000;
      flags = IE;
    } else if (number.denormal !== 0) {
      flags = DE;
    }
    if (flags !== 0) {
      setC1(cpu, 0);
      // An unmasked DE is reported, but the number is loaded.
      if ((raise(cpu, flags) & IE) !== 0) return;
    }
  }
  if (beginPush(cpu)) writeSt(cpu, number, 0);
}

/** a: bits of a single. */
export const X87_LOAD_SINGLE = defineHelper((cpu, bits) => {
  const biased = (bits >>> 23) & 0xff;
  if (biased !== 0 && biased !== 0xff) {
    if (beginPush(cpu)) writeRaw(cpu, 0, ((bits >>> 16) & 0x8000) | (biased + 16256), 0x80000000 | (bits << 8), 0);
    return 0;
  }
  unpackSingle(u, bits);
  pushConverted(cpu, u);
  return 0;
});

/** a, b: low and high word of a double. */
export const X87_LOAD_DOUBLE = defineHelper((cpu, low, high) => {
  const biased = (high >>> 20) & 0x7ff;
  if (biased !== 0 && biased !== 0x7ff) {
    if (beginPush(cpu)) {
      const significand = 0x80000000 | ((high & 0xfffff) << 11) | (low >>> 21);
      writeRaw(cpu, 0, ((high >>> 16) & 0x8000) | (biased + 15360), significand, low << 11);
    }
    return 0;
  }
  unpackDouble(u, high, low);
  pushConverted(cpu, u);
  return 0;
});

/** a, b: significand, c: sign and exponent. Loads any bits as they are. */
export const X87_LOAD_EXTENDED = defineHelper((cpu, low, high, signExponent) => {
  if (beginPush(cpu)) writeRaw(cpu, 0, signExponent, high, low);
  return 0;
});

/** a, b: low and high word of an integer. */
export const X87_LOAD_INTEGER = defineHelper((cpu, low, high) => {
  if (high === low >> 31 && low !== 0) {
    if (beginPush(cpu)) {
      const magnitude = low < 0 ? -low | 0 : low;
      const shift = Math.clz32(magnitude);
      writeRaw(cpu, 0, (high & 0x8000) | (16383 + 31 - shift), magnitude << shift, 0);
    }
    return 0;
  }
  unpackInteger(u, high, low);
  if (beginPush(cpu)) writeSt(cpu, u, 0);
  return 0;
});

/** a, b, c: the ten bytes of a packed decimal. */
export const X87_LOAD_BCD = defineHelper((cpu, low, mid, high) => {
  bcdToInteger(low, mid, high & 0x7fff);
  unpackInteger(u, packed.high, packed.low);
  u.sign = (high >> 15) & 1;
  if (beginPush(cpu)) writeSt(cpu, u, 0);
  return 0;
});

/** FLD ST(a). */
export const X87_LOAD_REGISTER = defineHelper((cpu, i) => {
  if (isEmpty(cpu, i)) {
    // Goes before overflow.
    if (stackFault(cpu, false)) {
      setTop(cpu, top(cpu) - 1);
      writeIndefinite(cpu, 0);
    }
    return 0;
  }
  const from = indexSt(cpu, i);
  const low = cpu.i32[from]!;
  const high = cpu.i32[from + 1]!;
  const signExponent = cpu.i32[from + 2]!;
  if (beginPush(cpu)) writeRaw(cpu, 0, signExponent, high, low);
  return 0;
});

/** Exponent, significand and the next 32 bits of the constants, in the order of D9 E8 to D9 ED: 1, log2 10, log2 e, pi, log10 2, ln 2. */
const CONSTANTS = [
  [0x3fff, 0x80000000, 0, 0],
  [0x4000, 0xd49a784b, 0xcd1b8afe, 0x492bf6ff],
  [0x3fff, 0xb8aa3b29, 0x5c17f0bb, 0xbe87fed0],
  [0x4000, 0xc90fdaa2, 0x2168c234, 0xc4c6628b],
  [0x3ffd, 0x9a209a84, 0xfbcff798, 0x8f8959ac],
  [0x3ffe, 0xb17217f7, 0xd1cf79ab, 0xc9e3b398],
] as const;

/** FLD1 to FLDLN2 (a: 0 to 5) and FLDZ (6). Rounded as the control word says; PE is not raised. */
export const X87_LOAD_CONSTANT = defineHelper((cpu, which) => {
  if (!beginPush(cpu)) return 0;
  if (which === 6) {
    writeRaw(cpu, 0, 0, 0, 0);
    return 0;
  }
  const [exponent, high, low, rest] = CONSTANTS[which]!;
  const mode = roundingMode(cpu);
  const up = mode === NEAREST ? rest >>> 31 !== 0 : mode === UP && rest !== 0;
  writeRaw(cpu, 0, exponent, high | 0, mode === DOWN || !up ? low | 0 : (low + 1) | 0);
  return 0;
});

/** In X87_STORE_REGISTER: an empty ST(0) is popped without a stack fault, nothing is stored. */
export const UNCHECKED = 2;

/** FST ST(a); b: pop (1), UNCHECKED. */
export const X87_STORE_REGISTER = defineHelper((cpu, i, code) => {
  if (isEmpty(cpu, 0) && code & UNCHECKED) {
    setC1(cpu, 0);
  } else if (isEmpty(cpu, 0)) {
    if (!stackFault(cpu, false)) return 0;
    writeIndefinite(cpu, i);
  } else {
    setC1(cpu, 0);
    const from = indexSt(cpu, 0);
    writeRaw(cpu, i, cpu.i32[from + 2]!, cpu.i32[from + 1]!, cpu.i32[from]!);
  }
  pop(cpu, code & 1);
  return 0;
});

/** FXCH ST(a). Empty registers become the default NaN first (masked response). */
export const X87_EXCHANGE = defineHelper((cpu, i) => {
  const first = isEmpty(cpu, 0);
  const second = isEmpty(cpu, i);
  if (first || second) {
    if (!stackFault(cpu, false)) return 0;
    if (first) writeIndefinite(cpu, 0);
    if (second) writeIndefinite(cpu, i);
  } else {
    setC1(cpu, 0);
  }
  const x = indexSt(cpu, 0);
  const y = indexSt(cpu, i);
  for (let word = 0; word < 3; word++) {
    const kept = cpu.i32[x + word]!;
    cpu.i32[x + word] = cpu.i32[y + word]!;
    cpu.i32[y + word] = kept;
  }
  return 0;
});

/** FCMOVcc ST(0), ST(a); b: whether the condition holds. */
export const X87_MOVE_IF = defineHelper((cpu, i, condition) => {
  if (isEmpty(cpu, 0) || isEmpty(cpu, i)) {
    if (stackFault(cpu, false)) writeIndefinite(cpu, 0);
    return 0;
  }
  if (condition !== 0) {
    const from = indexSt(cpu, i);
    writeRaw(cpu, 0, cpu.i32[from + 2]!, cpu.i32[from + 1]!, cpu.i32[from]!);
  }
  return 0;
});

/** FFREE ST(a); b: pop too (the undocumented FFREEP). */
export const X87_FREE = defineHelper((cpu, i, pops) => {
  setC1(cpu, 0);
  setEmptySt(cpu, i);
  if (pops !== 0) pop(cpu, 1);
  return 0;
});

/** FINCSTP (a: 1) and FDECSTP (a: -1). */
export const X87_ROTATE = defineHelper((cpu, by) => {
  setC1(cpu, 0);
  setTop(cpu, top(cpu) + by);
  return 0;
});
