import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import type { Markup } from '../html.ts';
import { barChart } from './bar-chart.ts';
import { groupedBars } from './grouped-bars.ts';
import { lineChart } from './line-chart.ts';
import { stackedBars } from './stacked-bars.ts';

const parse = (markup: Markup) => parseHTML(`<html><body>${markup.source}</body></html>`).document;
const texts = (markup: Markup, selector: string): string[] =>
  [...parse(markup).querySelectorAll(selector)].map((element) => element.textContent ?? '');

const bars = barChart({
  title: 'Cycles & more',
  description: 'One bar for each way.',
  x: 'cycles',
  groups: [
    { name: 'ia32', bars: [{ name: 'user trap', value: 1584, fill: 0 }] },
    {
      name: 'arm',
      bars: [
        { name: 'user trap', value: 123.456, fill: 0 },
        { name: 'kernel direct', value: 0, fill: 2 },
      ],
    },
  ],
});

test('a chart has a title and a description that name it', () => {
  const svg = parse(bars).querySelector('svg')!;
  expect(svg.getAttribute('role')).toBe('img');
  const named = (attribute: string) => parse(bars).getElementById(svg.getAttribute(attribute)!)?.textContent;
  expect([named('aria-labelledby'), named('aria-describedby')]).toEqual(['Cycles & more', 'One bar for each way.']);
});

test('bars carry their values as text, as tooltip with all digits, and as length', () => {
  expect(texts(bars, '.value text')).toEqual(['1584', '123.5', '0']);
  expect(texts(bars, '[data-mark=bar] title')).toEqual([
    'ia32 user trap: 1584',
    'arm user trap: 123.456',
    'arm kernel direct: 0',
  ]);
  const widths = [...parse(bars).querySelectorAll('[data-mark=bar] rect')].map((bar) =>
    Number(bar.getAttribute('width')),
  );
  expect(widths[1]! / widths[0]!).toBeCloseTo(123.456 / 1584, 5);
  expect(widths[2]).toBe(0);
});

test('bars that mean different things differ without colour', () => {
  const fills = [...parse(bars).querySelectorAll('[data-mark=bar] rect')].map((bar) => bar.getAttribute('fill'));
  expect(fills).toEqual(['url(#fill-0)', 'url(#fill-0)', 'url(#fill-2)']);
});

test('a group of bars for each name, with a legend', () => {
  const chart = groupedBars({
    title: 'Published',
    description: 'Ours and theirs.',
    y: 'cycles',
    series: [
      { name: 'measured', bars: [['getpid', 432.5]] },
      { name: 'published', bars: [['getpid', 432]] },
    ],
  });
  expect(texts(chart, '.value text')).toEqual(['432.5', '432']);
  expect(texts(chart, '.legend li').map((text) => text.trim())).toEqual(['measured', 'published']);
});

test('lines have their names at their ends, apart from each other, and points with numbers', () => {
  const chart = lineChart({
    title: 'Curve',
    description: 'Two lines.',
    x: 'iterations',
    y: 'percent',
    series: [
      {
        name: 'measured',
        points: [
          [0, 1],
          [10, 50],
        ],
      },
      {
        name: 'published',
        points: [
          [0, 2],
          [10, 50],
        ],
      },
    ],
  });
  expect(texts(chart, '.series-name text')).toEqual(['measured', 'published']);
  const heights = [...parse(chart).querySelectorAll('.series-name text')].map((text) =>
    Number(/,([\d.]+)\)/.exec(text.getAttribute('transform')!)![1]),
  );
  expect(Math.abs(heights[0]! - heights[1]!)).toBeGreaterThan(10);
  expect(texts(chart, '[data-mark=dot] title')).toEqual([
    'measured: 0, 1',
    'measured: 10, 50',
    'published: 0, 2',
    'published: 10, 50',
  ]);
  const dashes = [...parse(chart).querySelectorAll('[data-mark=line]')].map((g) => g.getAttribute('stroke-dasharray'));
  expect(new Set(dashes).size).toBe(2);
});

test('parts of a whole are shares of 100, and those too small for a number have a tooltip still', () => {
  const chart = stackedBars({
    title: 'Mix',
    description: 'Parts.',
    groups: [
      {
        name: 'ia32',
        bars: [
          {
            name: 'user',
            parts: [
              { name: 'alu', value: 49, fill: 0 },
              { name: 'load', value: 1, fill: 1 },
              { name: 'none', value: 0, fill: 2 },
            ],
          },
        ],
      },
    ],
  });
  expect(texts(chart, '.share text')).toEqual(['98']);
  expect(texts(chart, '[data-mark=bar] title')).toEqual(['ia32 user, alu: 49 (98.0 %)', 'ia32 user, load: 1 (2.0 %)']);
});
