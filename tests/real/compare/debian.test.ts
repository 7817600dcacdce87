import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Comparison, ComparisonRow } from '@kml/compare';
import { beforeAll, describe, expect, test } from 'vitest';
import { debianRoot, runNatively } from '../debian/root.ts';

/** `kml compare --program` with Debian's own dynamic programs: the same package built for three architectures. */
const KML = fileURLToPath(new URL('../../../bin/kml', import.meta.url));
const ROOTS = { ia32: 'i386', arm: 'armhf', mipsel: 'mipsel' } as const;
const roots: Record<string, string> = {};

beforeAll(async () => {
  for (const [arch, debian] of Object.entries(ROOTS)) roots[arch] = await debianRoot(debian);
});

function compare(program: string, options: readonly string[], args: readonly string[]): readonly ComparisonRow[] {
  const where = Object.entries(roots).flatMap(([arch, root]) => ['--root', `${arch}=${root}`]);
  const { stdout, stderr, status } = spawnSync(
    KML,
    ['compare', '--json', '-', ...where, '--program', program, ...options, '--', ...args],
    { encoding: 'utf8', maxBuffer: 64 << 20 },
  );
  expect([stderr, status]).toEqual(['', 0]);
  return (JSON.parse(stdout) as Comparison).rows;
}

describe.each([
  ['sh', ['-c', 'for i in 1 2 3 4 5 6 7 8; do echo $i; done | sort -r | sha256sum']],
  ['lua5.4', ['-e', 'local s = 0 for i = 1, 2000 do s = s + i % 7 end print(s, math.sqrt(2))']],
  ['sqlite3', [':memory:', 'create table t(a); insert into t values (3), (1), (2); select a from t order by a']],
])('%s', (name, args) => {
  test('prints the same on every architecture, in both modes and by every way, as natively', () => {
    const { stdout } = runNatively(roots.ia32!, { argv: [name, ...args] });
    const expected = createHash('sha256').update(stdout).digest('hex');
    const rows = compare(`/usr/bin/${name}`, ['--entry', 'own,trap'], args);
    expect(rows).toHaveLength(12);
    for (const row of rows) {
      expect(row).toMatchObject({ verdict: 'ok', ended: 'exit 0', outputSha256: expected });
      const { trap, fast, direct } = row.perUnit!.kernelEntries;
      if (row.entry === 'trap') {
        expect(trap).toBeGreaterThan(10);
        expect([fast, direct]).toEqual([0, 0]);
      }
      // glibc of i386 alone goes by AT_SYSINFO.
      else if (row.arch === 'ia32') expect(row.mode === 'kernel' ? direct : fast).toBeGreaterThan(5);
    }
  });
});

test('what a turn of a loop in bash takes does not depend on how many there are', () => {
  const script = 'i=0; while [ $i -lt {n} ]; do i=$((i+1)); done; echo $i';
  const mode = ['--mode', 'user'];
  const few = compare('/bin/bash', [...mode, '--iterations', '50'], ['-c', script]);
  const many = compare('/bin/bash', [...mode, '--iterations', '200'], ['-c', script]);
  few.forEach(({ perUnit }, index) => {
    expect(perUnit!.instructions).toBeGreaterThan(1000);
    const ratio = many[index]!.perUnit!.instructions / perUnit!.instructions;
    expect(Math.abs(ratio - 1)).toBeLessThan(0.05);
  });
});
