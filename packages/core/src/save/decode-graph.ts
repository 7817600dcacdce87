import { ByteReader } from './byte-reader.ts';
import { OBJECT_KINDS, SMALL, TAG } from './graph-format.ts';
import { type ObjectKind, prototypeOfClass, VIEW_TYPES } from './value-kinds.ts';

/** What decodeGraph gives: the root, and every object. */
export interface DecodedGraph {
  readonly root: object;
  readonly objects: readonly object[];
}

/**
 * Reads what encodeGraph wrote.
 * @param outside outside objects by their names
 * @throws RangeError or TypeError where the bytes are no such graph
 */
export function decodeGraph(bytes: Uint8Array, outside: ReadonlyMap<string, object>): DecodedGraph {
  return new GraphDecoder(bytes, outside).decode();
}

class GraphDecoder {
  private readonly input: ByteReader;
  private readonly outside: ReadonlyMap<string, object>;
  private readonly kinds: ObjectKind[] = [];
  private readonly objects: object[] = [];
  private readonly texts: string[] = [];
  private readonly shapes: (readonly string[])[] = [];

  constructor(bytes: Uint8Array, outside: ReadonlyMap<string, object>) {
    this.input = new ByteReader(bytes);
    this.outside = outside;
  }

  decode(): DecodedGraph {
    const { input, objects, kinds } = this;
    const count = input.count();
    const views: [number, () => object][] = [];
    for (let number = 0; number < count; number++) {
      const kind = OBJECT_KINDS[input.u8()];
      if (kind === undefined) throw new TypeError('an object of no known kind');
      kinds.push(kind);
      if (kind === 'view') views.push([number, this.announcedView()]);
      objects.push(kind === 'view' ? VIEW_TO_COME : this.empty(kind));
    }
    // A view may stand before its buffer.
    for (const [number, make] of views) objects[number] = make();
    for (let number = 0; number < count; number++) this.fill(objects[number]!, kinds[number]!);
    return { root: objects[0]!, objects };
  }

  private empty(kind: Exclude<ObjectKind, 'view'>): object {
    const { input } = this;
    switch (kind) {
      case 'array':
        return new Array(input.count());
      case 'object':
        return {};
      case 'map':
        return new Map();
      case 'set':
        return new Set();
      case 'buffer':
        return new ArrayBuffer(input.count());
      case 'class':
        return Object.create(known(prototypeOfClass(this.text()), 'class'));
      case 'outside':
        return known(this.outside.get(this.text()), 'outside object');
    }
  }

  private announcedView(): () => object {
    const { input, objects } = this;
    const type = known(VIEW_TYPES[input.u8()], 'view');
    const [buffer, offset, length] = [input.count(), input.count(), input.count()];
    return () => new type(objects[buffer] as ArrayBuffer, offset, length);
  }

  private fill(object: object, kind: ObjectKind): void {
    const { input } = this;
    switch (kind) {
      case 'object':
      case 'class':
        for (const key of this.shape()) (object as Record<string, unknown>)[key] = this.value();
        return;
      case 'array': {
        const { length } = object as unknown[];
        for (let i = 0; i < length; i++) {
          const tag = input.u8();
          if (tag !== TAG.hole) (object as unknown[])[i] = this.tagged(tag);
        }
        return;
      }
      case 'map':
        for (let left = input.count(); left > 0; left--)
          (object as Map<unknown, unknown>).set(this.value(), this.value());
        return;
      case 'set':
        for (let left = input.count(); left > 0; left--) (object as Set<unknown>).add(this.value());
        return;
      case 'buffer':
        new Uint8Array(object as ArrayBuffer).set(input.raw((object as ArrayBuffer).byteLength));
    }
  }

  private shape(): readonly string[] {
    const number = this.input.count();
    if (number < this.shapes.length) return this.shapes[number]!;
    const keys: string[] = [];
    for (let left = this.input.count(); left > 0; left--) keys.push(this.text());
    this.shapes.push(keys);
    return keys;
  }

  private value(): unknown {
    return this.tagged(this.input.u8());
  }

  private tagged(tag: number): unknown {
    const { input } = this;
    if (tag >= SMALL) return tag - SMALL;
    switch (tag) {
      case TAG.undefined:
        return undefined;
      case TAG.null:
        return null;
      case TAG.false:
        return false;
      case TAG.true:
        return true;
      case TAG.whole:
        return input.count();
      case TAG.negative:
        return -1 - input.count();
      case TAG.f64:
        return input.f64();
      case TAG.i64:
        return input.i64();
      case TAG.bigint:
        return BigInt(this.text());
      case TAG.text:
        return this.text();
      case TAG.object:
        return known(this.objects[input.count()], 'object');
      default:
        throw new TypeError(`a value of no known kind (${tag})`);
    }
  }

  private text(): string {
    const number = this.input.count();
    if (number < this.texts.length) return this.texts[number]!;
    const text = this.input.text();
    this.texts.push(text);
    return text;
  }
}

const VIEW_TO_COME = {};

function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new TypeError(`no such ${what}`);
  return value;
}
