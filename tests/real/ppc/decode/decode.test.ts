import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MODE_USER, ppc } from '@kml/arch-ppc/isa';
import { rows } from '@kml/arch-ppc/isa/testing';
import { afterAll } from 'vitest';
import { crossProgram } from '../../cross/build.ts';
import { PPC } from '../../cross/targets.ts';
import { decodeSuite } from '../../decode/suite.ts';
import { Random } from '../../random/prng.ts';
import { randomWord } from '../random/words.ts';

const directory = mkdtempSync(join(tmpdir(), 'kml-decode-'));
afterAll(() => rmSync(directory, { recursive: true }));

const LIBRARIES = '/usr/powerpc-linux-gnu/lib';
const GCC = '/usr/lib/gcc-cross/powerpc-linux-gnu/12';

/** Words of every row with random fields, as an object file. */
function randomObject(): string {
  const random = new Random(1);
  const words = rows.flatMap((row) =>
    Array.from({ length: 300 }, () => randomWord({ ...row, manual: '' }, random) >>> 0),
  );
  const source = join(directory, 'words.s');
  const object = join(directory, 'words.o');
  writeFileSync(source, words.map((word) => `.long ${word}\n`).join(''));
  execFileSync('powerpc-linux-gnu-as', ['-o', object, source]);
  return object;
}

const dump = (file: string): string[] => ['powerpc-linux-gnu-objdump', '-d', '-M', 'ppc', file];

decodeSuite({
  isa: ppc,
  mode: MODE_USER,
  async inputs() {
    return [
      { name: 'libc', command: dump(`${LIBRARIES}/libc.so.6`), minimum: 200_000 },
      { name: 'libm', command: dump(`${LIBRARIES}/libm.so.6`), minimum: 50_000 },
      { name: 'libstdc++', command: dump(`${LIBRARIES}/libstdc++.so.6`), minimum: 200_000 },
      { name: 'busybox', command: dump(crossProgram(PPC, 'static', 'busybox')), minimum: 200_000 },
      { name: 'cross-built objects', command: dump(`${GCC}/libgcc.a`), minimum: 5_000 },
      { name: 'random words', command: dump(randomObject()), minimum: 20_000 },
    ];
  },
  // Data, and what objdump takes for no instruction of a classic processor: invalid forms; hints on branches
  // that it does not call conditional; the 601's clock.
  ignore: ({ text }) => /^(?:\.long|\.\.\.|bc(?:lr|ctr)?l?a?[+-]|m[ft]rtc[lu])/.test(text),
  normalizeTheirs: (text) => text.replace(/^(b\S* (?:.*,)?)(?:0x)?([0-9a-f]+)$/, '$10x$2'),
});
