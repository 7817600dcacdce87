/**
 * C programs, hard and soft float, against QEMU's user mode: as ordinary and as kernel-mode processes,
 * interpreted and translated, what they print must be the same.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMachine, memoryDirectory, type RunResult } from '@kml/machine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestConsole } from '../../../guest/harness.ts';

const COMPILERS = ['arm-linux-gnueabihf', 'arm-linux-gnueabi'] as const;
const PROGRAMS = ['signals', 'it-blocks', 'threads', 'processes', 'files'] as const;
let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kml-arm-'));
  for (const compiler of COMPILERS) {
    for (const name of [...PROGRAMS, 'kernel-mode']) {
      const out = join(directory, `${name}.${compiler}`);
      const source = join(import.meta.dirname, `${name}.c`);
      execFileSync(`${compiler}-gcc`, ['-static', '-O1', '-w', '-o', out, source, '-lpthread', '-lm', '-latomic']);
    }
  }
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Run {
  readonly output: string;
  readonly result: RunResult;
}

async function runOurs(file: string, place: string, interpret: boolean, args: readonly string[] = []): Promise<Run> {
  const screen = new TestConsole();
  const files = { '/tmp/': new Uint8Array(), [`${place}/${file}`]: readFileSync(join(directory, file)) };
  const machine = createMachine({
    arch: 'arm',
    root: memoryDirectory(files),
    memory: 128 << 20,
    time: 'virtual',
    interpret,
    console: screen,
  });
  machine.load({ path: `${place}/${file}`, argv: [`${place}/${file}`, ...args], env: {} });
  const result = await machine.run({ timeoutSeconds: 100 });
  return { output: screen.output.replaceAll('\r', ''), result };
}

function runQemu(file: string): { output: string; status: number | null } {
  const { stdout, status } = spawnSync('qemu-arm-static', ['-cpu', 'cortex-a15', join(directory, file)], {
    encoding: 'latin1',
    timeout: 60_000,
  });
  return { output: stdout, status };
}

const WAYS = COMPILERS.flatMap((compiler) =>
  ['/bin', '/trusted'].flatMap((place) =>
    ['interpreted', 'translated'].map((engine) => ({ compiler, place, engine, interpret: engine === 'interpreted' })),
  ),
);

describe.each(WAYS)('$compiler, $engine in $place', ({ compiler, place, interpret }) => {
  test.each(PROGRAMS)('%s: the same as under QEMU', async (name) => {
    const file = `${name}.${compiler}`;
    const theirs = runQemu(file);
    const ours = await runOurs(file, place, interpret);
    // The mode in the signal frame is the one thing that a kernel-mode process sees otherwise.
    expect(ours.output.replaceAll('mode f', 'mode 0')).toBe(theirs.output);
    expect(ours.result).toEqual({ kind: 'exit', status: theirs.status });
  });

  test('timer signals come within IT blocks too, and change nothing', async () => {
    const { output } = await runOurs(`it-blocks.${compiler}`, place, interpret, ['inside']);
    expect(output.split('\n').slice(-3)).toEqual(['result 878396402, wrong 0, alarms 1', 'within a block 1', '']);
  });

  test('exec and vfork', async () => {
    const { output } = await runOurs(`processes.${compiler}`, place, interpret, ['exec']);
    const lines = ["argument 'one'", "argument 'two words'", "argument ''", 'exit 5'];
    expect(output).toBe([...lines, 'exec of nothing: No such file or directory', ''].join('\n'));
  });
});

describe.each(COMPILERS)('kernel mode, %s', (compiler) => {
  test.each([true, false])('privileged acts have their consequence (interpret %s)', async (interpret) => {
    const { output, result } = await runOurs(`kernel-mode.${compiler}`, '/trusted', interpret);
    expect(output.split('\n')).toEqual([
      'mode 1f',
      'read into kernel memory: 4, 64636261',
      'jiffies move: 1',
      'hooked: 4242',
      'unhooked: 1',
      'direct call: 1, in T32 1',
      'direct pause: -4, handled 1',
      'direct fork: 7',
      'write kernel text: 11',
      'write vectors: 11',
      'unmapped kernel stack: 11',
      'jump into kernel text: 4',
      'kernel call: 4',
      'back to user mode: 11',
      '',
    ]);
    expect(result).toEqual({ kind: 'exit', status: 0 });
  });

  test('an ordinary process has none of it', async () => {
    const { output, result } = await runOurs(`kernel-mode.${compiler}`, '/bin', false);
    expect(output).toBe('mode 10\nread into kernel memory: -14, 0\n');
    expect(result).toEqual({ kind: 'signal', signal: 11, status: 139 });
  });
});
