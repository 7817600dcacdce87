/** Logic, rotates, shifts, compares and condition-register logic. PEM, 4.2.1.2 to 4.2.1.4 and 4.2.4.2. */
import type { BlockBuilder, I32 } from '@kml/core';
import type { Insn } from './insn.ts';

type Handler = (x: Insn) => void;
type Combine = (b: BlockBuilder, s: I32, other: I32) => I32;

const inverted = (b: BlockBuilder, value: I32): I32 => b.xor(value, b.const(-1));

/** Logic operations by mnemonic. */
export const COMBINE = {
  and: (b, s, o) => b.and(s, o),
  andc: (b, s, o) => b.and(s, inverted(b, o)),
  or: (b, s, o) => b.or(s, o),
  orc: (b, s, o) => b.or(s, inverted(b, o)),
  xor: (b, s, o) => b.xor(s, o),
  nand: (b, s, o) => inverted(b, b.and(s, o)),
  nor: (b, s, o) => inverted(b, b.or(s, o)),
  eqv: (b, s, o) => inverted(b, b.xor(s, o)),
} as const satisfies Record<string, Combine>;

/** RA gets the result, CR0 with Rc. */
function finish(x: Insn, result: I32): void {
  x.setGpr(x.ra, result);
  x.recordResult(result);
}

/** AND and its kin; a register with itself is a move or complement. */
export function logic(name: keyof typeof COMBINE): Handler {
  return (x) => {
    const s = x.gpr(x.rt);
    const isCopy = x.rt === x.rb && (name === 'or' || name === 'and');
    const isComplement = x.rt === x.rb && (name === 'nor' || name === 'nand');
    if (isCopy) finish(x, s);
    else if (isComplement) finish(x, inverted(x.b, s));
    else finish(x, COMBINE[name](x.b, s, x.gpr(x.rb)));
  };
}

/** ORI, XORI and their shifted forms. ORI r0,r0,0 is the no-op. */
export function logicImmediate(name: 'or' | 'xor', shift: 0 | 16): Handler {
  return (x) => {
    const s = x.gpr(x.rt);
    const value = x.uimm << shift;
    if (value !== 0) x.setGpr(x.ra, x.b[name](s, x.const(value)));
    else if (x.ra !== x.rt) x.setGpr(x.ra, s);
  };
}

/** ANDI., ANDIS. */
export function andImmediate(shift: 0 | 16): Handler {
  return (x) => {
    const r = x.b.and(x.gpr(x.rt), x.const(x.uimm << shift));
    x.setGpr(x.ra, r);
    x.cr.compare(0, 'signed', r, x.const(0));
  };
}

/** CNTLZW, EXTSB, EXTSH. */
export function unary(name: 'clz' | 'ext8' | 'ext16'): Handler {
  return (x) => finish(x, x.b[name](x.gpr(x.rt)));
}

/** MASK(mb, me): ones from bit mb to bit me, around the end if mb > me. PEM, 4.2.1.4. */
export function mask(mb: number, me: number): number {
  const from = -1 >>> mb;
  const to = (-1 << (31 - me)) | 0;
  return (mb <= me ? from & to : from | to) | 0;
}

/** RLWINM: common shifts are lifted as such. */
export function rotateAndMask(x: Insn): void {
  const s = x.gpr(x.rt);
  const b = x.b;
  const { rb: sh, rc: mb, me } = x;
  if (mb === 0 && me === 31 - sh) finish(x, sh === 0 ? s : b.shl(s, b.const(sh)));
  else if (me === 31 && sh !== 0 && mb === 32 - sh) finish(x, b.shrU(s, b.const(mb)));
  else finish(x, b.and(rotated(x, s, sh), b.const(mask(mb, me))));
}

function rotated(x: Insn, value: I32, sh: number): I32 {
  return sh === 0 ? value : x.b.rotl(value, x.b.const(sh));
}

/** RLWNM. */
export function rotateByRegister(x: Insn): void {
  const b = x.b;
  const turned = b.rotl(x.gpr(x.rt), x.gpr(x.rb));
  const kept = mask(x.rc, x.me);
  finish(x, kept === -1 ? turned : b.and(turned, b.const(kept)));
}

/** RLWIMI. */
export function rotateAndInsert(x: Insn): void {
  const b = x.b;
  const kept = mask(x.rc, x.me);
  const inserted = b.and(rotated(x, x.gpr(x.rt), x.rb), b.const(kept));
  finish(x, b.or(b.and(x.gpr(x.ra), b.const(~kept)), inserted));
}

/** SLW, SRW: counts of 32 to 63 give 0. */
export function shift(name: 'shl' | 'shrU'): Handler {
  return (x) => {
    const b = x.b;
    const count = x.gpr(x.rb);
    const shifted = b[name](x.gpr(x.rt), count);
    finish(x, b.select(b.const(0), shifted, b.and(count, b.const(32))));
  };
}

/** SRAW: CA is set where ones are lost from a negative number. */
export function shiftAlgebraic(x: Insn): void {
  const b = x.b;
  const s = x.gpr(x.rt);
  const count = x.gpr(x.rb);
  const all = b.and(count, b.const(32));
  const r = b.select(b.shrS(s, b.const(31)), b.shrS(s, count), all);
  const lost = b.select(s, b.and(s, inverted(b, b.shl(b.const(-1), count))), all);
  x.setCarry(b.and(b.ltS(s, b.const(0)), b.ne(lost, b.const(0))));
  finish(x, r);
}

/** SRAWI. */
export function shiftAlgebraicImmediate(x: Insn): void {
  const b = x.b;
  const s = x.gpr(x.rt);
  const sh = x.rb;
  if (sh === 0) {
    x.setCarry(b.const(0));
    finish(x, s);
    return;
  }
  // Negative, and one of the bits that fall off is set: as unsigned numbers, sign and those bits exceed the sign alone.
  const seen = b.and(s, b.const(0x80000000 | ((1 << sh) - 1)));
  x.setCarry(b.gtU(seen, b.const(0x80000000)));
  finish(x, b.shrS(s, b.const(sh)));
}

/** CMP, CMPL. */
export function compare(kind: 'signed' | 'unsigned'): Handler {
  return (x) => x.cr.compare(x.bf, kind, x.gpr(x.ra), x.gpr(x.rb));
}

/** CMPI, CMPLI. */
export function compareImmediate(kind: 'signed' | 'unsigned'): Handler {
  return (x) => x.cr.compare(x.bf, kind, x.gpr(x.ra), x.const(kind === 'signed' ? x.simm : x.uimm));
}

const invertedBit = (b: BlockBuilder, value: I32): I32 => b.xor(value, b.const(1));

/** The same for bits that are 0 or 1. */
const COMBINE_BITS = {
  and: (b, s, o) => b.and(s, o),
  andc: (b, s, o) => b.and(s, invertedBit(b, o)),
  or: (b, s, o) => b.or(s, o),
  orc: (b, s, o) => b.or(s, invertedBit(b, o)),
  xor: (b, s, o) => b.xor(s, o),
  nand: (b, s, o) => invertedBit(b, b.and(s, o)),
  nor: (b, s, o) => invertedBit(b, b.or(s, o)),
  eqv: (b, s, o) => invertedBit(b, b.xor(s, o)),
} as const satisfies Record<string, Combine>;

/** CRAND and its kin; a bit with itself sets, clears, moves or inverts. */
export function conditionLogic(name: keyof typeof COMBINE_BITS): Handler {
  return (x) => {
    const { ra, rb } = x;
    if (ra === rb && name === 'xor') x.cr.setBit(x.rt, x.const(0));
    else if (ra === rb && name === 'eqv') x.cr.setBit(x.rt, x.const(1));
    else if (ra === rb && (name === 'or' || name === 'and')) x.cr.setBit(x.rt, x.cr.bit(ra));
    else x.cr.setBit(x.rt, COMBINE_BITS[name](x.b, x.cr.bit(ra), x.cr.bit(rb)));
  };
}

/** MCRF. */
export function moveField(x: Insn): void {
  x.cr.copy(x.bf, x.bfa);
}
