import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deviation, EXPERIMENTS, type ExperimentReport, parseWays, type ReportRow } from '@kml/experiment';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ARCHS, guestProgram } from './harness.ts';

const KML = fileURLToPath(new URL('../../bin/kml', import.meta.url));
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kml-experiment-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function kml(...args: readonly string[]) {
  const { stdout, stderr, status } = spawnSync(KML, args, { encoding: 'utf8', cwd: directory, timeout: 120_000 });
  return { stdout, stderr, status };
}

function run(name: string, interpret: boolean): Promise<ExperimentReport> {
  const experiment = EXPERIMENTS.find((one) => one.name === name)!;
  return experiment.run({ guestProgram: (arch, program) => guestProgram(program, arch), interpret });
}

const row = (rows: readonly ReportRow[], quantity: string, mode?: string): ReportRow =>
  rows.find((one) => one.quantity === quantity && one.mode === mode)!;

describe('lj2003', () => {
  let report: ExperimentReport;
  beforeAll(async () => {
    report = await run('lj2003', false);
  }, 60_000);

  test('every published figure is met within 10 percent', () => {
    const published = report.rows.filter((one) => one.published !== undefined);
    expect(published.map(({ published: figure }) => figure)).toEqual([432, 12, 820, 404, 132, 36, 420, 416]);
    for (const one of published) expect(Math.abs(deviation(one)!), one.quantity).toBeLessThan(10);
  });

  test('what was fitted is met closely; gettimeofday by sysenter has nothing of its own', () => {
    for (const one of report.rows.filter(({ basis }) => basis === 'fitted')) {
      expect(Math.abs(deviation(one)!), one.quantity).toBeLessThan(0.5);
    }
    const follows = report.rows.filter(({ basis }) => basis === 'follows').map(({ published }) => published);
    expect(follows).toEqual([820, 416]);
    // The way in costs the same whatever the call, but for the arguments of the bare function.
    const gap = (call: string): number =>
      row(report.rows, `${call} by sysenter`, 'user').value -
      row(report.rows, `${call} by the call gate`, 'kernel').value;
    expect(gap('gettimeofday')).toBeCloseTo(gap('getpid'), 1);
  });

  test('the gate is more than a function call and far less than a trap, on every architecture', () => {
    for (const arch of ARCHS) {
      const cycles = (way: string, mode: string): number =>
        report.rows.find((one) => one.arch === arch && one.call === 'getpid' && one.way === way && one.mode === mode)!
          .value;
      const order = [cycles('function', 'kernel'), cycles('direct', 'kernel'), cycles('trap', 'user')];
      expect(order, arch).toEqual([...order].sort((a, b) => a - b));
      expect(new Set(order).size, arch).toBe(3);
      expect(order[0], arch).toBeLessThan(20);
      expect(cycles('rewritten', 'kernel'), arch).toBeGreaterThan(order[1]!);
      expect(cycles('recognised', 'kernel'), arch).toBeLessThan(order[2]!);
    }
  });

  test('both engines give the same report', async () => {
    expect(await run('lj2003', true)).toEqual(report);
  });
});

describe('lupine', () => {
  let report: ExperimentReport;
  beforeAll(async () => {
    report = await run('lupine', false);
  }, 60_000);

  test('times are met within 10 percent, those that were fitted within one', () => {
    const times = report.rows.filter(({ unit }) => unit === 'ns');
    expect(times.map(({ published }) => published)).toEqual([32.8, 20, 56, 40.8, 40.2, 28]);
    for (const one of times) {
      expect(Math.abs(deviation(one)!), one.quantity).toBeLessThan(one.basis === 'fitted' ? 1 : 10);
    }
    expect(times.filter(({ basis }) => basis === 'follows').map(({ published }) => published)).toEqual([56, 40.2]);
  });

  test('gains are met within five points, and fall as there is more to do between calls', () => {
    const gains = report.rows.filter(({ unit }) => unit === 'percent');
    expect(gains.map(({ published }) => published)).toEqual([40, 27, 30, 40, 35, 28.4, 18.4, 11, 3.7]);
    for (const one of gains) expect(Math.abs(one.value - one.published!), one.quantity).toBeLessThan(5);
    const curve = gains.filter(({ busy }) => busy !== undefined).map(({ value }) => value);
    expect(curve).toEqual([...curve].sort((a, b) => b - a));
    expect(new Set(curve).size).toBe(6);
  });

  test('both engines give the same report', async () => {
    expect(await run('lupine', true)).toEqual(report);
  });
});

describe('kml experiment', () => {
  test('lists the experiments', () => {
    const { stdout, status } = kml('experiment');
    expect(status).toBe(0);
    for (const { name, title } of EXPERIMENTS) expect(stdout).toContain(`${name.padEnd(10)}${title}\n`);
  });

  test('shows what is published, what was fitted and what is assumed; JSON and CSV have every figure', () => {
    const { stdout, stderr, status } = kml('experiment', 'lj2003', '--json', 'out.json', '--csv', 'out.csv');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Linux Journal 109');
    expect(stdout).toMatch(/^gettimeofday by sysenter +user +815\.0 +820 +-0\.6 % +follows$/m);
    expect(stdout).toMatch(/pentium4, fitted: [^-]*interrupt \d+,\s+iret \d+/);
    expect(stdout).toMatch(/pentium4, assumed: /);
    const json = JSON.parse(readFileSync(join(directory, 'out.json'), 'utf8')) as ExperimentReport;
    expect(json).toMatchObject({ format: 1, experiment: 'lj2003' });
    const lines = readFileSync(join(directory, 'out.csv'), 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe(
      'experiment,arch,cpu,call,mode,way,busy,quantity,value,unit,published,deviation_percent,basis',
    );
    expect(lines).toHaveLength(json.rows.length + 1);
    const fast = row(json.rows, 'getpid by sysenter', 'user');
    const off = deviation(fast)!.toFixed(2);
    expect(lines).toContain(
      `lj2003,ia32,pentium4,getpid,user,fast,,getpid by sysenter,${fast.value},cycles,432,${off},fitted`,
    );
  });

  test('plots the published curve and ours, on the screen and as a page, and says what is fitted', () => {
    const { stdout, status } = kml('experiment', 'lupine', '--html', 'out.html');
    expect(status).toBe(0);
    const page = readFileSync(join(directory, 'out.html'), 'utf8');
    expect(page.match(/<svg [^>]*role="img"/g)).toHaveLength(2);
    expect(page).toContain('published: 40, 18.4');
    expect(page).toContain('A Linux in Unikernel Clothing');
    // Self-contained: nothing is fetched, nothing runs.
    expect(page).not.toMatch(/(src|href)="(?!data:)|<script(?! type="application\/json")|url\((?!#)/);
    const [, json] = /<script type="application\/json" id="experiment">(.*)<\/script>/.exec(page)!;
    expect(JSON.parse(json!)).toMatchObject({ experiment: 'lupine' });
    expect(stdout).toContain('(o published   x here   * both)');
    expect(stdout).toMatch(/^null {3}published {2}=+ 40\.0\n {7}here {7}=+ 39\.\d$/m);
    expect(stdout).toMatch(/xeon-e3-1270v6, fitted: [^-]*sysenter \d+,\s+sysexit \d+,\s+popf \d+,\s+sti \d+/);
  });

  test('what cannot be done is one line', () => {
    expect(kml('experiment', 'nosuch')).toEqual({
      stdout: '',
      stderr: `kml: no experiment 'nosuch'; there is ${EXPERIMENTS.map(({ name }) => name).join(', ')}\n`,
      status: 125,
    });
    expect(kml('experiment', 'lj2003', '--json', 'no/such/file')).toEqual({
      stdout: '',
      stderr: 'kml: --json no/such/file: ENOENT\n',
      status: 125,
    });
  });

  test('output that is none of the program’s is refused', () => {
    expect(() => parseWays('loop 10 100\ntrap ten 100\n')).toThrow("ways printed 'trap ten 100'");
    expect(() => parseWays('trap 10 100\n')).toThrow('did not measure its loop');
  });
});
