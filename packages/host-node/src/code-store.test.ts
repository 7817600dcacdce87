import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCodeStore } from './code-store.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kml-code-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const of = (bytes: number): Uint8Array[] => [new Uint8Array(bytes).fill(7)];

/** Says of a store or of a version that it was last used so many seconds ago. */
function age(name: string, seconds: number): void {
  const then = Date.now() / 1000 - seconds;
  utimesSync(join(directory, name), then, then);
}

test('what is written is read piecewise, and stays as it was opened while it is written again', () => {
  const store = openCodeStore(directory, 'v1');
  expect(store.open('/bin/sh')).toBeUndefined();
  store.write('/bin/sh', [Uint8Array.of(1, 2), Uint8Array.of(3, 4)]);
  const file = store.open('/bin/sh')!;
  store.write('/bin/sh', [Uint8Array.of(9)]);
  const piece = new Uint8Array(2);
  expect([file.size, file.read(piece, 1), ...piece]).toEqual([4, true, 2, 3]);
  expect(file.read(piece, 3)).toBe(false);
  file.close();
  expect(file.read(piece, 0)).toBe(false);
});

test('beyond its bytes the stores least recently used go', () => {
  const store = openCodeStore(directory, 'v1', 100);
  store.write('a', of(40));
  store.write('b', of(40));
  age('v1/a.code', 20);
  age('v1/b.code', 10);
  store.open('a')!.close();
  store.write('c', of(40));
  expect(readdirSync(join(directory, 'v1')).sort()).toEqual(['a.code', 'c.code']);
});

test('a new version leaves three others, if they were used within a week', () => {
  for (const version of ['v1', 'v2', 'v3', 'v4', 'v5']) openCodeStore(directory, version).write('a', of(1));
  expect(readdirSync(directory)).toHaveLength(4);
  rmSync(directory, { recursive: true });
  for (const version of ['v1', 'v2']) openCodeStore(directory, version).write('a', of(1));
  age('v1', 8 * 24 * 3600);
  openCodeStore(directory, 'v3').write('a', of(1));
  expect(['v1', 'v2', 'v3'].filter((version) => existsSync(join(directory, version)))).toEqual(['v2', 'v3']);
});

test('what cannot be made to the end leaves what was there, and nothing beside it', () => {
  const store = openCodeStore(directory, 'v1');
  store.write('a', of(10));
  store.write('a', failing());
  expect(readdirSync(join(directory, 'v1'))).toEqual(['a.code']);
  const file = store.open('a')!;
  expect(file.size).toBe(10);
  file.close();
});

function* failing(): Iterable<Uint8Array> {
  yield* of(1 << 20);
  throw new Error('lost');
}
