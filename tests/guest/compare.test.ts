import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Comparison, type ComparisonRow, WORKLOADS } from '@kml/compare';
import { standardRegistry } from '@kml/machine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ARCHS } from './harness.ts';

const KML = fileURLToPath(new URL('../../bin/kml', import.meta.url));
let directory: string;

beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), 'kml-compare-'))));
afterAll(() => rmSync(directory, { recursive: true }));

function kml(...args: string[]) {
  const { stdout, stderr, status } = spawnSync(KML, ['compare', ...args], {
    ...{ encoding: 'utf8', cwd: directory, timeout: 400_000, maxBuffer: 64 << 20 },
  });
  return { stdout, stderr, status };
}

function rowsOf(...args: string[]): readonly ComparisonRow[] {
  const { stdout, stderr, status } = kml('--json', '-', ...args);
  expect([stderr, status]).toEqual(['', 0]);
  return (JSON.parse(stdout) as Comparison).rows;
}

describe('every workload, on every architecture, in both modes, by every way', () => {
  let rows: readonly ComparisonRow[];
  beforeAll(() => void (rows = rowsOf('--iterations', '1')), 400_000);

  test('has a row, which ended well and printed the same everywhere', () => {
    for (const { plugins } of [standardRegistry()]) {
      for (const { name, abi } of plugins) {
        for (const mode of ['user', 'kernel'] as const) {
          for (const workload of WORKLOADS) {
            const rewritten = mode === 'kernel' && abi.rewrite ? ['rewritten'] : [];
            const entries = workload.calls > 0 ? [...abi.entryWays[mode], ...rewritten] : ['own'];
            const found = rows.filter(
              (row) => row.arch === name && row.mode === mode && row.workload.name === workload.name,
            );
            expect(found.map(({ entry }) => entry)).toEqual(entries);
          }
        }
      }
    }
    for (const row of rows) expect(row).toMatchObject({ verdict: 'ok', ended: 'exit 0', exitStatus: 0 });
    for (const { name } of WORKLOADS) {
      const outputs = rows.filter(({ workload }) => workload.name === name).map(({ outputSha256 }) => outputSha256);
      expect(new Set(outputs).size).toBe(1);
    }
  });

  test('takes so many calls a unit, by the way that the row names', () => {
    const getpid = rows.filter(({ workload }) => workload.name === 'getpid');
    for (const { entry, perUnit } of getpid) {
      expect(perUnit!.systemCalls).toBe(1);
      const { fault: _, interrupt: __, ...ways } = perUnit!.kernelEntries;
      expect(ways).toEqual({ trap: 0, fast: 0, direct: 0, recognised: 0, rewritten: 0, [entry]: 1 });
    }
    const pagefaults = rows.filter(({ workload }) => workload.name === 'pagefault');
    for (const { perUnit } of pagefaults) {
      expect(perUnit!.pageFaults.minor).toBe(1);
      expect(perUnit!.kernelEntries.fault).toBe(1);
    }
    const switches = rows
      .filter(({ workload }) => workload.name === 'yield')
      .map(({ perUnit }) => perUnit!.contextSwitches);
    expect(new Set(switches)).toEqual(new Set([2]));
  });

  test('costs less by a direct call than by a trap, in instructions and in cycles', () => {
    for (const arch of ARCHS) {
      const [trap, direct] = (['trap', 'direct'] as const).map(
        (way) =>
          rows.find(
            ({ workload, mode, entry, ...row }) =>
              workload.name === 'getpid' && row.arch === arch && mode === 'kernel' && entry === way,
          )!.perUnit!,
      );
      expect(direct!.instructions).toBeLessThan(trap!.instructions);
      expect(direct!.cycles).toBeLessThan(trap!.cycles);
    }
  });

  test('shows start-up and end in the whole run only', () => {
    for (const { perUnit, total, cpu } of rows) {
      expect(total!.instructions).toBeGreaterThan(perUnit!.instructions);
      expect(total!.nanoseconds).toBeCloseTo((total!.cycles / cpu.clockHz) * 1e9, 3);
    }
  });
});

test('two comparisons in virtual time are equal, byte for byte', () => {
  const once = () => kml('--json', '-', '--iterations', '5', 'call', 'process', 'script', '--arch', 'ia32,mips').stdout;
  const first = once();
  expect(first.length).toBeGreaterThan(10_000);
  expect(once()).toBe(first);
});

test.each(ARCHS)('--mix counts every instruction in one class, and changes nothing else: %s', (arch) => {
  const args = ['--arch', arch, '--iterations', '3', 'signal', 'pagefault', 'exec', 'mmap', 'script'];
  const plain = rowsOf(...args);
  const mixed = rowsOf('--mix', ...args);
  const withoutMix = mixed.map(({ perUnit, total, ...row }) => {
    const { mix: _, ...unit } = perUnit!;
    const { mix: __, ...all } = total!;
    return { ...row, perUnit: unit, total: all };
  });
  expect(withoutMix).toEqual(plain.map((row) => ({ ...row })));
  for (const { total, perUnit } of mixed) {
    expect(sum(total!.mix!)).toBe(total!.instructions);
    expect(sum(perUnit!.mix!)).toBeCloseTo(perUnit!.instructions, 6);
    for (const name of ['alu', 'load', 'store', 'branch', 'call', 'system'] as const)
      expect(total!.mix![name]).toBeGreaterThan(0);
    expect(total!.mix!.simd).toBe(0);
  }
});

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}

describe('selection', () => {
  test('by architecture, mode, entry and CPU model; a group stands for its workloads', () => {
    const rows = rowsOf('--iterations', '2', 'memory', '--arch', 'ia32,ppc', '--mode', 'kernel', '--entry', 'direct');
    const seen = rows.map(({ workload, arch, mode, entry }) => `${workload.name} ${arch} ${mode} ${entry}`);
    expect(seen).toEqual([
      ...['pagefault ia32 kernel own', 'pagefault ppc kernel own', 'mmap ia32 kernel direct', 'mmap ppc kernel direct'],
      ...['copy ia32 kernel direct', 'copy ppc kernel direct'],
    ]);
    const models = rowsOf(
      'getpid',
      '--iterations',
      '2',
      '--entry',
      'trap',
      '--mode',
      'user',
      '--cpu',
      'arm926,ppc-603e',
      '--arch',
      'arm,ppc',
    );
    expect(models.map(({ cpu }) => cpu.name)).toEqual(['arm926', 'ppc-603e']);
    expect(models[0]!.perUnit!.nanoseconds).toBeCloseTo((models[0]!.perUnit!.cycles / models[0]!.cpu.clockHz) * 1e9, 6);
  });

  test('n does not change what a unit takes', () => {
    const [few] = rowsOf('getpid', '--iterations', '3', '--arch', 'ia32', '--entry', 'fast');
    const [many] = rowsOf('getpid', '--iterations', '300', '--arch', 'ia32', '--entry', 'fast');
    expect(many!.perUnit!.cycles).toBe(few!.perUnit!.cycles);
    expect(many!.iterations).toBe(300);
  });
});

describe('what is written', () => {
  test('a table a workload, with the failures below; CSV has the measures in columns', () => {
    const { stdout, status } = kml('getpid', 'yield', '--iterations', '4', '--arch', 'ia32', '--csv', 'rows.csv');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^getpid: null system call \(getpid\); per call, n = 4\narch +CPU +mode +entry +instructions/,
    );
    expect(stdout).toMatch(/\nia32 +pentium4 +kernel +direct .*\n(ia32 .*\n)*\nyield: /);
    const [heading, ...lines] = readFileSync(join(directory, 'rows.csv'), 'utf8').trimEnd().split('\n');
    const names = heading!.split(',');
    const cells = lines.map((line) => line.split(','));
    expect(new Set(cells.map(([workload]) => workload))).toEqual(new Set(['getpid', 'yield']));
    const direct = cells.find((line) => line.includes('direct'))!;
    const last = Object.fromEntries(direct.map((cell, column) => [names[column], cell]));
    expect(last).toMatchObject({ workload: 'getpid', arch: 'ia32', mode: 'kernel', entry: 'direct', verdict: 'ok' });
    expect(last).toMatchObject({ unit_kernelEntries_direct: '1', unit_systemCalls: '1' });
    expect(Number(last.total_instructions)).toBeGreaterThan(100);
  });

  test('host seconds only where asked for', () => {
    const args = ['getpid', '--iterations', '2', '--arch', 'arm', '--mode', 'user'];
    const without = JSON.parse(kml('--json', '-', ...args).stdout) as Comparison;
    expect(without.host).toBeUndefined();
    expect(without.rows[0]!.total!.hostSeconds).toBeUndefined();
    for (const [time, option] of [
      ['virtual', '--host-time'],
      ['real', '--time=real'],
    ] as const) {
      const measured = JSON.parse(kml('--json', '-', option, ...args).stdout) as Comparison;
      expect(measured).toMatchObject({ time, host: { platform: process.platform } });
      expect(measured.rows[0]!.total!.hostSeconds).toBeGreaterThan(0);
    }
  });

  test('--list names the workloads', () => {
    const { stdout, status } = kml('--list');
    expect(status).toBe(0);
    for (const { name } of WORKLOADS) expect(stdout).toMatch(new RegExp(`^${name} `, 'm'));
  });
});

describe('bad input gets one clear line', () => {
  const cases: [name: string, args: string[], line: RegExp][] = [
    ['an unknown workload', ['getpit'], /no workload 'getpit'; there is getpid, .*, and by group call, process/],
    ['an unknown architecture', ['--arch', 'vax'], /no architecture 'vax'; there is ia32, arm/],
    ['an unknown mode', ['--mode', 'real'], /'real' is none of user, kernel/],
    ['an unknown way', ['--entry', 'gate'], /'gate' is none of trap, fast, direct/],
    ['an unknown CPU model', ['--cpu', 'z80'], /no CPU model 'z80' here; there is pentium4/],
    ["another architecture's CPU model", ['--arch', 'arm', '--cpu', 'pentium4'], /no CPU model 'pentium4' here/],
    ['a way that is not there', ['getpid', '--arch', 'arm', '--entry', 'fast'], /nothing to compare/],
    ['no number', ['--iterations', 'many'], /'many' is not a whole number/],
    [
      'a file that cannot be written',
      ['getpid', '--arch', 'arm', '--json', '/nosuch/file'],
      /--json \/nosuch\/file: ENOENT/,
    ],
  ];
  test.each(cases)('%s', (_name, args, line) => {
    const { stderr, status } = kml(...args);
    expect(stderr).toMatch(line);
    expect(stderr).toMatch(/^kml: [^\n]*\n$/);
    expect(status).toBe(125);
  });
});
