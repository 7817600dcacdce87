import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { debianRoot, runOnKml } from './root.ts';

let root: string;
const directory = mkdtempSync(join(tmpdir(), 'kml-entries-'));

beforeAll(async () => {
  root = await debianRoot();
});
afterAll(() => rmSync(directory, { recursive: true }));

interface Entries {
  readonly trap: number;
  readonly fast: number;
  readonly direct: number;
  readonly recognised: number;
}

/** Runs a command with all programs from /trusted/bin: its ways into the kernel, and its system calls as traced. */
function entriesOf(...argv: string[]): { entries: Entries; calls: string[] } {
  const stats = join(directory, 'stats');
  const trace = join(directory, 'trace');
  const { status } = runOnKml(root, { argv }, 'kernel', ['--stats', stats, '--strace', trace]);
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
  const bash = entriesOf('bash', '-c', ':');
  const seq = entriesOf('seq', '100');
  expect(bash.entries.trap).toBe(callsOfDynamicLinker(bash.calls));
  expect(seq.entries.trap).toBe(callsOfDynamicLinker(seq.calls));

  const loop = entriesOf('bash', '-c', 'for i in $(seq 100); do :; done').entries;
  expect(loop).toMatchObject({ trap: bash.entries.trap + seq.entries.trap, fast: 0, recognised: 0 });
  expect(loop.direct).toBeGreaterThan(bash.entries.direct + seq.entries.direct);
});
