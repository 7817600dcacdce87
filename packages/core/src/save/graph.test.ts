import { describe, expect, test } from 'vitest';
import { AddressSpace } from '../memory/address-space.ts';
import { decodeGraph } from './decode-graph.ts';
import { encodeGraph } from './encode-graph.ts';
import { walkObjects } from './object-walk.ts';

const NONE = new Map();

function copyOf<T extends object>(root: T): T {
  return decodeGraph(encodeGraph(root, NONE), NONE).root as T;
}

describe('what is saved comes back', () => {
  test('values of every type', () => {
    const values = {
      ...{ nothing: undefined, none: null, yes: true, no: false },
      numbers: [0, -0, 1, -1, 239, 240, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, -(2 ** 53), 2 ** 60, 0.1, Number.NaN],
      infinite: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
      big: [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 63n, -(2n ** 200n)],
      texts: ['', 'a', 'ÿ', 'Ā', '\ud800', '𝄞', 'x'.repeat(1000)],
    };
    const copy = copyOf(values);
    expect(copy).toStrictEqual(values);
    expect(Object.is(copy.numbers[1], -0)).toBe(true);
    expect('nothing' in copy).toBe(true);
  });

  test('the order of keys, Maps and Sets; holes in arrays', () => {
    const root = {
      b: 1,
      a: 2,
      map: new Map<unknown, unknown>([
        ['z', 1],
        [3, 'x'],
        [2, { deep: [1n] }],
      ]),
      set: new Set([5, 'five', 1]),
      // biome-ignore lint/suspicious/noSparseArray: a table with gaps is what is tested
      gaps: [, 1, , undefined],
    };
    const copy = copyOf(root);
    expect(copy).toStrictEqual(root);
    expect(Object.keys(copy)).toEqual(['b', 'a', 'map', 'set', 'gaps']);
    expect([...copy.map.keys()]).toEqual(['z', 3, 2]);
    expect([0 in copy.gaps, 3 in copy.gaps, copy.gaps.length]).toEqual([false, true, 4]);
  });

  test('cycles and shared references, as keys of Maps and in Sets too', () => {
    const shared = { name: 'shared' };
    const key = { name: 'key' };
    const root: Record<string, unknown> = { one: shared, two: [shared], map: new Map([[key, shared]]), key };
    root.self = root;
    root.set = new Set([root, shared]);
    const copy = copyOf(root) as {
      one: object;
      two: object[];
      map: Map<object, object>;
      key: object;
      self: object;
      set: Set<object>;
    };
    expect(copy.self).toBe(copy);
    expect(copy.two[0]).toBe(copy.one);
    expect(copy.map.get(copy.key)).toBe(copy.one);
    expect([...copy.set]).toEqual([copy, copy.one]);
    expect(copy.one).toEqual(shared);
    expect(copy.one).not.toBe(shared);
  });

  test('views of one buffer stay views of one buffer', () => {
    const buffer = new ArrayBuffer(16);
    const root = { words: new Int32Array(buffer), bytes: new Uint8Array(buffer, 4, 5), f: new Float64Array([1.5]) };
    root.words[1] = 0x04030201;
    const copy = copyOf(root);
    expect(copy).toStrictEqual(root);
    copy.words[1] = -1;
    expect([...copy.bytes]).toEqual([255, 255, 255, 255, 0]);
  });

  test('a list of a hundred thousand links', () => {
    let list: { next: unknown } = { next: undefined };
    for (let i = 0; i < 100_000; i++) list = { next: list };
    let length = 0;
    for (let at: typeof list | undefined = copyOf(list); at; at = at.next as typeof list) length++;
    expect(length).toBe(100_001);
  });

  test('address spaces with their page tables, as what they are', () => {
    const space = new AddressSpace(7);
    space.pages.put(5, 0x1234);
    const { space: copy, again } = copyOf({ space, again: space });
    expect(copy).toBeInstanceOf(AddressSpace);
    expect(again).toBe(copy);
    expect([copy.id, copy.pages.get(5), copy.pages.get(6)]).toEqual([7, 0x1234, 0]);
  });

  test('outside objects, by name', () => {
    const there = { read: () => 1 };
    const here = { read: () => 2 };
    const bytes = encodeGraph({ there }, new Map([[there, 'directory']]));
    expect((decodeGraph(bytes, new Map([['directory', here]])).root as { there: object }).there).toBe(here);
    expect(() => decodeGraph(bytes, NONE)).toThrow(TypeError);
  });
});

describe('what cannot be saved is found, with its path', () => {
  class Hidden {}
  const memory = new ArrayBuffer(8);
  test.each([
    ['.a.b[2]', 'a function (handler)', { a: { b: [1, 2, function handler() {}] } }],
    [".m.get('x').f", 'a function (f)', { m: new Map([['x', { f: () => {} }]]) }],
    ['.h', 'an object of class Hidden', { h: new Hidden() }],
    ['.d.get(4)', 'an object of class Date', { d: new Map([[4, new Date()]]) }],
    ['.s.values()', 'a symbol', { s: new Set([Symbol('s')]) }],
    [
      '.o',
      "an object whose 'late' is an accessor",
      { o: Object.defineProperty({}, 'late', { get: () => 1, enumerable: true }) },
    ],
    ['.n', 'an object of class null', { n: Object.create(null) }],
    ['.p.buffer', 'a view of guest memory', { p: new Uint8Array(memory, 4) }],
    ['.w', 'an object of class WeakMap', { w: new WeakMap() }],
  ])('%s: %s', (path, problem, root) => {
    expect(walkObjects(root, NONE, memory).problems).toEqual([{ path, problem }]);
    expect(() => encodeGraph(root, NONE, memory)).toThrow(`machine state holds ${problem} at ${path}`);
  });

  test('all of it at once', () => {
    const root = { f: () => {}, list: [new Hidden(), { g: () => {} }] };
    expect(walkObjects(root, NONE).problems.map(({ path }) => path)).toEqual(['.f', '.list[0]', '.list[1].g']);
  });
});

test('damaged bytes give an error, never a hang or something else', () => {
  const bytes = encodeGraph({ a: [1, 'x', new Map([[1, new Uint8Array(9)]])], b: { c: -5n } }, NONE);
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decodeGraph(bytes.slice(0, length), NONE)).toThrow();
  }
  let seed = 1;
  for (let i = 0; i < 2000; i++) {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    const broken = bytes.slice();
    broken[(seed >>> 8) % broken.length] = seed;
    try {
      decodeGraph(broken, NONE);
    } catch (error) {
      expect(error instanceof RangeError || error instanceof TypeError || error instanceof SyntaxError).toBe(true);
    }
  }
});
