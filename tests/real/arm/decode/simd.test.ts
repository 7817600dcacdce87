import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { arm, USR } from '@kml/arch-arm/isa';
import { neonRows, type Row, vfpRows } from '@kml/arch-arm/isa/testing';
import { afterAll } from 'vitest';
import { decodeSuite } from '../../decode/suite.ts';
import { Random } from '../../random/prng.ts';
import { makeInstruction } from '../random/common.ts';
import { plain } from './style.ts';

/** Floating-point and SIMD instructions, which compilers use few of: random ones of every row. */
const EACH = 60;
const TRIES = 400;

const directory = mkdtempSync(join(tmpdir(), 'kml-decode-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** A file of instructions of the rows of one set. */
function fileOf(set: Row['set']): string {
  const random = new Random(7);
  const bytes: number[] = [];
  for (const row of [...vfpRows, ...neonRows]) {
    if (row.set !== set) continue;
    for (let made = 0, tries = 0; made < EACH && tries < TRIES; tries++) {
      const one = makeInstruction(row, random);
      if (!one) continue;
      bytes.push(...one.bytes);
      made++;
    }
  }
  const path = join(directory, set);
  writeFileSync(path, Uint8Array.from(bytes));
  return path;
}

const isThumb = (name: string): boolean => name === 'T32';

decodeSuite({
  isa: arm,
  mode: USR,
  async inputs() {
    return (['A32', 'T32'] as const).map((set) => ({
      name: set,
      command: [
        ...['arm-linux-gnueabihf-objdump', '-D', '-b', 'binary', '-marm'],
        ...(isThumb(set) ? ['-Mforce-thumb'] : []),
        fileOf(set),
      ],
      minimum: 20_000,
    }));
  },
  pcOf: ({ address }, { name }) => address | (isThumb(name) ? 1 : 0),
  ignore: () => false,
  normalizeTheirs: plain,
  normalizeOurs: plain,
});
