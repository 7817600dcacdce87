import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openDirectory } from '@kml/host-node';
import { createMachine } from '@kml/machine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestConsole } from '../guest/harness.ts';
import { debianRoot } from '../real/debian/root.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const SCRIPT = readFileSync(here('mixed-load.sh'), 'utf8');
/** Rounds of a tenth; in user mode enough for what the totals below ask for. */
const ROUNDS = { user: 74, kernel: 10 };
/** Host memory may differ by this much from tenth to tenth: the collector's doing, and code that becomes hot late. */
const SLACK_BYTES = 24 * 2 ** 20;

let directory: string;
let root: string;
beforeAll(async () => {
  root = await debianRoot();
  directory = mkdtempSync(join(tmpdir(), 'kml-soak-'));
  const flags = ['-O2', '-std=gnu11', '-w', '-static', '-pthread'];
  execFileSync('i686-linux-gnu-gcc', [...flags, '-o', join(directory, 'threads'), here('../real/threads/threads.c')]);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that live JavaScript objects and buffers take, guest memory included. */
function hostBytes(): number {
  collect();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

test.each(['user', 'kernel'] as const)('a mixed load in %s mode leaves nothing behind', async (mode) => {
  const screen = new TestConsole();
  const audits: ReturnType<typeof machine.audit>[] = [];
  const host: number[] = [];
  const machine = createMachine({
    root: openDirectory(root),
    mounts: [{ host: openDirectory(directory), guest: '/opt', readOnly: true }],
    time: 'virtual',
    console: screen,
    onSyscall(event) {
      if (event.kind !== 'enter' || event.name !== 'sync') return;
      audits.push(machine.audit());
      host.push(hostBytes());
    },
  });
  const path = mode === 'kernel' ? '/trusted/bin' : '/usr/bin';
  const argv = ['bash', '-c', SCRIPT, 'mixed-load', String(ROUNDS[mode])];
  machine.load({ path: `${path}/bash`, argv, env: { PATH: `${path}:/usr/bin:/bin`, LC_ALL: 'C' } });
  expect(await machine.run()).toEqual({ kind: 'exit', status: 0 });
  expect(screen.errors).toBe('');
  expect(screen.output.trim().split('\n')).toHaveLength(10);

  for (const { faults } of [...audits, machine.audit()]) expect(faults).toEqual([]);
  // Caches may be filled differently; what programs hold may not.
  const held = audits.map(({ accounts: { cacheFrames, objects, ...rest } }) => rest);
  for (const accounts of held.slice(1)) expect(accounts).toEqual(held[0]);
  expect(grown(audits[0]!.accounts.objects, audits.at(-1)!.accounts.objects)).toEqual({});
  expect(Math.max(...host.slice(1)) - host[0]!).toBeLessThan(SLACK_BYTES);

  if (mode === 'user') {
    const { instructions, forks, execs } = machine.stats();
    expect(instructions).toBeGreaterThan(1e10);
    expect(forks).toBeGreaterThan(1e5);
    expect(execs).toBeGreaterThan(1e4);
  }
});

/** Pages of the page cache: how many there are depends on what was read ahead. */
const CACHED_PAGE = 'dirty frame';

/** Shapes of which there are more than before. */
function grown(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): Record<string, number> {
  const more = [...after].map(([shape, count]) => [shape, count - (before.get(shape) ?? 0)] as const);
  return Object.fromEntries(more.filter(([shape, count]) => count > 0 && shape !== CACHED_PAGE));
}
