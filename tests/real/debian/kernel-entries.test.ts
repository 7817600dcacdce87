import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Debian, debianRoot, runOnKml } from './root.ts';

const roots = new Map<Debian, string>();
const directory = mkdtempSync(join(tmpdir(), 'kml-entries-'));

beforeAll(async () => {
  for (const architecture of ['i386', ...INLINED] as const) roots.set(architecture, await debianRoot(architecture));
});
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
function entriesOf(architecture: Debian, ...argv: string[]): { entries: Entries; calls: string[] } {
  const stats = join(directory, 'stats');
  const trace = join(directory, 'trace');
  const { status } = runOnKml(roots.get(architecture)!, { argv }, 'kernel', ['--stats', stats, '--strace', trace]);
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

test('under /trusted, bash traps only in the dynamic linker; all else are direct calls', () => {
  const bash = entriesOf('i386', 'bash', '-c', ':');
  const seq = entriesOf('i386', 'seq', '100');
  expect(bash.entries.trap).toBe(callsOfDynamicLinker(bash.calls));
  expect(seq.entries.trap).toBe(callsOfDynamicLinker(seq.calls));

  const loop = entriesOf('i386', 'bash', '-c', 'for i in $(seq 100); do :; done').entries;
  expect(loop).toMatchObject({ trap: bash.entries.trap + seq.entries.trap, fast: 0, recognised: 0 });
  expect(loop.direct).toBeGreaterThan(bash.entries.direct + seq.entries.direct);
});

test.each(INLINED)("under /trusted, every system call of %s's programs is counted by its way in", (architecture) => {
  const { entries, calls } = entriesOf(
    architecture,
    'bash',
    '-c',
    'for ((i = 0; i < 300; i++)); do : > /dev/null; done',
  );
  expect(entries.fast).toBe(0);
  // A call that is interrupted or ends the program has one line as well.
  expect(entries.trap + entries.recognised + entries.direct).toBe(calls.filter((line) => / = |\?$/.test(line)).length);
  expect(entries.trap + entries.recognised).toBeGreaterThan(900);
});
