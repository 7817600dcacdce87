import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { standardRegistry } from '@kml/machine';
import { afterAll, describe, expect, test } from 'vitest';

const KML = fileURLToPath(new URL('../../../bin/kml', import.meta.url));
const SOURCE = fileURLToPath(new URL('threads.c', import.meta.url));

/** By architecture: compilers with a static glibc, and what runs their programs on this host. */
const TARGETS: Readonly<Record<string, readonly { compile: readonly string[]; run: readonly string[] }[]>> = {
  ia32: [{ compile: ['i686-linux-gnu-gcc'], run: [] }],
  arm: [
    { compile: ['arm-linux-gnueabihf-gcc'], run: ['qemu-arm-static'] },
    { compile: ['arm-linux-gnueabihf-gcc', '-marm'], run: ['qemu-arm-static'] },
  ],
  mips: [{ compile: ['mips-linux-gnu-gcc'], run: ['qemu-mips-static'] }],
  mipsel: [{ compile: ['mipsel-linux-gnu-gcc'], run: ['qemu-mipsel-static'] }],
  ppc: [{ compile: ['powerpc-linux-gnu-gcc'], run: ['qemu-ppc-static'] }],
};

/** What every run prints. */
const EXPECTED = [
  'mutex 12800, joined 2016',
  'atomics 38400 320000003200 0 64000',
  "thread-local: 0 bad, main's own 7",
  'queue: 636800 taken, 0 left',
  'barrier: 0 early, 2 told',
  'broadcast: 64 woken',
  'deadline: timed out',
  'specific: sum 2080, initialised 1',
  'cancelled: 64',
  'C11: 200 turns, results 46',
  '',
].join('\n');

const directory = mkdtempSync(join(tmpdir(), 'kml-threads-'));
afterAll(() => rmSync(directory, { recursive: true }));

function outcomeOf(command: readonly string[]) {
  const { stdout, stderr, status } = spawnSync(command[0]!, command.slice(1), { encoding: 'utf8', timeout: 200_000 });
  return { stdout, stderr, status };
}

describe.each(standardRegistry().plugins.map(({ name }) => name))('64 threads on %s', (arch) => {
  for (const { compile, run } of TARGETS[arch] ?? []) {
    const [compiler, ...flags] = compile;
    const program = join(directory, compile.join(''));
    // Cancelling a thread unwinds its stack.
    const always = ['-O2', '-std=gnu11', '-Wall', '-fexceptions', '-static'];
    execFileSync(compiler!, [...always, '-o', program, SOURCE, '-pthread', '-latomic', ...flags]);

    test(`${compile.join(' ')}: do what they do elsewhere`, () => {
      expect(outcomeOf([...run, program])).toEqual({ stdout: EXPECTED, stderr: '', status: 3 });
    });

    test.each([[[]], [['--interpret']], [['--kernel-mode']], [['--hotness', '1', '--time', 'virtual']]])(
      `${compile.join(' ')}: do the same here, with %j`,
      (options) => {
        const command = [KML, 'run', '--timeout', '150', ...options, program];
        expect(outcomeOf(command)).toEqual({ stdout: EXPECTED, stderr: '', status: 3 });
      },
    );
  }
});
