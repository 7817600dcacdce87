import { type FieldName, isFieldName } from './fields.ts';

/** A piece of a field: `width` bits at `from` of the instruction word are bits `to` and up of the field. */
export interface FieldPart {
  readonly name: FieldName;
  readonly from: number;
  readonly to: number;
  readonly width: number;
}

/** A parsed encoding. */
export interface Encoding {
  readonly bits: 16 | 32;
  /** An instruction has this encoding where word & mask = value. */
  readonly mask: number;
  readonly value: number;
  /** Bits that should be as in `value` and are not looked at: an encoder sets them. */
  readonly shouldBe: number;
  readonly shouldMask: number;
  readonly parts: readonly FieldPart[];
  readonly fields: ReadonlySet<FieldName>;
}

interface Piece {
  readonly name: FieldName;
  readonly from: number;
  readonly width: number;
  /** Given with @, else undefined. */
  readonly to: number | undefined;
}

/**
 * Parses an encoding: pieces from the most significant bit down (T32: first half-word first),
 * separated by blanks:
 *
 *     '0110'     fixed bits; x is any
 *     '(0)'      should-be bits, not looked at by the decoder
 *     'Rn:4'     a field. Pieces of one field are put together in order, first piece highest,
 *     'Vd@1:4'   or at the bit of the field given behind the @
 *     'Rd=Rn:3'  the same bits are a piece of two fields
 */
export function parseEncoding(text: string): Encoding {
  const tokens = text.trim().split(/\s+/);
  const bits = tokens.reduce((sum, token) => sum + tokenWidth(token, text), 0);
  if (bits !== 16 && bits !== 32) throw new TypeError(`encoding '${text}' has ${bits} bits`);
  let [mask, value, shouldMask, shouldBe] = [0, 0, 0, 0];
  const pieces: Piece[] = [];
  let at = bits;
  for (const token of tokens) {
    const width = tokenWidth(token, text);
    at -= width;
    const field = /^([\w=]+?)(?:@(\d+))?:\d+$/.exec(token);
    if (field) {
      for (const name of field[1]!.split('=')) {
        if (!isFieldName(name)) throw new TypeError(`encoding '${text}': no field '${name}'`);
        pieces.push({ name, from: at, width, to: field[2] === undefined ? undefined : Number(field[2]) });
      }
      continue;
    }
    const should = token.startsWith('(');
    const digits = should ? token.slice(1, -1) : token;
    for (let i = 0; i < digits.length; i++) {
      const bit = 1 << (at + digits.length - 1 - i);
      if (digits[i] === 'x') continue;
      if (should) shouldMask |= bit;
      else mask |= bit;
      if (digits[i] === '1' && should) shouldBe |= bit;
      else if (digits[i] === '1') value |= bit;
    }
  }
  const parts = placeParts(pieces);
  return { bits, mask, value, shouldBe, shouldMask, parts, fields: new Set(parts.map((part) => part.name)) };
}

function tokenWidth(token: string, text: string): number {
  const field = /^[\w=]+?(?:@\d+)?:(\d+)$/.exec(token);
  if (field) return Number(field[1]);
  if (/^[01x]+$/.test(token)) return token.length;
  if (/^\([01]+\)$/.test(token)) return token.length - 2;
  throw new TypeError(`encoding '${text}': what is '${token}'?`);
}

/** Pieces without a place are put together, the last one lowest. */
function placeParts(pieces: readonly Piece[]): FieldPart[] {
  const parts: FieldPart[] = [];
  const next = new Map<FieldName, number>();
  for (const piece of [...pieces].reverse()) {
    const to = piece.to ?? next.get(piece.name) ?? 0;
    if (piece.to === undefined) next.set(piece.name, to + piece.width);
    parts.push({ name: piece.name, from: piece.from, to, width: piece.width });
  }
  return parts;
}
