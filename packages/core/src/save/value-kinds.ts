import { AddressSpace } from '../memory/address-space.ts';
import { PageTable } from '../memory/page-table.ts';

/**
 * What machine state may consist of. A value is saved by what it is, never by where it hangs, so that
 * state which somebody adds to the kernel tomorrow is saved without a word about it here: primitives,
 * plain objects, arrays, Maps, Sets, ArrayBuffers and views of them, objects of the few classes below
 * (their own properties, and the class by name), and outside objects, which have a name in place of content.
 */
export type ObjectKind = 'array' | 'object' | 'map' | 'set' | 'buffer' | 'view' | 'class' | 'outside';

/** Classes whose objects are state, by the name they have in a save file. Their fields are data; no private `#` fields. */
const CLASSES: Readonly<Record<string, { readonly prototype: object }>> = { AddressSpace, PageTable };

/** Views of buffers, by their number in a save file. */
export const VIEW_TYPES = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;

export type View = InstanceType<(typeof VIEW_TYPES)[number]>;

const KIND_OF_PROTOTYPE = new Map<unknown, ObjectKind>([
  [Array.prototype, 'array'],
  [Object.prototype, 'object'],
  [Map.prototype, 'map'],
  [Set.prototype, 'set'],
  [ArrayBuffer.prototype, 'buffer'],
  ...VIEW_TYPES.map((type) => [type.prototype, 'view'] as const),
  ...Object.values(CLASSES).map(({ prototype }) => [prototype, 'class'] as const),
]);

/** Objects that are no state but are referred to by it (a host directory), by the names they are saved under. */
export type OutsideNames = ReadonlyMap<object, string>;

/** The kind of an object or function, or what is wrong with it. */
export function kindOf(value: object, outside: OutsideNames): ObjectKind | { readonly problem: string } {
  if (outside.has(value)) return 'outside';
  if (typeof value === 'function') return { problem: `a function (${value.name || 'without a name'})` };
  const prototype: unknown = Object.getPrototypeOf(value);
  const kind = KIND_OF_PROTOTYPE.get(prototype);
  if (kind === undefined) return { problem: `an object of class ${className(prototype)}` };
  return kind === 'object' || kind === 'class' ? plainOrProblem(value, kind) : kind;
}

/** Properties must be data under a string key: an accessor is a function, and symbols have no identity in a file. */
function plainOrProblem(value: object, kind: ObjectKind): ObjectKind | { readonly problem: string } {
  if (Object.getOwnPropertySymbols(value).length > 0) return { problem: 'an object with a symbol for a key' };
  for (const key of Object.keys(value)) {
    if (Object.getOwnPropertyDescriptor(value, key)!.get) return { problem: `an object whose '${key}' is an accessor` };
  }
  return kind;
}

function className(prototype: unknown): string {
  return prototype === null ? 'null' : ((prototype as { constructor?: { name?: string } }).constructor?.name ?? '?');
}

/** Saved name of the class of an object of kind 'class'. */
export function classNameOf(value: object): string {
  const prototype = Object.getPrototypeOf(value);
  return Object.keys(CLASSES).find((name) => CLASSES[name]!.prototype === prototype)!;
}

/** Prototype of the class of that saved name, undefined if there is none. */
export function prototypeOfClass(name: string): object | undefined {
  return CLASSES[name]?.prototype;
}

/** Number of a view's type in VIEW_TYPES. */
export function viewType(view: View): number {
  return VIEW_TYPES.findIndex(({ prototype }) => prototype === Object.getPrototypeOf(view));
}
