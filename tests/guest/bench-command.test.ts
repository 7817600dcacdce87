import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SCRIPTS = new URL('../../scripts/', import.meta.url);
const bench = (...args: string[]) => {
  const script = fileURLToPath(new URL('bench.mjs', SCRIPTS));
  return spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
};

test('help names the groups; what is wrong is one line', () => {
  expect(bench('--help').stdout).toMatch(/integer, float, x87, syscalls, direct, processes, commands, memory, v86/);
  for (const [args, line] of [
    [['--group', 'sports'], /^bench: no group 'sports'; there is integer, .*\n$/],
    [['--mode', 'both'], /^bench: no mode 'both'; there is user, kernel\n$/],
  ] as const) {
    const { status, stderr } = bench(...args);
    expect(status).toBe(1);
    expect(stderr).toMatch(line);
  }
});

test('where v86 is not installed, one line says so and what to do', () => {
  const version = fileURLToPath(new URL('bench/v86/version.mjs', SCRIPTS));
  const missing = 'Object.assign(new Error("none"), { code: "MODULE_NOT_FOUND" })';
  const code = `const { versionOfV86 } = await import(${JSON.stringify(version)}); versionOfV86(() => { throw ${missing}; });`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^bench: v86 is not installed: .*pnpm.* install.*--group.*\n$/);
});

test('ratios are judged by their targets, without Node’s start where it does not belong', async () => {
  const { judgeMeans, judgeProgram, summaryOf } = await import(new URL('bench/judge.mjs', SCRIPTS).href);
  const group = { title: 'some', mean: 0.9, each: 1.3 };
  const one = judgeProgram(
    group,
    { name: 'one', seconds: { qemu: 1, user: 1.5, 'user against': 3 }, least: { qemu: 0.9, user: 1 } },
    0.1,
  );
  const two = judgeProgram(
    group,
    { name: 'two', seconds: { qemu: 2, user: 0.3, 'user against': 0.2 }, least: { qemu: 1.8, user: 0.28 } },
    0.1,
  );
  expect(one.ratios.user).toEqual({ value: 1.4, target: 1.3, met: false, least: 1 });
  expect(one.others).toEqual({ 'user against': 0.5 });
  expect(two.ratios.user.met).toBe(true);
  const means = judgeMeans(group, [one, two]);
  expect(means.user.value).toBeCloseTo(Math.sqrt(1.4 * 0.1));
  expect(means.user.least).toBeCloseTo(Math.sqrt(1 * 0.1));
  expect(means.user.withStart).toBeCloseTo(Math.sqrt(1.5 * 0.15));
  const own = judgeProgram(
    group,
    { name: 'own', most: 0.2, seconds: { qemu: 1, user: 0.2 }, least: { qemu: 1, user: 0.2 } },
    0.1,
  );
  const summary = summaryOf('arm', group, { programs: [one, two, own], means });
  expect(summary).toMatchObject([
    { arch: 'arm', what: 'some: geometric mean', mode: 'user', met: true },
    { what: 'some: the worst program', program: 'one', met: false },
    { what: 'some: own', target: 0.2, met: true },
  ]);
  const start = judgeProgram(
    group,
    { name: 'true', seconds: { node: 0.05, user: 0.25 }, least: { node: 0.04, user: 0.16 }, beyond: 0.15 },
    0,
  );
  expect(start.ratios.user).toEqual({ value: 0.2, target: 0.15, met: false, least: 0.12 });
  const { markdownTable, summaryText } = await import(new URL('bench/print.mjs', SCRIPTS).href);
  expect(summaryText(summary)).toMatch(
    /2 of 3 met \(3 by the least of the rounds\).*\n +target +arm user\nsome: geometric mean +<= 0.9 +0.37\n.* <= 1.3 +1.40!\n/,
  );
  expect(markdownTable(summary)).toContain('| some: the worst program | <= 1.3 | 1.40! (1.00) |');
});

test('what is measured has code stores of the bench’s own, warm before it counts, gone afterwards', () => {
  const [host, measure] = ['host', 'measure'].map((name) => JSON.stringify(new URL(`bench/${name}.mjs`, SCRIPTS).href));
  const code = `
    import { existsSync } from 'node:fs';
    const { environment } = await import(${host});
    const { Stopwatch, runsOf } = await import(${measure});
    const stopwatch = new Stopwatch(0);
    const runs = [];
    stopwatch.time = ([name]) => runs.push(name);
    stopwatch.warm({ qemu: ['qemu'], user: ['kml'] });
    const { XDG_CACHE_HOME: directory } = environment();
    console.log(JSON.stringify({ directory, runs, made: existsSync(directory), all: runsOf({ qemu: 0, user: 0 }, 3) }));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
  const { directory, ...rest } = JSON.parse(stdout);
  expect(rest).toEqual({ runs: ['qemu', ...new Array(4).fill('kml')], made: true, all: 11 });
  expect(existsSync(directory)).toBe(false);
});
