import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isSaveFile, openSaveFile, SaveFileError, type SaveFilePart, writeSaveFile } from './save-file.ts';

let directory: string;
const path = (): string => join(directory, 'saved');
const PARTS: SaveFilePart[] = [
  { kind: 'directories', bytes: new Uint8Array() },
  { kind: 'state', bytes: new Uint8Array(100_000).fill(7) },
  { kind: 'swap', bytes: Uint8Array.from({ length: 5000 }, (_, at) => (at * at) >> 3) },
  { kind: 'frames', bytes: Uint8Array.of(1) },
];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kml-save-file-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function readAll() {
  const file = openSaveFile(path());
  const parts = [...file.parts].map(({ kind, bytes }) => ({ kind, bytes: new Uint8Array(bytes) }));
  file.close();
  return { header: file.header, bytes: file.bytes, parts };
}

test('what was written is read, packed, and for nobody else', () => {
  const done: number[] = [];
  const size = writeSaveFile(path(), { name: 'Ünï' }, PARTS, (bytes) => void done.push(bytes));
  expect(readAll()).toEqual({ header: { name: 'Ünï' }, bytes: size, parts: PARTS });
  expect(size).toBeLessThan(10_000);
  expect(done).toEqual([0, 100_000, 105_000, 105_001]);
  expect(statSync(path()).mode & 0o777).toBe(0o600);
  expect(isSaveFile(path())).toBe(true);
});

test('a file that was there is whole until the new one is', () => {
  writeSaveFile(path(), { version: 1 }, PARTS);
  const failing = function* (): Generator<SaveFilePart> {
    yield PARTS[1]!;
    expect(readAll().header).toEqual({ version: 1 });
    throw new Error('in the middle');
  };
  expect(() => writeSaveFile(path(), { version: 2 }, failing())).toThrow('in the middle');
  expect(readAll().header).toEqual({ version: 1 });
  expect(readdirSync(directory)).toEqual(['saved']);
  writeSaveFile(path(), { version: 3 }, PARTS);
  expect(readAll().header).toEqual({ version: 3 });
});

test('any byte that is another, and any that is missing, is noticed', () => {
  writeSaveFile(path(), { some: 'header' }, PARTS);
  const whole = readFileSync(path());
  for (let at = 0; at < whole.length; at += 29) {
    const broken = Buffer.from(whole);
    broken[at]! ^= 1 << (at % 8);
    writeFileSync(path(), broken);
    expect(() => openSaveFile(path()), `byte ${at}`).toThrow(SaveFileError);
    writeFileSync(path(), whole.subarray(0, at));
    expect(() => openSaveFile(path()), `cut at ${at}`).toThrow(SaveFileError);
  }
  writeFileSync(path(), Buffer.concat([whole, Buffer.of(0)]));
  expect(() => openSaveFile(path())).toThrow(/checksum/);
});

test('what is wrong with the place is said', () => {
  expect(() => openSaveFile(path())).toThrow('no such file or directory');
  mkdirSync(path());
  expect(() => openSaveFile(path())).toThrow('is a directory');
  expect(() => writeSaveFile(path(), {}, PARTS)).toThrow(/is a directory|EEXIST|not empty/i);
  expect(readdirSync(directory)).toEqual(['saved']);
  expect(() => writeSaveFile(join(directory, 'no/where'), {}, PARTS)).toThrow('no such file or directory');
  expect([isSaveFile(path()), isSaveFile(join(directory, 'nosuch'))]).toEqual([false, false]);
});
