import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { standardRegistry } from '@kml/machine';
import { afterAll, describe, expect, test } from 'vitest';
import { debianRoot } from '../debian/root.ts';

const KML = fileURLToPath(new URL('../../../bin/kml', import.meta.url));
const SOURCE = fileURLToPath(new URL('chain.c', import.meta.url));

/** Compilers by architecture, ARM's for either instruction set. Chains of ARM's code need its unwind table. */
const COMPILERS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  ia32: [['i686-linux-gnu-gcc'], ['i686-linux-gnu-gcc', '-fno-asynchronous-unwind-tables', '-fno-omit-frame-pointer']],
  arm: [
    ['arm-linux-gnueabihf-gcc', '-funwind-tables'],
    ['arm-linux-gnueabihf-gcc', '-funwind-tables', '-marm'],
  ],
  mips: [['mips-linux-gnu-gcc']],
  mipsel: [['mipsel-linux-gnu-gcc']],
  ppc: [['powerpc-linux-gnu-gcc'], ['powerpc-linux-gnu-gcc', '-fno-asynchronous-unwind-tables']],
};

const directory = mkdtempSync(join(tmpdir(), 'kml-profile-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Runs a command line that writes a profile in the folded form; its stacks with their shares of instructions. */
function sharesOf(args: readonly string[]): Map<string, number> {
  const file = join(directory, 'profile.folded');
  const command = ['run', '--time', 'virtual', '--profile', file, ...args];
  const { status, stderr } = spawnSync(KML, command, { encoding: 'utf8', timeout: 120_000 });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const counts = lines.map((line): [string, number] => {
    const blank = line.lastIndexOf(' ');
    return [line.slice(0, blank), Number(line.slice(blank + 1))];
  });
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  return new Map(counts.map(([stack, count]) => [stack, count / all]));
}

function share(shares: ReadonlyMap<string, number>, holds: (stack: string) => boolean): number {
  return [...shares].reduce((sum, [stack, part]) => sum + (holds(stack) ? part : 0), 0);
}

const ROWS = standardRegistry().plugins.flatMap(({ name }) =>
  (COMPILERS[name] ?? []).map((compile): [string, readonly string[]] => [name, compile]),
);

describe.each(ROWS)('%s, %j', (_arch, [compiler, ...flags]) => {
  const program = join(directory, [compiler!, ...flags].join(''));
  execFileSync(compiler!, ['-O2', '-static', '-o', program, SOURCE, ...flags]);

  test.each([[[]], [['--interpret']], [['--kernel-mode']]])('the chain of calls is found, with %j', (options) => {
    const shares = sharesOf(['--profile-every', '10007', ...options, program, '200000']);
    const chain = share(shares, (stack) => /(^|;)main;outermost;middle;innermost$/.test(stack));
    expect(chain).toBeGreaterThan(0.95);
  });
});

describe.each(['i386', 'mipsel'] as const)("Debian's python3 on %s", (architecture) => {
  test('most of its stacks reach from the start of the program to the interpreter', async () => {
    const root = await debianRoot(architecture);
    const script = 'import json; json.dumps([{"a": i} for i in range(2000)], indent=1)';
    const shares = sharesOf(['--root', root, '--profile-every', '20011', '--', 'python3', '-c', script]);
    const deep = share(shares, (stack) => /^python3;_+start;.*Py_BytesMain;.*;_PyEval_EvalFrameDefault/.test(stack));
    expect(deep).toBeGreaterThan(0.4);
  });
});
