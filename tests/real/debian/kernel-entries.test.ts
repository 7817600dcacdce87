import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { busyboxRoot, debianRoot, runOnKml } from './root.ts';

const directory = mkdtempSync(join(tmpdir(), 'kml-entries-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Architectures whose libc traps where a system call is made. */
const INLINED = ['armhf', 'mipsel'] as const;

interface Entries {
  readonly trap: number;
  readonly fast: number;
  readonly direct: number;
  readonly recognised: number;
}

/** Runs a command with all programs from /trusted/bin: its ways into the kernel, and its system calls as traced. */
function entriesOf(
  root: string,
  argv: string[],
  recognise: 'on' | 'off' = 'on',
): { entries: Entries; calls: string[] } {
  const stats = join(directory, 'stats');
  const trace = join(directory, 'trace');
  const { status } = runOnKml(root, { argv }, 'kernel', [
    ...['--stats', stats, '--strace', trace, '--recognise', recognise],
  ]);
  expect(status).toBe(0);
  return {
    entries: JSON.parse(readFileSync(stats, 'utf8')).kernelEntries,
    calls: readFileSync(trace, 'utf8').split('\n'),
  };
}

/**
 * Calls up to the first one of libc itself. What comes before is the dynamic linker's, which knows
 * nothing of AT_SYSINFO: it has `int $0x80` only.
 */
function callsOfDynamicLinker(calls: readonly string[]): number {
  const first = calls.findIndex((line) => line.startsWith('ugetrlimit(3,'));
  expect(first).toBeGreaterThan(0);
  return first;
}

test('under /trusted, bash traps only in the dynamic linker; all else are direct calls', async () => {
  const i386 = await debianRoot('i386');
  const bash = entriesOf(i386, ['bash', '-c', ':'], 'off');
  const seq = entriesOf(i386, ['seq', '100'], 'off');
  expect(bash.entries.trap).toBe(callsOfDynamicLinker(bash.calls));
  expect(seq.entries.trap).toBe(callsOfDynamicLinker(seq.calls));

  const loop = entriesOf(i386, ['bash', '-c', 'for i in $(seq 100); do :; done'], 'off').entries;
  expect(loop).toMatchObject({ trap: bash.entries.trap + seq.entries.trap, fast: 0, recognised: 0 });
  expect(loop.direct).toBeGreaterThan(bash.entries.direct + seq.entries.direct);
});

test('its traps are recognised, unless they are not to be', async () => {
  const i386 = await debianRoot('i386');
  const on = entriesOf(i386, ['bash', '-c', ':']);
  const off = entriesOf(i386, ['bash', '-c', ':'], 'off');
  expect(on.entries).toMatchObject({ trap: 0, recognised: off.entries.trap, direct: off.entries.direct });
  const inlined = entriesOf(await debianRoot('armhf'), ['bash', '-c', ':'], 'off').entries;
  expect(inlined).toMatchObject({ recognised: 0, direct: 0 });
});

/** Many calls of a shell's own, some programs started, a pipe. */
const WORK = 'i=0; while [ $i -lt 400 ]; do echo $i > /tmp/f; read x < /tmp/f; i=$((i+1)); done';

const SHELLS = [
  ['bash', ['bash', '-c', `${WORK}; seq 30 | wc -l`]],
  ['busybox', ['busybox', 'sh', '-c', `${WORK}; busybox seq 30 | busybox wc -l`]],
] as const;

test.each(SHELLS)('at least 95 % of the system calls of i386 %s are direct calls', async (shell, argv) => {
  const root = await (shell === 'busybox' ? busyboxRoot : debianRoot)('i386');
  const { trap, fast, direct, recognised } = entriesOf(root, [...argv]).entries;
  expect(direct / (trap + fast + direct + recognised)).toBeGreaterThan(0.95);
  expect([trap, fast]).toEqual([0, 0]);
});

describe.each(['armhf', 'armel', 'mipsel'] as const)('under /trusted, on %s', (architecture) => {
  test.each(SHELLS)('at least 95 % of the system calls of %s are direct or recognised', async (shell, argv) => {
    const root = await (shell === 'busybox' ? busyboxRoot : debianRoot)(architecture);
    const { trap, fast, direct, recognised } = entriesOf(root, [...argv]).entries;
    expect((direct + recognised) / (trap + fast + direct + recognised)).toBeGreaterThan(0.95);
    expect(recognised).toBeGreaterThan(3000);
  });
});

test.each(INLINED)(
  "under /trusted, every system call of %s's programs is counted by its way in",
  async (architecture) => {
    const { entries, calls } = entriesOf(await debianRoot(architecture), [
      ...['bash', '-c', 'for ((i = 0; i < 300; i++)); do : > /dev/null; done'],
    ]);
    expect(entries.fast).toBe(0);
    // A call that is interrupted or ends the program has one line as well.
    expect(entries.trap + entries.recognised + entries.direct).toBe(
      calls.filter((line) => / = |\?$/.test(line)).length,
    );
    expect(entries.trap + entries.recognised).toBeGreaterThan(900);
  },
);
