/** Moves to and from the condition register and special-purpose registers. PEM, 4.2.4.6 and 4.4.2. */
import type { I32, I64 } from '@kml/core';
import { reg, TIMEBASE_SHIFT } from '../state.ts';
import { ROUTINE } from '../system/routines.ts';
import { findSpr, isPrivilegedSpr, type Spr, type SprPlace } from '../system/sprs.ts';
import { PROGRAM, PROGRAM_PRIVILEGED } from '../vectors.ts';
import type { Insn } from './insn.ts';

const SO = reg('so');
const OV = reg('ov');
const CA = reg('ca');
const XER_COUNT = reg('xerCount');
const DEC = reg('dec');
const TB_LOW = reg('tbOffsetLow');
const TB_HIGH = reg('tbOffsetHigh');

/** MFCR, MFOCRF: with one bit of the field mask set, that field alone. */
export function moveFromCondition(x: Insn): void {
  const b = x.b;
  const selected = (x.word >>> 12) & 0xff;
  const isOneField = (x.word & 0x00100000) !== 0 && selected !== 0 && (selected & (selected - 1)) === 0;
  const fields = isOneField ? [Math.clz32(selected) - 24] : [0, 1, 2, 3, 4, 5, 6, 7];
  const placed = fields.map((n) => (n === 7 ? x.cr.field(7) : b.shl(x.cr.field(n), b.const(28 - 4 * n))));
  x.setGpr(
    x.rt,
    placed.reduce((word, field) => b.or(word, field)),
  );
}

/** MTCRF, MTOCRF. */
export function moveToCondition(x: Insn): void {
  const b = x.b;
  const selected = (x.word >>> 12) & 0xff;
  const value = x.gpr(x.rt);
  for (let n = 0; n < 8; n++) {
    if (((selected >>> (7 - n)) & 1) === 0) continue;
    x.cr.setField(n, b.and(n === 7 ? value : b.shrU(value, b.const(28 - 4 * n)), b.const(15)));
  }
}

/** MCRXR: SO, OV, CA to a field, and clears them. */
export function moveFromXerFlags(x: Insn): void {
  const b = x.b;
  x.cr.setBits(x.bf, [b.get(SO), b.get(OV), b.get(CA), b.const(0)]);
  for (const slot of [SO, OV, CA]) b.set(b.const(0), slot);
}

function readXer(x: Insn): I32 {
  const b = x.b;
  const flags = b.or(b.shl(b.get(SO), b.const(31)), b.shl(b.get(OV), b.const(30)));
  return b.or(b.or(flags, b.shl(b.get(CA), b.const(29))), b.get(XER_COUNT));
}

function writeXer(x: Insn, value: I32): void {
  const b = x.b;
  b.set(b.shrU(value, b.const(31)), SO);
  b.set(b.and(b.shrU(value, b.const(30)), b.const(1)), OV);
  b.set(b.and(b.shrU(value, b.const(29)), b.const(1)), CA);
  b.set(b.and(value, b.const(0x7f)), XER_COUNT);
}

/** The time base: cycles at its rate, and what was written. */
function timeBase(x: Insn): I64 {
  const b = x.b;
  const ticks = b.shrU64(b.cycles(), b.constant64(TIMEBASE_SHIFT, 0));
  const offset = b.or64(b.extendU(b.get(TB_LOW)), b.shl64(b.extendU(b.get(TB_HIGH)), b.constant64(32, 0)));
  return b.add64(ticks, offset);
}

function timeBaseWord(x: Insn, part: 'low' | 'high'): I32 {
  const time = timeBase(x);
  return x.b.wrap(part === 'low' ? time : x.b.shrU64(time, x.b.constant64(32, 0)));
}

/** Writes one word of the time base: the offset that makes it read so now. */
function writeTimeBase(x: Insn, value: I32, part: 'low' | 'high'): void {
  const b = x.b;
  const now = timeBase(x);
  const low = part === 'low' ? value : b.wrap(now);
  const high = part === 'high' ? value : b.wrap(b.shrU64(now, b.constant64(32, 0)));
  const wanted = b.or64(b.extendU(low), b.shl64(b.extendU(high), b.constant64(32, 0)));
  const ticks = b.shrU64(b.cycles(), b.constant64(TIMEBASE_SHIFT, 0));
  const offset = b.sub64(wanted, ticks);
  b.set(b.wrap(offset), TB_LOW);
  b.set(b.wrap(b.shrU64(offset, b.constant64(32, 0))), TB_HIGH);
}

function readPlace(x: Insn, place: SprPlace): I32 {
  const b = x.b;
  switch (place.kind) {
    case 'slot':
      return b.get(reg(place.name));
    case 'word':
      return b.peek32(b.const(0), place.offset);
    case 'xer':
      return readXer(x);
    case 'timeBaseLow':
      return timeBaseWord(x, 'low');
    case 'timeBaseHigh':
      return timeBaseWord(x, 'high');
    case 'decrementer':
      // Kept as the time base at which it reads 0.
      return b.sub(b.get(DEC), timeBaseWord(x, 'low'));
    default:
      throw new TypeError(`no way to read a register of kind ${place.kind}`);
  }
}

function writePlace(x: Insn, place: SprPlace, value: I32): void {
  const b = x.b;
  switch (place.kind) {
    case 'slot':
      b.set(value, reg(place.name));
      return;
    case 'word':
      b.poke32(b.const(0), value, place.offset);
      return;
    case 'xer':
      writeXer(x, value);
      return;
    case 'timeBaseLow':
      writeTimeBase(x, value, 'low');
      return;
    case 'timeBaseHigh':
      writeTimeBase(x, value, 'high');
      return;
    case 'decrementer':
      b.set(b.add(value, timeBaseWord(x, 'low')), DEC);
      return;
    case 'addressSpace':
      x.system(ROUTINE.loadAddressSpace, value);
  }
}

/** The register an instruction names, if it may; otherwise raises the program interrupt. PEM, 8.2, mfspr. */
function accessible(x: Insn, part: 'read' | 'write'): SprPlace | undefined {
  const spr: Spr | undefined = findSpr(x.spr);
  if (x.isUser && isPrivilegedSpr(x.spr)) x.raise(PROGRAM, PROGRAM_PRIVILEGED);
  else if (spr?.[part] === undefined) x.illegal();
  else return spr[part];
  return undefined;
}

/** MFSPR, MFTB. */
export function moveFromSpr(x: Insn): void {
  const place = accessible(x, 'read');
  if (place) x.setGpr(x.rt, readPlace(x, place));
}

/** MTSPR. */
export function moveToSpr(x: Insn): void {
  const place = accessible(x, 'write');
  if (place) writePlace(x, place, x.gpr(x.rt));
}
