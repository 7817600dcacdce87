import { describe, expect, it } from 'vitest';
import { LOOKUP_ADDRESS, LOOKUP_BYTES } from '../memory/memory-map.ts';
import { LINKS_OFFSET } from './control-words.ts';
import { LookupCaches } from './lookup-caches.ts';

const BASE = 0x10000;

function setUp(): { caches: LookupCaches; i32: Int32Array; use(set: number): void } {
  const i32 = new Int32Array((BASE + 2 * LOOKUP_BYTES) >> 2);
  const use = (set: number): void => {
    i32[LOOKUP_ADDRESS >> 2] = BASE + set * LOOKUP_BYTES;
  };
  use(0);
  return { caches: new LookupCaches(i32, BASE, 2), i32, use };
}

describe('LookupCaches', () => {
  it('finds what was entered, in that set, for that mode', () => {
    const { caches, use } = setUp();
    caches.enter(0, 0x1000, 3, 7);
    expect([caches.find(0x1000, 3), caches.find(0x1000, 0), caches.find(0x1004, 3)]).toEqual([7, 0, 0]);
    use(1);
    expect(caches.find(0x1000, 3)).toBe(0);
  });

  it.each([1, 3, 2000])('after %i entries, written over and over, clear leaves no table slot of the set', (count) => {
    const { caches, i32, use } = setUp();
    use(1);
    caches.enter(1, 0x5000, 0, 99);
    use(0);
    for (const round of [1, 2]) {
      for (let i = 0; i < count; i++) {
        caches.enter(0, i * 16, 0, i + round);
        caches.wire(0, i, i + round);
      }
    }
    caches.clear(0);
    for (let i = 0; i < count; i++) expect(caches.find(i * 16, 0)).toBe(0);
    expect(i32.subarray((BASE + LINKS_OFFSET) >> 2, (BASE + LOOKUP_BYTES) >> 2).some((word) => word !== 0)).toBe(false);
    use(1);
    expect(caches.find(0x5000, 0)).toBe(99);
    use(0);
    caches.enter(0, 16, 0, 5);
    expect(caches.find(16, 0)).toBe(5);
    caches.clear(0);
    expect(caches.find(16, 0)).toBe(0);
  });
});
