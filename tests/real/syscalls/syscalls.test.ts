import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { standardRegistry } from '@kml/machine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const KML = fileURLToPath(new URL('../../../bin/kml', import.meta.url));
const DIRECTORY = fileURLToPath(new URL('.', import.meta.url));
const PROGRAMS = readdirSync(DIRECTORY)
  .filter((name) => name.endsWith('.c'))
  .map((name) => name.slice(0, -2));

/** Compilers with a static glibc, by architecture; what the first one makes also runs on this host's kernel. */
const COMPILERS: Readonly<Record<string, string>> = {
  ia32: 'i686-linux-gnu-gcc',
  arm: 'arm-linux-gnueabihf-gcc',
  mips: 'mips-linux-gnu-gcc',
  mipsel: 'mipsel-linux-gnu-gcc',
  ppc: 'powerpc-linux-gnu-gcc',
};

const directory = mkdtempSync(join(tmpdir(), 'kml-syscalls-'));
afterAll(() => rmSync(directory, { recursive: true }));

function compiled(arch: string, name: string): string {
  const program = join(directory, `${name}-${arch}`);
  const flags = ['-O2', '-std=gnu11', '-w', '-static', '-pthread'];
  execFileSync(COMPILERS[arch]!, [...flags, '-o', program, join(DIRECTORY, `${name}.c`), '-lrt']);
  return program;
}

function outcomeOf(command: readonly string[]) {
  const { stdout, stderr, status } = spawnSync(command[0]!, command.slice(1), { encoding: 'utf8', timeout: 200_000 });
  return { stdout, stderr, status };
}

const ARCHES = standardRegistry().plugins.map(({ name }) => name);

/** Each program prints only what is the same on every Linux: here it prints what it does on the host's. */
describe.each(PROGRAMS)('%s', (name) => {
  let native: ReturnType<typeof outcomeOf>;
  beforeAll(() => {
    native = outcomeOf([compiled('ia32', name)]);
    expect(native).toMatchObject({ stderr: '', status: 0 });
  });

  test.each(ARCHES)('on %s, in both modes, as natively', (arch) => {
    const program = compiled(arch, name);
    for (const mode of [[], ['--kernel-mode']]) {
      const command = [KML, 'run', '--timeout', '150', '--time', 'virtual', ...mode, program];
      expect(outcomeOf(command), `${arch} ${mode}`).toEqual(native);
    }
  });
});
