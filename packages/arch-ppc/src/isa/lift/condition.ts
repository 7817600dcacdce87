import type { BlockBuilder, I32 } from '@kml/core';
import { CR_FIELDS, reg } from '../state.ts';

const CR = CR_FIELDS.map(reg);
const SO = reg('so');

/** Bits of a field of CR, by number in it. PEM, 2.1.3. */
export const LT = 0;
export const GT = 1;
export const EQ = 2;
export const UN = 3;

type Kind = 'signed' | 'unsigned';

/** What is known of a field within the block that wrote it. */
interface Known {
  /** The word written: another current value means that it was overwritten. */
  readonly value: I32;
  /** A comparison… */
  readonly kind?: Kind;
  readonly a?: I32;
  readonly b?: I32;
  /** …or single bits, as 0 or 1. */
  readonly bits?: readonly (I32 | undefined)[];
}

/**
 * Reads and writes the fields of CR. A branch in the block of its compare becomes one comparison of
 * the compare's operands.
 */
export class ConditionFields {
  private builder!: BlockBuilder;
  private readonly known: (Known | undefined)[] = new Array(8).fill(undefined);

  /** To be called at each instruction; a new builder is a new block. */
  begin(builder: BlockBuilder): void {
    if (builder !== this.builder) this.known.fill(undefined);
    this.builder = builder;
  }

  /** The field's four bits. */
  field(number: number): I32 {
    return this.builder.get(CR[number]!);
  }

  /** Writes the field's four bits. */
  setField(number: number, value: I32): void {
    this.builder.set(value, CR[number]!);
    this.known[number] = undefined;
  }

  /** LT, GT, EQ of a comparison, and XER[SO]. */
  compare(number: number, kind: Kind, a: I32, b: I32): void {
    const ir = this.builder;
    const less = kind === 'signed' ? ir.ltS(a, b) : ir.ltU(a, b);
    const greater = kind === 'signed' ? ir.gtS(a, b) : ir.gtU(a, b);
    const order = ir.select(ir.const(8), ir.select(ir.const(4), ir.const(2), greater), less);
    const value = ir.or(order, ir.get(SO));
    this.setField(number, value);
    this.known[number] = { value, kind, a, b };
  }

  /** Writes the field from four bits that are 0 or 1; gives its word. */
  setBits(number: number, bits: readonly [lt: I32, gt: I32, eq: I32, un: I32]): I32 {
    const ir = this.builder;
    const high = ir.or(ir.shl(bits[0], ir.const(3)), ir.shl(bits[1], ir.const(2)));
    const value = ir.or(high, ir.or(ir.shl(bits[2], ir.const(1)), bits[3]));
    this.setField(number, value);
    this.known[number] = { value, bits };
    return value;
  }

  /** Copies a field (MCRF). */
  copy(to: number, from: number): void {
    const known = this.current(from);
    this.setField(to, this.field(from));
    this.known[to] = known;
  }

  /** Bit 0 to 31 of CR, as 0 or 1. */
  bit(number: number): I32 {
    const ir = this.builder;
    const direct = this.direct(number, true);
    if (direct !== undefined) return direct;
    return ir.and(ir.shrU(this.field(number >> 2), ir.const(3 - (number & 3))), ir.const(1));
  }

  /** Writes bit 0 to 31 of CR from a value that is 0 or 1. */
  setBit(number: number, value: I32): void {
    const ir = this.builder;
    const field = number >> 2;
    const place = number & 3;
    const before = this.current(field);
    const bits = [0, 1, 2, 3].map((other) => {
      if (other === place) return value;
      return before === undefined ? undefined : this.direct(field * 4 + other, true);
    });
    const others = ir.and(this.field(field), ir.const(15 & ~(8 >> place)));
    const word = ir.or(others, ir.shl(value, ir.const(3 - place)));
    this.setField(field, word);
    this.known[field] = { value: word, bits };
  }

  /** Non-zero if bit 0 to 31 of CR is set (`wanted`) or clear. */
  condition(number: number, wanted: boolean): I32 {
    const ir = this.builder;
    const direct = this.direct(number, wanted);
    if (direct !== undefined) return direct;
    const bit = ir.and(this.field(number >> 2), ir.const(8 >> (number & 3)));
    return wanted ? bit : ir.eqz(bit);
  }

  private current(field: number): Known | undefined {
    const known = this.known[field];
    return known !== undefined && known.value === this.field(field) ? known : undefined;
  }

  /** The bit, or its complement, as 0 or 1 without a look at the field's word. */
  private direct(number: number, wanted: boolean): I32 | undefined {
    const known = this.current(number >> 2);
    if (known === undefined) return undefined;
    const place = number & 3;
    const bit = known.bits?.[place];
    if (bit !== undefined) return wanted ? bit : this.builder.eqz(bit);
    return known.kind === undefined ? undefined : this.comparison(known.kind, known.a!, known.b!, place, wanted);
  }

  private comparison(kind: Kind, a: I32, b: I32, place: number, wanted: boolean): I32 | undefined {
    const ir = this.builder;
    switch (place) {
      case LT:
        if (kind === 'signed') return wanted ? ir.ltS(a, b) : ir.geS(a, b);
        return wanted ? ir.ltU(a, b) : ir.geU(a, b);
      case GT:
        if (kind === 'signed') return wanted ? ir.gtS(a, b) : ir.leS(a, b);
        return wanted ? ir.gtU(a, b) : ir.leU(a, b);
      case EQ:
        return wanted ? ir.eq(a, b) : ir.ne(a, b);
      default:
        return undefined;
    }
  }
}
