/** What Linux looks like on PowerPC alone: signal frames, exceptions, the auxiliary vector. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runWithFiles } from '../../cross/machine.ts';
import { BIG_ENDIAN } from '../../cross/targets.ts';

const PPC = BIG_ENDIAN.find(({ arch }) => arch === 'ppc')!;

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kml-ppc-'));
  const source = join(import.meta.dirname, 'frames.c');
  const flags = ['-O1', '-static', '-fasynchronous-unwind-tables', '-w'];
  execFileSync('powerpc-linux-gnu-gcc', [...flags, '-o', join(directory, 'frames'), source, '-lm']);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

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
