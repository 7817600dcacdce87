import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Comparison, ComparisonRow, Measures } from '@kml/compare';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const WORKLOADS = ['getpid', 'pingpong', 'pagefault'];

let directory: string;
let data: Comparison;
let browser: Browser;
let page: Page;
/** What the page asked the network for, and what it complained about. */
const requests: string[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kml-report-'));
  const { stderr, status } = spawnSync(
    join(ROOT, 'bin/kml'),
    ['compare', ...WORKLOADS, '--mix', '--iterations', '50', '--json', 'data.json', '--html', 'page.html'],
    { encoding: 'utf8', cwd: directory },
  );
  expect([stderr, status]).toEqual(['', 0]);
  data = JSON.parse(readFileSync(join(directory, 'data.json'), 'utf8'));
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  page = await browser.newPage({ viewport: { width: 1200, height: 900 }, colorScheme: 'light' });
  page.on('request', (request) => void requests.push(request.url()));
  page.on('console', (message) => void complaints.push(message.text()));
  page.on('pageerror', (error) => void complaints.push(error.message));
  await page.goto(pathToFileURL(join(directory, 'page.html')).href);
});
afterAll(async () => {
  await browser.close();
  rmSync(directory, { recursive: true });
});

const rowsOf = (workload: string): readonly ComparisonRow[] =>
  data.rows.filter((row) => row.workload.name === workload);

/** As the report shows numbers: whole, or with as many decimals as make sense at their size. */
function shown(value: number): string {
  if (Number.isInteger(value)) return `${value}`;
  return `${Number(value.toFixed(value < 100 ? 2 : value < 10_000 ? 1 : 0))}`;
}

test('asks the network for nothing, and the browser finds nothing to complain about', async () => {
  expect(requests).toEqual([pathToFileURL(join(directory, 'page.html')).href]);
  expect(complaints).toEqual([]);
});

const CHARTS: readonly (readonly [workload: string, title: string, of: (unit: Measures) => number])[] = [
  ['getpid', 'cycles per call', ({ cycles }) => cycles],
  ['getpid', "nanoseconds at the CPU model's clock rate per call", ({ nanoseconds }) => nanoseconds],
  ['getpid', 'instructions per call', ({ instructions }) => instructions],
  ['pingpong', 'context switches per round trip', ({ contextSwitches }) => contextSwitches],
  ['pagefault', 'page faults per page', ({ pageFaults }) => pageFaults.minor + pageFaults.major],
];

test.each(CHARTS)(
  '%s: the chart of %s has the numbers of the data, as text and as lengths',
  async (name, title, of) => {
    // By the role and the name that a screen reader finds it by.
    const chart = page.getByRole('img', { name: `${name}: ${title}`, exact: true });
    const values = rowsOf(name).map(({ perUnit }) => of(perUnit!));
    expect(values.length).toBeGreaterThanOrEqual(10);
    expect(await chart.locator('.value text').allTextContents()).toEqual(values.map(shown));
    const widths = await chart
      .locator('[data-mark=bar] rect')
      .evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect().width));
    const perPixel = Math.max(...values) / Math.max(...widths);
    // Borders of the bars are in what the browser says.
    values.forEach((value, at) => void expect(Math.abs(widths[at]! * perPixel - value) / perPixel).toBeLessThan(1.5));
  },
);

test('labels lie beside their bars and inside the drawing', async () => {
  const outside = await page.locator('svg.chart').evaluateAll((charts) =>
    charts.flatMap((chart) => {
      const box = chart.getBoundingClientRect();
      return [...chart.querySelectorAll('text')]
        .filter((text) => {
          const { left, right, top, bottom } = text.getBoundingClientRect();
          return left < box.left - 1 || right > box.right + 1 || top < box.top - 1 || bottom > box.bottom + 1;
        })
        .map((text) => `${chart.id}: ${text.textContent}`);
    }),
  );
  expect(outside).toEqual([]);
});

test('the table beside has every number of a row', async () => {
  const table = page.getByRole('table', { name: 'getpid, per call' });
  const headings = await table.locator('thead th').allTextContents();
  const rows = await table.locator('tbody tr').all();
  const cells = await Promise.all(rows.map((row) => row.locator('td').allTextContents()));
  const column = (name: string): string[] => cells.map((row) => row[headings.indexOf(name)]!);
  const units = rowsOf('getpid').map(({ perUnit }) => perUnit!);
  expect(column('cycles')).toEqual(units.map(({ cycles }) => shown(cycles)));
  expect(column('instructions')).toEqual(units.map(({ instructions }) => shown(instructions)));
  expect(column('direct')).toEqual(units.map(({ kernelEntries }) => shown(kernelEntries.direct)));
  expect(column('load')).toEqual(units.map(({ mix }) => shown(mix!.load)));
  expect(column('architecture')).toEqual(rowsOf('getpid').map(({ arch }) => arch));
});

test('the data is in the page', async () => {
  expect(JSON.parse((await page.locator('#comparison').textContent())!)).toEqual(data);
});

test('the accessibility rules of axe hold, in light and in dark', async () => {
  const axe = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: AxeViolation[] }> } };
      return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 200)}`);
    });
    expect(violations).toEqual([]);
  }
});

interface AxeViolation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

test('is dark where the reader wants it dark, and as light as paper in print', async () => {
  const background = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
  await page.emulateMedia({ colorScheme: 'light' });
  expect(await background()).toBe('rgb(255, 255, 255)');
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await background()).toBe('rgb(20, 22, 26)');
  await page.emulateMedia({ colorScheme: 'dark', media: 'print' });
  expect(await background()).toBe('rgb(255, 255, 255)');
  expect(await page.locator('nav').isVisible()).toBe(false);
  const paper = await page.pdf({ format: 'A4' });
  expect(paper.subarray(0, 5).toString()).toBe('%PDF-');
  expect(paper.length).toBeLessThan(2e6);
  await page.emulateMedia({ colorScheme: 'light', media: 'screen' });
});

test('on a narrow screen nothing but tables scrolls sideways', async () => {
  await page.setViewportSize({ width: 380, height: 800 });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(380);
  await page.setViewportSize({ width: 1200, height: 900 });
});

test('fills are drawn with their textures: bars of two ways look different without colour', async () => {
  await page.addStyleTag({ content: 'html{filter:grayscale(1)}' });
  const chart = page.getByRole('img', { name: 'getpid: cycles per call', exact: true });
  const bars = await chart.locator('[data-mark=bar] rect').all();
  const pictures = await Promise.all(bars.slice(0, 3).map((bar) => pictureOf(bar)));
  expect(new Set(pictures).size).toBe(3);
});

/** The left 30 pixels of a bar. */
async function pictureOf(bar: Awaited<ReturnType<ReturnType<Page['locator']>['all']>>[number]): Promise<string> {
  await bar.scrollIntoViewIfNeeded();
  const { x, y, height } = (await bar.boundingBox())!;
  return (await page.screenshot({ clip: { x: x + 1, y: y + 1, width: 30, height: height - 2 } })).toString('base64');
}
