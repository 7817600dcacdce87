import type { I32 } from '@kml/core';
import { MODE_CODE_SEGMENTED, MODE_FS_CHECKED, MODE_GS_CHECKED, MODE_SEGMENTED, reg, SEGMENTS } from '../state.ts';
import { GP } from '../vectors.ts';
import { CS, FS, GS, type Insn } from './insn.ts';

const BASE = SEGMENTS.map((name) => reg(`${name}Base`));
const SELECTOR = SEGMENTS.map((name) => reg(name));
const LIMIT = SEGMENTS.map((name) => reg(`${name}Limit`));
const ATTR = SEGMENTS.map((name) => reg(`${name}Attr`));

/** Descriptor-cache attribute bits (descriptor bits 40-55). SDM vol. 3, 3.4.5. */
const ATTR_WRITABLE_OR_READABLE = 0x2;
const ATTR_EXPAND_DOWN = 0x4;
const ATTR_CODE = 0x8;
const ATTR_PRESENT = 0x80;
const ATTR_BIG = 0x4000;

/** Mode bits under which accesses through a segment register are checked, by its number. */
const CHECKED_IF = [
  MODE_SEGMENTED,
  MODE_SEGMENTED | MODE_CODE_SEGMENTED,
  MODE_SEGMENTED,
  MODE_SEGMENTED,
  MODE_SEGMENTED | MODE_FS_CHECKED,
  MODE_SEGMENTED | MODE_GS_CHECKED,
];

/**
 * Linear address of segment:offset. Under flat segments nothing is added or checked, except the
 * bases of FS and GS (and of CS where it has one).
 */
export function linearAddress(x: Insn, segment: number, offset: I32, bytes: number, write: boolean): I32 {
  const b = x.b;
  // Code segments are never writable in protected mode. SDM vol. 3, 5.5.
  if (segment === CS && write) x.trapIf(b.const(1), GP);
  const segmented = (x.mode & CHECKED_IF[segment]!) !== 0;
  if (!segmented && segment !== FS && segment !== GS) return offset;
  if (segmented) checkSegment(x, segment, offset, bytes, write);
  return b.add(offset, b.get(BASE[segment]!));
}

/** Type and limit checks of an access. SDM vol. 3, 5.3 and 5.5. */
function checkSegment(x: Insn, segment: number, offset: I32, bytes: number, write: boolean): void {
  const b = x.b;
  const attr = b.get(ATTR[segment]!);
  const limit = b.get(LIMIT[segment]!);
  const type = b.and(attr, b.const(ATTR_PRESENT | ATTR_CODE | ATTR_WRITABLE_OR_READABLE));
  // Writes: present writable data. Reads: present, and not execute-only code.
  const denied = write
    ? b.ne(type, b.const(ATTR_PRESENT | ATTR_WRITABLE_OR_READABLE))
    : b.or(b.eqz(b.and(attr, b.const(ATTR_PRESENT))), b.eq(type, b.const(ATTR_PRESENT | ATTR_CODE)));
  x.segmentFaultIf(denied, segment);
  const last = b.add(offset, b.const(bytes - 1));
  const beyondUp = b.or(b.gtU(last, limit), b.ltU(last, offset));
  const top = b.select(b.const(-1), b.const(0xffff), b.and(attr, b.const(ATTR_BIG)));
  const beyondDown = b.or(b.or(b.leU(offset, limit), b.gtU(last, top)), b.ltU(last, offset));
  const down = b.eq(b.and(attr, b.const(ATTR_CODE | ATTR_EXPAND_DOWN)), b.const(ATTR_EXPAND_DOWN));
  x.segmentFaultIf(b.select(beyondDown, beyondUp, down), segment);
}

/** EIP of a linear code address: CS's base taken off where it has one. */
export function eipOf(x: Insn, linear: I32): I32 {
  return x.mode & MODE_CODE_SEGMENTED ? x.b.sub(linear, x.b.get(BASE[CS]!)) : linear;
}

/** Linear address of an EIP, checked against CS's limit: #GP(0) beyond it, if `taken` (0 or 1; always without it). */
export function codeAddress(x: Insn, eip: I32, taken?: I32): I32 {
  if ((x.mode & MODE_CODE_SEGMENTED) === 0) return eip;
  const beyond = x.b.gtU(eip, x.b.get(LIMIT[CS]!));
  x.trapIf(taken === undefined ? beyond : x.b.and(beyond, taken), GP);
  return x.b.add(eip, x.b.get(BASE[CS]!));
}

/** Selector in a segment register, zero-extended. */
export function readSegment(x: Insn, segment: number): I32 {
  return x.b.and(x.b.get(SELECTOR[segment]!), x.b.const(0xffff));
}

/** #GP(0) where the instruction's last byte lies beyond CS's limit. */
export function checkCodeLimit(x: Insn): void {
  const last = eipOf(x, x.b.const(x.next - 1));
  x.trapIf(x.b.gtU(last, x.b.get(LIMIT[CS]!)), GP);
}
