/** Flat segments of the GDT in IR: what flatSegment (../flat-descriptor.ts) and setFlatSegment (../segment-words.ts) do. */
import type { I32 } from '@kml/core';
import type { Insn } from '../../lift/insn.ts';
import {
  MODE_CODE_SEGMENTED,
  MODE_CODE32,
  MODE_CPL,
  MODE_SEGMENTED,
  MODE_STACK32,
  MODE_STEP,
  reg,
} from '../../state.ts';
import { ATTR_MASK, FLAT_HIGH, FLAT_HIGH_MASK, FLAT_LOW, flatAttributes } from '../flat-descriptor.ts';

const GDTR_BASE = reg('gdtrBase');

/** The code at hand may have its mode switched in line: it is 32-bit code of that level, flat, not stepping, and in none of these `other` modes. */
export function isFlat(x: Insn, level: number, other = 0): boolean {
  const flat = MODE_CODE32 | MODE_STACK32;
  const mask = MODE_CPL | flat | MODE_SEGMENTED | MODE_CODE_SEGMENTED | MODE_STEP | other;
  return x.context.optimisations.inlineTraps && (x.mode & mask) === (level | flat);
}

/** A flat segment: its privilege level, code or writable data; `supervisor`: the GDT is read with supervisor rights. */
export interface FlatKind {
  readonly level: number;
  readonly code: boolean;
  readonly supervisor: boolean;
}

/** The attributes in the descriptor that a selector names, which lies within the GDT. `assistIf` leaves the instruction where it is not of that kind. */
export function flatDescriptor(
  x: Insn,
  selector: I32,
  { level, code, supervisor }: FlatKind,
  assistIf: (other: I32) => void,
): I32 {
  const { b } = x;
  const address = b.add(b.get(GDTR_BASE), b.and(selector, x.const(0xfff8)));
  const word = (at: I32): I32 => (supervisor ? b.load32S(at) : b.load32(at));
  const low = word(address);
  const high = word(b.add(address, x.const(4)));
  const attr = b.and(b.shrU(high, x.const(8)), x.const(ATTR_MASK));
  const { mask, value } = flatAttributes(level, code);
  const extent = b.or(b.ne(low, x.const(FLAT_LOW)), b.ne(b.and(high, x.const(FLAT_HIGH_MASK)), x.const(FLAT_HIGH)));
  assistIf(b.or(extent, b.ne(b.and(attr, x.const(mask)), x.const(value))));
  return attr;
}

/** Loads CS or SS with a flat segment. */
export function setFlat(x: Insn, name: 'cs' | 'ss', selector: I32, attr: I32): void {
  const { b } = x;
  b.set(selector, reg(name));
  b.set(x.const(0), reg(`${name}Base`));
  b.set(x.const(-1), reg(`${name}Limit`));
  b.set(attr, reg(`${name}Attr`));
}
