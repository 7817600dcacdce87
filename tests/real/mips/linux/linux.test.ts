/**
 * Static C programs for o32, in both byte orders, as ordinary and as kernel-mode processes: the same as
 * under QEMU's user mode, or where that does not do what Linux does (accesses that are not aligned,
 * codes of traps, the last signal), as Linux's sources have it.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMachine, memoryDirectory } from '@kml/machine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestConsole } from '../../../guest/harness.ts';

const ARCHS = ['mips', 'mipsel'] as const;
const PROGRAMS = ['threads', 'unaligned', 'signals', 'slots', 'calls'];

let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kml-mips-'));
  for (const arch of ARCHS) {
    for (const name of PROGRAMS) {
      const source = join(import.meta.dirname, `${name}.c`);
      const out = join(directory, `${name}.${arch}`);
      execFileSync(`${arch}-linux-gnu-gcc`, ['-static', '-O1', '-w', '-pthread', '-o', out, source, '-lm']);
    }
  }
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Way {
  readonly arch: (typeof ARCHS)[number];
  readonly place: string;
  readonly engine: string;
}

async function run(name: string, { arch, place, engine }: Way): Promise<string> {
  const screen = new TestConsole();
  const files = { '/tmp/': new Uint8Array(), [`${place}/${name}`]: readFileSync(join(directory, `${name}.${arch}`)) };
  const machine = createMachine({
    arch,
    root: memoryDirectory(files),
    memory: 128 << 20,
    time: 'virtual',
    interpret: engine === 'interpreted',
    console: screen,
  });
  machine.load({ path: `${place}/${name}`, argv: [name], env: {} });
  expect(await machine.run({ timeoutSeconds: 100 })).toEqual({ kind: 'exit', status: 0 });
  return screen.output.replaceAll('\r', '');
}

function runQemu(name: string, arch: string): string {
  const { stdout, status } = spawnSync(`qemu-${arch}-static`, [join(directory, `${name}.${arch}`)], {
    encoding: 'latin1',
    timeout: 60_000,
  });
  expect(status).toBe(0);
  return stdout;
}

/** What unaligned.c prints: its accesses done byte by byte. */
function unalignedAccesses(big: boolean): string {
  const bytes = Uint8Array.from({ length: 64 }, (_, i) => i * 7 + 0x81);
  const view = new DataView(bytes.buffer);
  const word = (at: number): string => view.getUint32(at, !big).toString(16).padStart(8, '0');
  const half = (at: number, signed: boolean): string => {
    const value = signed ? view.getInt16(at, !big) : view.getUint16(at, !big);
    return (value >>> 0).toString(16).padStart(8, '0');
  };
  const lines = [
    `lw ${word(1)} ${word(2)} ${word(3)}`,
    `lh ${half(1, true)} ${half(5, true)} lhu ${half(1, false)} ${half(7, false)}`,
  ];
  view.setUint32(9, 0xdeadbeef, !big);
  view.setUint16(17, 0xbeef, !big);
  const wide = view.getBigUint64(3, !big);
  lines.push(`ldc1 ${wide.toString(16).padStart(16, '0')} lwc1 ${word(5)}`);
  const narrow = view.getUint32(5, !big);
  view.setBigUint64(25, wide, !big);
  view.setUint32(41, narrow, !big);
  lines.push(`bnez ${word(13)} 0`, `jal, jr, b ${word(21)} ${half(33, true)}`);
  view.setUint32(49, view.getUint32(21, !big), !big);
  lines.push(Buffer.from(bytes).toString('hex'));
  return `${lines.join('\n')}\n`;
}

/** What signals.c prints. Linux 6.1 arch/mips/kernel/traps.c, include/uapi/asm-generic/siginfo.h */
const SIGNALS = `read of nothing: signal 11 code 1, address right
write to nothing: signal 11 code 1, address right
write to a read-only page: signal 11 code 2, address right
jump to nothing: signal 11 code 1, address right
jump to an odd address: signal 10 code 1, address right
address of the kernel's: signal 11 code 1, address right
division by zero: signal 8 code 1
overflow: signal 8 code 2
break 6: signal 8 code 2
break: signal 5 code 1
trap: signal 5 code 128
reserved instruction: signal 4 code 1
1.0 / 0.0: signal 8 code 3
0.0 / 0.0: signal 8 code 7
overflow of a double: signal 8 code 4
underflow of a double: signal 8 code 5
1.0 / 0.0, disabled: signal 0 code 0, flag 1
load in a delay slot: 0, way 2, signal 11
store in a delay slot: 1, way 2
system call in a delay slot: own 1, way 1
handler: signal 16 code 0 own 1 value 0
handler: signal 16 code -6 own 1 value 0
handler: signal 37 code -1 own 1 value 77
handler: signal 127 code -1 own 1 value 77
on the other stack 1, of 65536 bytes
stack of 65536 bytes, flags 0
pending 1 1 0
handler: signal 127 code -6 own 1 value 0
handler: signal 16 code -6 own 1 value 0
waited for the last signal: 1
read -1, Interrupted system call
restarted read 1, alarms meanwhile 1
exit status 3
ended by SIGBUS 1
stopped by SIGSTOP 1
exit status 9
SIGCHLD 1 code 2 status 9
`;

const WAYS: Way[] = ARCHS.flatMap((arch) =>
  ['/bin', '/trusted'].flatMap((place) => ['interpreted', 'translated'].map((engine) => ({ arch, place, engine }))),
);

describe.each(WAYS)('$arch, $engine in $place', (way) => {
  test.each(['threads', 'slots', 'calls'])('%s: the same as under QEMU', async (name) => {
    expect(await run(name, way)).toBe(runQemu(name, way.arch));
  });

  test('accesses that are not aligned are carried out', async () => {
    expect(await run('unaligned', way)).toBe(unalignedAccesses(way.arch === 'mips'));
  });

  test('signals', async () => {
    expect(await run('signals', way)).toBe(SIGNALS);
  });
});
