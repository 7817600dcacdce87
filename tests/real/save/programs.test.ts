import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryDirectory, standardRegistry } from '@kml/machine';
import { afterAll, describe, test } from 'vitest';
import { compileStatic } from '../syscalls/compile.ts';
import { guestPrograms } from '../syscalls/guest-programs.ts';
import { type Case, SEED, savedAlong } from './along.ts';

const ARCHES = standardRegistry().plugins.map(({ name }) => name);
const directory = mkdtempSync(join(tmpdir(), 'kml-save-programs-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** A C program, compiled for an architecture. */
async function compiled(source: string, arch: string, kernelMode: boolean): Promise<Case> {
  const program = join(directory, arch);
  await compileStatic(source, arch, program);
  const bytes = readFileSync(program);
  const root = memoryDirectory({ '/bin/program': bytes, '/tmp/': bytes, '/etc/': bytes });
  return {
    options: { arch, kernelMode, root, memory: 32 << 20 },
    program: { path: '/bin/program', argv: ['program'] },
  };
}

/** Every kind of file open, and every kind of wait, on every architecture. */
describe.each(['files', 'waits'])(`%s, seed ${SEED}`, (name) => {
  test.each(ARCHES)('on %s, in both modes', async (arch) => {
    const source = join(import.meta.dirname, `${name}.c`);
    for (const kernelMode of [false, true]) await savedAlong(await compiled(source, arch, kernelMode), 2);
  });
});

/** The programs that test system calls, those of others too: what they leave in the kernel's state can be saved. */
describe(`programs of the system-call suite, seed ${SEED}`, () => {
  const cases = guestPrograms().map((program, index) => {
    const arches = ARCHES.filter((arch) => program.only?.includes(arch) ?? true);
    const arch = arches[index % arches.length]!;
    return { name: program.name, source: program.source, arch, mode: index % 2 === 0 ? 'user' : 'kernel', index };
  });

  test.each(cases)('$name on $arch in $mode mode', async ({ source, arch, mode, index }) => {
    await savedAlong(await compiled(source, arch, mode === 'kernel'), 1, SEED + index);
  });
});
