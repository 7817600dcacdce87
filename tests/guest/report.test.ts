import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Comparison } from '@kml/compare';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
let directory: string;

beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), 'kml-report-'))));
afterAll(() => rmSync(directory, { recursive: true }));

function compare(...args: string[]) {
  const { stdout, stderr, status } = spawnSync(join(ROOT, 'bin/kml'), ['compare', '--iterations', '10', ...args], {
    ...{ encoding: 'utf8', cwd: directory, timeout: 60_000, maxBuffer: 16 << 20 },
  });
  return { stdout, stderr, status };
}

const dataOf = (page: string): unknown =>
  JSON.parse(/<script type="application\/json" id="comparison">(.*?)<\/script>/s.exec(page)![1]!);

test('kml compare --html writes the page of what --json writes', () => {
  const { stdout, stderr, status } = compare('getpid', '--html', 'page.html', '--json', 'data.json');
  expect([stderr, status]).toEqual(['', 0]);
  expect(stdout).toMatch(/^getpid: null system call/);
  const page = readFileSync(join(directory, 'page.html'), 'utf8');
  const data: Comparison = JSON.parse(readFileSync(join(directory, 'data.json'), 'utf8'));
  expect(dataOf(page)).toEqual(data);
  for (const { arch, mode, entry, perUnit } of data.rows)
    expect(page).toContain(`<title>${arch} ${mode}, ${entry}: ${perUnit!.cycles}</title>`);
  expect(page).toContain('Intel Pentium 4 2.40 GHz');
});

test('--html - is the page alone, the same every time, from the start-up snapshot or without', () => {
  const { stdout } = compare('getpid', '--arch', 'ppc', '--html', '-');
  expect(stdout).toMatch(/^<!doctype html>.*<\/html>\n$/s);
  const { stdout: again } = spawnSync(
    process.execPath,
    [join(ROOT, 'dist/kml.mjs'), 'compare', 'getpid', '--iterations', '10', '--arch', 'ppc', '--html', '-'],
    { encoding: 'utf8', maxBuffer: 16 << 20 },
  );
  expect(again).toBe(stdout);
});

test('a page that cannot be written is one line, before anything runs', () => {
  expect(compare('getpid', '--html', '/no/such/place')).toEqual({
    stdout: '',
    stderr: 'kml: --html /no/such/place: ENOENT\n',
    status: 125,
  });
});

test('what draws charts is not loaded with kml', () => {
  for (const bundle of ['main.mjs', 'snapshot.cjs'])
    expect(readFileSync(join(ROOT, 'dist', bundle), 'utf8')).not.toMatch(/createElementNS|scaleBand/);
  expect(readFileSync(join(ROOT, 'dist/report.mjs'), 'utf8')).toMatch(/createElementNS/);
});
