import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Comparison, ComparisonRow } from '@kml/compare';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ARCHS, guestDirectory, guestProgram } from './harness.ts';

const KML = fileURLToPath(new URL('../../bin/kml', import.meta.url));
let directory: string;

/** A root for each architecture with the box in it. */
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kml-compare-'));
  for (const arch of ARCHS) {
    mkdirSync(join(directory, arch, 'usr/bin'), { recursive: true });
    writeFileSync(join(directory, arch, 'usr/bin/box'), guestProgram('box', arch), { mode: 0o755 });
  }
  mkdirSync(join(directory, 'empty'));
  writeFileSync(join(directory, 'text'), 'just words\n');
});
afterAll(() => rmSync(directory, { recursive: true }));

function kml(...args: string[]) {
  const { stdout, stderr, status } = spawnSync(KML, ['compare', '--json', '-', ...args], {
    ...{ encoding: 'utf8', cwd: directory, timeout: 400_000 },
  });
  return { stdout, stderr, status };
}

function rowsOf(args: readonly string[], expected = 0): readonly ComparisonRow[] {
  const { stdout, stderr, status } = kml(...args);
  expect([stderr, status]).toEqual(['', expected]);
  return (JSON.parse(stdout) as Comparison).rows;
}

const files = (name: string) => ARCHS.flatMap((arch) => ['--program', `${guestDirectory(arch)}${name}`]);
const roots = () => ARCHS.flatMap((arch) => ['--root', `${arch}=${arch}`]);

test("a user's static programs say themselves what they are for, and print the same", () => {
  const rows = rowsOf([...files('box'), '--', 'sh', '-c', 'seq 30 | wc']);
  expect(rows.map(({ arch, mode, entry }) => [arch, mode, entry])).toEqual(
    ARCHS.flatMap((arch) => [
      [arch, 'user', 'own'],
      [arch, 'kernel', 'own'],
    ]),
  );
  expect(new Set(rows.map(({ outputSha256 }) => outputSha256)).size).toBe(1);
  for (const { workload, perUnit, total, mode } of rows) {
    expect(workload).toMatchObject({ name: 'box', title: "box sh -c 'seq 30 | wc'", group: 'program', unit: 'run' });
    expect(perUnit).toEqual(total);
    expect(perUnit!.kernelEntries.direct > 0).toBe(mode === 'kernel');
  }
});

test('an argument with {n} in it is run twice, and the difference over n is what one takes', () => {
  const [more, less, unit] = [['20'], ['10'], ['{n}', '--iterations=10']].map(([argument, ...options]) =>
    rowsOf([...files('interp'), ...options, '--mode', 'user', '--', argument!]),
  );
  unit!.forEach((row, index) => {
    const difference = more![index]!.total!.instructions - less![index]!.total!.instructions;
    expect(row.perUnit!.instructions).toBe(difference / 10);
    expect(row.total).toEqual(more![index]!.total);
  });
});

test('--root: the same path in each root, or a path for each', () => {
  const everywhere = rowsOf([...roots(), '--program', '/usr/bin/box', '--mode', 'user', '--', 'echo', 'here']);
  expect(everywhere.map(({ arch }) => arch)).toEqual(ARCHS);
  expect(new Set(everywhere.map(({ outputSha256 }) => outputSha256)).size).toBe(1);
  const [first, second] = ARCHS;
  const mixed = rowsOf([
    ...['--root', `${first}=${first}`, '--program', `${first}=/usr/bin/box`],
    ...['--program', `${second}=${guestDirectory(second)}box`, '--', 'echo', 'here'],
  ]);
  expect(mixed.map(({ arch }) => arch)).toEqual([first, first, second, second]);
});

test('--entry trap makes every call trap, in kernel mode too', () => {
  for (const row of rowsOf([...files('box'), '--entry', 'trap,own', '--', 'echo', 'x'])) {
    const { trap, fast, direct } = row.perUnit!.kernelEntries;
    if (row.entry === 'trap') expect([fast, direct]).toEqual([0, 0]);
    else if (row.mode === 'kernel') expect([trap, fast]).toEqual([0, 0]);
    expect(trap + fast + direct).toBeGreaterThan(0);
  }
});

describe('a row fails, and so does the command,', () => {
  test('where a program is ended by a signal', () => {
    for (const row of rowsOf(files('nullwrite'), 1)) {
      expect(row).toMatchObject({ verdict: 'failed', ended: 'signal 11', exitStatus: 139 });
      expect(row.reason).toMatch(/^ended with signal 11/);
    }
  });

  test('where there is no such program in a root; other rows stand', () => {
    const [first, second] = ARCHS;
    const where = ['--root', `${first}=${first}`, '--root', `${second}=empty`];
    const rows = rowsOf([...where, '--program', '/usr/bin/box', '--mode', 'user', '--', 'true'], 1);
    expect(rows.map(({ arch, verdict }) => [arch, verdict])).toEqual([
      [first, 'ok'],
      [second, 'failed'],
    ]);
    expect(rows[1]!.reason).toBe('/usr/bin/box: no such file in the guest root');
  });

  test('where a program ends with another status than on the first architecture', () => {
    const [first, second] = ARCHS;
    const program = [
      '--program',
      `${first}=${guestDirectory(first)}box`,
      '--program',
      `${second}=${guestDirectory(second)}calls`,
    ];
    const rows = rowsOf([...program, '--mode', 'user', '--', 'true'], 1);
    expect(rows.map(({ verdict }) => verdict)).toEqual(['ok', 'failed']);
    expect(rows[1]!.reason).toMatch(/^ended with exit 2, not with exit 0 as on /);
  });
});

describe('bad input gets one clear line', () => {
  const box = (arch: string) => `${guestDirectory(arch)}box`;
  const cases: [name: string, args: string[], status: number, line: RegExp][] = [
    ['no such file', ['--program', 'nosuch'], 127, /nosuch: no such file/],
    ['not ELF', ['--program', 'text'], 126, /text: is not an ELF file/],
    ['of another architecture', ['--program', `arm=${box('ia32')}`], 126, /is for ia32, not arm/],
    ['no such architecture', ['--program', `vax=${box('ia32')}`], 125, /no architecture 'vax'; there is ia32/],
    ['two for one', ['--program', box('arm'), '--program', box('arm')], 125, /two programs for arm/],
    ['a root for none', ['--program', '/bin/box', '--root', 'empty'], 125, /say for which architecture/],
    ['no such root', ['--program', '/bin/box', '--root', 'arm=nosuch'], 125, /root nosuch: no such file/],
    ['a root without a program', ['--program', `ia32=${box('ia32')}`, '--root', 'arm=empty'], 125, /no program for it/],
    ['a root without --program', ['--root', 'arm=empty', 'getpid'], 125, /--root is for the program/],
    ['--iterations without {n}', ['--program', box('arm'), '--iterations', '3'], 125, /no argument has \{n\} in it/],
    ['a way that cannot be forced', ['--program', box('arm'), '--entry', 'direct'], 125, /cannot be made to come by/],
    ['nothing left', ['--program', box('arm'), '--arch', 'ia32'], 125, /no program is for an architecture selected/],
  ];
  test.each(cases)('%s', (_name, args, status, line) => {
    const result = kml(...args);
    expect(result.stderr).toMatch(line);
    expect(result.stderr).toMatch(/^kml: [^\n]*\n$/);
    expect(result.status).toBe(status);
  });
});
