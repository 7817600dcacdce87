import { ByteWriter } from './byte-writer.ts';
import { OBJECT_KINDS, SMALL, TAG } from './graph-format.ts';
import { walkObjects } from './object-walk.ts';
import { UnsaveableError } from './unsaveable-error.ts';
import { classNameOf, type ObjectKind, type OutsideNames, type View, viewType } from './value-kinds.ts';

/**
 * Writes everything reachable from a plain object: shared and cyclic references stay what they are,
 * Maps, Sets and properties keep their order, views of one buffer stay views of one buffer.
 *
 * First comes a list of all objects by kind, with what it takes to make them empty, then what each holds,
 * so that the reader has every object before the first reference to one.
 * @throws UnsaveableError for what is no plain data, with its path
 */
export function encodeGraph(root: object, outside: OutsideNames, guestBuffer?: ArrayBufferLike): Uint8Array {
  const { objects, problems } = walkObjects(root, outside, guestBuffer);
  if (problems.length > 0) throw new UnsaveableError(problems[0]!);
  return new GraphEncoder(objects, outside).encode();
}

class GraphEncoder {
  private readonly out = new ByteWriter();
  private readonly kinds: ReadonlyMap<object, ObjectKind>;
  private readonly outside: OutsideNames;
  private readonly numbers = new Map<object, number>();
  private readonly texts = new Map<string, number>();
  private readonly shapes = new Map<string, number>();

  constructor(kinds: ReadonlyMap<object, ObjectKind>, outside: OutsideNames) {
    this.kinds = kinds;
    this.outside = outside;
    for (const object of kinds.keys()) this.numbers.set(object, this.numbers.size);
  }

  encode(): Uint8Array {
    this.out.count(this.kinds.size);
    for (const [object, kind] of this.kinds) this.announce(object, kind);
    for (const [object, kind] of this.kinds) this.content(object, kind);
    return this.out.taken();
  }

  private announce(object: object, kind: ObjectKind): void {
    const { out } = this;
    out.u8(OBJECT_KINDS.indexOf(kind));
    if (kind === 'class') this.text(classNameOf(object));
    else if (kind === 'outside') this.text(this.outside.get(object)!);
    else if (kind === 'array') out.count((object as unknown[]).length);
    else if (kind === 'buffer') out.count((object as ArrayBuffer).byteLength);
    else if (kind === 'view') {
      const view = object as View;
      out.u8(viewType(view));
      out.count(this.numbers.get(view.buffer)!);
      out.count(view.byteOffset);
      out.count(view.length);
    }
  }

  private content(object: object, kind: ObjectKind): void {
    switch (kind) {
      case 'object':
      case 'class':
        this.properties(object as Record<string, unknown>);
        return;
      case 'array':
        this.elements(object as unknown[]);
        return;
      case 'map':
        this.out.count((object as Map<unknown, unknown>).size);
        for (const [key, value] of object as Map<unknown, unknown>) {
          this.value(key);
          this.value(value);
        }
        return;
      case 'set':
        this.out.count((object as Set<unknown>).size);
        for (const value of object as Set<unknown>) this.value(value);
        return;
      case 'buffer':
        this.out.raw(new Uint8Array(object as ArrayBuffer));
    }
  }

  /** Objects with the same keys in the same order have one shape, which is written with the first. */
  private properties(object: Record<string, unknown>): void {
    const keys = Object.keys(object);
    const shape = JSON.stringify(keys);
    const known = this.shapes.get(shape);
    this.out.count(known ?? this.shapes.size);
    if (known === undefined) {
      this.shapes.set(shape, this.shapes.size);
      this.out.count(keys.length);
      for (const key of keys) this.text(key);
    }
    for (const key of keys) this.value(object[key]);
  }

  private elements(array: unknown[]): void {
    for (let i = 0; i < array.length; i++) {
      if (i in array) this.value(array[i]);
      else this.out.u8(TAG.hole);
    }
  }

  private value(value: unknown): void {
    const { out } = this;
    switch (typeof value) {
      case 'undefined':
        out.u8(TAG.undefined);
        return;
      case 'boolean':
        out.u8(value ? TAG.true : TAG.false);
        return;
      case 'number':
        this.number(value);
        return;
      case 'bigint':
        this.bigint(value);
        return;
      case 'string':
        out.u8(TAG.text);
        this.text(value);
        return;
      default:
        if (value === null) out.u8(TAG.null);
        else {
          out.u8(TAG.object);
          out.count(this.numbers.get(value as object)!);
        }
    }
  }

  private number(value: number): void {
    const { out } = this;
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      out.u8(TAG.f64);
      out.f64(value);
    } else if (value >= 0 && value < 256 - SMALL) out.u8(SMALL + value);
    else if (value >= 0) {
      out.u8(TAG.whole);
      out.count(value);
    } else {
      out.u8(TAG.negative);
      out.count(-1 - value);
    }
  }

  private bigint(value: bigint): void {
    const fits = BigInt.asIntN(64, value) === value;
    this.out.u8(fits ? TAG.i64 : TAG.bigint);
    if (fits) this.out.i64(value);
    else this.text(String(value));
  }

  private text(value: string): void {
    const known = this.texts.get(value);
    this.out.count(known ?? this.texts.size);
    if (known !== undefined) return;
    this.texts.set(value, this.texts.size);
    this.out.text(value);
  }
}
