/** Flat segments of the GDT, the common case of a change of privilege, told from their descriptors' words alone. */
import { type Cpu, wordOf } from '@kml/core';
import { ATTR_ACCESSED, ATTR_BIG, ATTR_CODE, ATTR_PRESENT, ATTR_SEGMENT, ATTR_WRITABLE } from './descriptor.ts';
import { GDTR_BASE, GDTR_LIMIT } from './registers.ts';

const GDTR_BASE_AT = wordOf(GDTR_BASE);
const GDTR_LIMIT_AT = wordOf(GDTR_LIMIT);

/** Base 0, limit 4 GiB: the low word of a descriptor, and what must be in the high one beside the attributes. */
export const FLAT_LOW = 0xffff;
export const FLAT_HIGH_MASK = 0xff0f_00ff | 0;
export const FLAT_HIGH = 0x000f_0000;
/** Attributes: descriptor bits 40 to 55 but for the limit's. */
export const ATTR_MASK = 0xf0ff;
const GRANULARITY = 0x8000;
const NEED = ATTR_ACCESSED | ATTR_WRITABLE | ATTR_SEGMENT | ATTR_PRESENT | ATTR_BIG | GRANULARITY;
/** Conforming code, or data that expands down. */
const ATTR_UNUSUAL = 0x4;
export const DPL = 0x60;

/** What the attributes of a flat segment of that level are, code or writable data: these bits of them. */
export function flatAttributes(level: number, code: boolean): { readonly mask: number; readonly value: number } {
  return { mask: NEED | ATTR_CODE | ATTR_UNUSUAL | DPL, value: NEED | (code ? ATTR_CODE : 0) | (level << 5) };
}

/**
 * Attributes of the flat 32-bit segment that a GDT selector names, accessed already and of privilege
 * level `level`: code, or writable data. 0 for anything else (or where the GDT is not translated yet), which the general way is to look at.
 */
export function flatSegment(cpu: Cpu, selector: number, level: number, code: boolean): number {
  const { i32, virtual } = cpu;
  const offset = selector & 0xfff8;
  if (selector & 4 || offset === 0 || offset + 7 > i32[GDTR_LIMIT_AT]! >>> 0) return 0;
  const address = (i32[GDTR_BASE_AT]! + offset) | 0;
  const at = (address & 7) === 0 ? virtual.translatedWord(address, 'read', true) : -1;
  if (at < 0) return 0;
  const low = i32[at]!;
  const high = i32[at + 1]!;
  if (low !== FLAT_LOW || (high & FLAT_HIGH_MASK) !== FLAT_HIGH) return 0;
  const attr = (high >>> 8) & ATTR_MASK;
  const type = code ? ATTR_CODE : 0;
  return (attr & (NEED | ATTR_CODE | ATTR_UNUSUAL | DPL)) === (NEED | type | (level << 5)) ? attr : 0;
}
