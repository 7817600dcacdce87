/** What Linux looks like on PowerPC alone: signal frames, exceptions, the auxiliary vector. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMachine, memoryDirectory, type RunResult } from '@kml/machine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestConsole } from '../../../guest/harness.ts';
import { runWithFiles } from '../../cross/machine.ts';
import { PPC } from '../../cross/targets.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kml-ppc-'));
  const flags = ['-O1', '-static', '-fasynchronous-unwind-tables', '-w'];
  for (const name of ['frames', 'hostile']) {
    const source = join(import.meta.dirname, `${name}.c`);
    execFileSync('powerpc-linux-gnu-gcc', [...flags, '-o', join(directory, name), source, '-lm']);
  }
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Cases of hostile.c. */
const HOSTILE_WAYS = 32;

/** In kernel mode mtsrr0 is an instruction like any other: no signal, so the last one shows. */
function expected(kernelMode: boolean): string {
  return `illegal: signal 4 code 1
r14 1234 then 4711, f14 1.25 then 2.5, trap 700
privileged: signal 4 code ${kernelMode ? 1 : 5}
trap: signal 5 code 1
trap word immediate: signal 5 code 1
unaligned reservation: signal 7 code 1
address 1 dar 1
store: signal 11 code 1
address 0x2000 trap 300
unaligned lfd 6.5
unaligned lmw 24
exception mode 3
division: signal 8 code 3
invalid: signal 8 code 7
overflow: signal 8 code 4
exceptions ignored: signal 0 code 0
old frame: signal 10 10 r14 99 then 815
frames through the old trampoline: 1
frames through the new trampoline: 1
pvr 80301
hwcap 8c000001 platform ppc750 dcache 32 minsig 2048
swapcontext passes 3
`;
}

describe.each([
  { place: '/bin', interpret: true },
  { place: '/bin', interpret: false },
  { place: '/trusted', interpret: true },
  { place: '/trusted', interpret: false },
])('in $place, interpreted: $interpret', ({ place, interpret }) => {
  test('signal frames, exceptions and what the kernel says of the machine', async () => {
    const path = `${place}/frames`;
    const files = { [path]: readFileSync(join(directory, 'frames')) };
    const { stdout, status } = await runWithFiles(PPC, files, { argv: [path] }, { interpret, hotness: 2 });
    expect(stdout).toBe(expected(place === '/trusted'));
    expect(status).toBe(0);
  });
});

describe('a kernel-mode program against the CPU and the entry code', () => {
  const run = async (number: number, interpret: boolean): Promise<RunResult> => {
    const path = '/trusted/hostile';
    const machine = createMachine({
      arch: 'ppc',
      time: 'virtual',
      memory: 64 << 20,
      root: memoryDirectory({ [path]: readFileSync(join(directory, 'hostile')) }),
      console: new TestConsole(),
      lockupSeconds: 0.005,
      interpret,
      hotness: 3,
    });
    machine.load({ path, argv: [path, String(number)] });
    return machine.run({ maxInstructions: 5_000_000, timeoutSeconds: 60 });
  };

  // Each way ends in what it would, and in the same whether interpreted or translated; never in a failure of ours.
  test.each(Array.from({ length: HOSTILE_WAYS }, (_, number) => number))('way %i', async (number) => {
    const result = await run(number, true);
    expect(await run(number, false)).toEqual(result);
    if (result.kind === 'panic') expect(result.message).toMatch(/^(lock-up|the CPU stopped|[a-z ]*(kernel|task))/);
  });
});
