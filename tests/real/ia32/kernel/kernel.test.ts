/**
 * C programs against the kernel of the host they are built on, as ordinary and as kernel-mode
 * processes, interpreted and translated: what they print must be the same.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMachine, memoryDirectory, type RunResult } from '@kml/machine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestConsole } from '../../../guest/harness.ts';

let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kml-kernel-'));
  for (const name of ['signals', 'traps', 'starvation', 'kernel-mode']) {
    const source = join(import.meta.dirname, `${name}.c`);
    const out = join(directory, name);
    execFileSync('i686-linux-gnu-gcc', ['-static', '-O1', '-w', '-o', out, source, '-lm', '-lpthread']);
  }
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Run {
  readonly output: string;
  readonly result: RunResult;
}

async function runOurs(name: string, place: string, interpret: boolean, args: readonly string[] = []): Promise<Run> {
  const screen = new TestConsole();
  const files = { '/tmp/': new Uint8Array(), [`${place}/${name}`]: readFileSync(join(directory, name)) };
  const machine = createMachine({
    root: memoryDirectory(files),
    memory: 128 << 20,
    time: 'virtual',
    interpret,
    console: screen,
  });
  machine.load({ path: `${place}/${name}`, argv: [name, ...args], env: {} });
  const result = await machine.run({ timeoutSeconds: 100 });
  return { output: screen.output.replaceAll('\r', ''), result };
}

function runNative(name: string, args: readonly string[] = []): { output: string; status: number | null } {
  const { stdout, status } = spawnSync(join(directory, name), args, { encoding: 'latin1', timeout: 20_000 });
  return { output: stdout, status };
}

const WAYS = [
  { place: '/bin', engine: 'interpreted' },
  { place: '/bin', engine: 'translated' },
  { place: '/trusted', engine: 'interpreted' },
  { place: '/trusted', engine: 'translated' },
];

describe.each(WAYS)('$engine in $place', ({ place, engine }) => {
  test('signals: the same as natively', async () => {
    const native = runNative('signals');
    const ours = await runOurs('signals', place, engine === 'interpreted');
    expect(ours.output).toBe(native.output);
    expect(ours.result).toEqual({ kind: 'exit', status: native.status });
  });

  test('exceptions, descriptors and single step: the same as natively', async () => {
    const args = place === '/trusted' ? ['kernel'] : [];
    const ours = await runOurs('traps', place, engine === 'interpreted', args);
    expect(ours.output).toBe(runNative('traps', args).output);
  });

  test('a stack that is not there loses no system call and no tick', async () => {
    const { output } = await runOurs('starvation', place, engine === 'interpreted');
    expect(output).toBe(`cpl ${place === '/trusted' ? 0 : 3} wrong 0 missing 0 enough 1\n`);
  });
});

describe('kernel mode', () => {
  test.each([true, false])(
    'privileged acts have their consequence, and the machine goes on (interpret %s)',
    async (interpret) => {
      const { output, result } = await runOurs('kernel-mode', '/trusted', interpret);
      expect(output.split('\n')).toEqual([
        'read into kernel memory: 4, 64636261',
        'jiffies move: 1',
        'hooked: 4242',
        'unhooked: 1',
        'write kernel text: 11',
        'hlt: 0',
        'no stack: 11',
        'unmapped kernel stack: 11',
        'jump to user CS: 11',
        'NT: 0',
        'null data segments: 0',
        'jump into kernel text: 11',
        '',
      ]);
      expect(result).toEqual({ kind: 'exit', status: 0 });
    },
  );
});
