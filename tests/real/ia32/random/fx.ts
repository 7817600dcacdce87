import type { Row } from '@kml/arch-ia32/isa/testing';
import type { Random } from '../../random/prng.ts';
import type { StateHook } from './generate.ts';
import { FX_BYTES, type RandomCase } from './layout.ts';

/** Offsets in an FXSAVE image. SDM vol. 1, table 10-2. */
const CONTROL = 0;
const STATUS = 2;
const TAG = 4;
/** FOP, FIP, FCS, FDP, FDS. */
const POINTERS = 6;
const MXCSR = 24;
const MXCSR_MASK = 28;
const ST = 32;
const XMM = 160;
const END = 288;

const SINGLES = [0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00001, 0x7fa00000, 1, 0x7f7fffff];
const DOUBLES = [0, 0x80000000, 0x3ff00000, 0xbff00000, 0x7ff00000, 0xfff00000, 0x7ff80000, 0x7ff40000, 0x41dfffff];

/** Rows that touch x87, MMX or SSE state. */
export function usesFloatingPoint(row: Row): boolean {
  return (
    /^(?:(?:NP|66|F2|F3) )?(?:D[89A-F]|9B)\b/.test(row.encoding) ||
    /(?:^|,)(?:[NPQUVW]|ST)/.test(row.operands) ||
    /mxcsr|^fx|emms/.test(row.mnemonic)
  );
}

function putWord(image: Uint8Array, at: number, value: number, bytes: number): void {
  for (let i = 0; i < bytes; i++) image[at + i] = value >>> (8 * i);
}

/** An x87 register: any kind of value, mostly normal ones of moderate size. */
function putExtended(image: Uint8Array, at: number, random: Random): void {
  putWord(image, at, random.chance(30) ? 0 : random.word(), 4);
  const sign = random.chance(50) ? 0x8000 : 0;
  const kind = random.below(12);
  const high = random.chance(30) ? 0x80000000 : random.word() | 0x80000000;
  if (kind === 0) {
    putWord(image, at, 0, 4);
    putWord(image, at + 4, 0, 4);
    putWord(image, at + 8, sign, 2);
  } else if (kind === 1) {
    putWord(image, at + 4, high, 4);
    putWord(image, at + 8, sign | 0x7fff, 2);
  } else {
    putWord(image, at + 4, high, 4);
    putWord(image, at + 8, sign | (0x3fff - 40 + random.below(80)), 2);
  }
}

/** An XMM register: integers, singles or doubles, special ones among them. */
function putVector(image: Uint8Array, at: number, random: Random): void {
  const kind = random.below(4);
  for (let i = 0; i < 16; i += 4) {
    let value = random.value();
    if (kind === 1)
      value = random.chance(40) ? random.pick(SINGLES) : 0x3f000000 + (random.word() >>> 7) * random.pick([1, -1]);
    if (kind === 2 && i & 4) value = random.chance(40) ? random.pick(DOUBLES) : 0x3fe00000 + (random.word() >>> 10);
    if (kind === 3) value = random.word();
    putWord(image, at + i, value, 4);
  }
}

function makeFx(random: Random, row: Row): Uint8Array {
  const image = new Uint8Array(FX_BYTES);
  const rounding = random.chance(60) ? 0 : random.below(4);
  const precision = random.chance(70) ? 3 : random.pick([0, 2]);
  putWord(image, CONTROL, 0x7f | (precision << 8) | (rounding << 10), 2);
  const mmx = /(?:^|,)[NPQ]/.test(row.operands);
  const top = mmx ? 0 : random.below(8);
  const conditions = random.word() & 0x4700;
  putWord(image, STATUS, conditions | (top << 11) | (random.word() & 0x3f), 2);
  image[TAG] = random.chance(80) ? 0xff : random.below(256);
  putWord(
    image,
    MXCSR,
    0x1f80 | (rounding << 13) | (random.chance(50) ? 0x3f : random.below(64)) | (random.chance(10) ? 0x8040 : 0),
    4,
  );
  for (let n = 0; n < 8; n++) {
    if (mmx) {
      putVector(image, ST + 16 * n, random);
      putWord(image, ST + 16 * n + 8, 0xffff, 8);
    } else putExtended(image, ST + 16 * n, random);
    putVector(image, XMM + 16 * n, random);
  }
  return image;
}

/**
 * Results within one unit of the last place of a 64-bit significand of the exact ones: processors differ there. SDM
 * vol. 1, "Transcendental Instruction Accuracy": the error is below 1 ulp when rounding to nearest, below 1.5 otherwise.
 */
const TRANSCENDENTAL = /^(?:f2xm1|fyl2x|fyl2xp1|fptan|fpatan|fsin|fcos|fsincos)$/;
/** C1 is undefined or, against the manual, left by later processors. */
const C1_FREE = /^(?:fu?comip?|fcmov.*|ffreep?|fld|fprem1?|f2xm1|fyl2x|fyl2xp1|fptan|fpatan|fsin|fcos|fsincos)$/;
/** SDM vol. 2, RCPPS and RSQRTPS: a relative error of 1.5 * 2^-12 at most; each processor has its own table. */
const APPROXIMATE = /^(?:rcp|rsqrt)[ps]s$/;

/** How the images of a row compare. */
function comparison(row: Row): RandomCase['compareFx'] {
  const { mnemonic } = row;
  return (expected, actual) => {
    const seen = Uint8Array.from(actual);
    if (C1_FREE.test(mnemonic)) seen[STATUS + 1] = (seen[STATUS + 1]! & ~2) | (expected[STATUS + 1]! & 2);
    if (TRANSCENDENTAL.test(mnemonic)) for (let n = 0; n < 8; n++) takeIfClose(expected, seen, ST + 16 * n);
    if (APPROXIMATE.test(mnemonic)) for (let at = XMM; at < END; at += 4) takeIfApproximate(expected, seen, at);
    return compareImages(expected, seen);
  };
}

/** An extended value of the same sign and exponent within 2 in the significand counts as the expected one. */
function takeIfClose(expected: Uint8Array, seen: Uint8Array, at: number): void {
  const view = (image: Uint8Array) => new DataView(image.buffer, image.byteOffset + at, 10);
  const a = view(expected);
  const b = view(seen);
  const distance = a.getBigUint64(0, true) - b.getBigUint64(0, true);
  if (a.getUint16(8, true) === b.getUint16(8, true) && distance >= -2n && distance <= 2n) {
    seen.set(expected.subarray(at, at + 10), at);
  }
}

/** A single within the architected error of the exact value lies within twice that of the processor's. */
function takeIfApproximate(expected: Uint8Array, seen: Uint8Array, at: number): void {
  const single = (image: Uint8Array) => new DataView(image.buffer, image.byteOffset + at, 4).getFloat32(0, true);
  const a = single(expected);
  const b = single(seen);
  if (Math.abs(a - b) <= Math.abs(a) * 3 * 2 ** -12) seen.set(expected.subarray(at, at + 4), at);
}

/** Compares images but for the instruction pointers (later processors keep them otherwise) and reserved bytes. */
function compareImages(expected: Uint8Array, actual: Uint8Array): string | undefined {
  for (let i = 0; i < END; i++) {
    if (i >= POINTERS && i < MXCSR) continue;
    if (i >= MXCSR_MASK && i < ST) continue;
    if (i >= ST && i < XMM && (i & 15) >= 10) continue;
    if (expected[i] !== actual[i]) {
      const from = i & ~15;
      const row = (image: Uint8Array) =>
        [...image.subarray(from, from + 16)].map((b) => b.toString(16).padStart(2, '0')).join('');
      return `${placeName(i)}: ${row(actual)} not ${row(expected)}`;
    }
  }
  return undefined;
}

function placeName(i: number): string {
  if (i >= XMM) return `xmm${(i - XMM) >> 4}`;
  if (i >= ST) return `st${(i - ST) >> 4}`;
  return i < STATUS ? 'control' : i < TAG ? 'status' : i < POINTERS ? 'tags' : 'mxcsr';
}

/** x87, MMX, SSE and SSE2. */
export const floatingPoint: StateHook = {
  matches: usesFloatingPoint,
  makeFx,
  compareFx: comparison,
  alignment: (row) => (/[MVW](?:dq|ps|pd)/.test(row.operands) ? 16 : 1),
};
