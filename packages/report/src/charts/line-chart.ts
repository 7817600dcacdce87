import { dot, gridY, line, ruleY, text } from '@observablehq/plot';
import type { Markup } from '../html.ts';
import { type Described, svgOf } from './figure.ts';

/** Lines through points, both axes linear and from 0. */
export interface LineChart extends Described {
  /** What the axes show, with the unit. */
  readonly x: string;
  readonly y: string;
  readonly series: readonly { readonly name: string; readonly points: readonly (readonly [x: number, y: number])[] }[];
}

const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'star', 'cross', 'wye', 'times'] as const;
const DASHES = ['none', '6,3', '2,3', '8,3,2,3'];
const WIDTH = 720;
const HEIGHT = 380;
/** For the names at the ends of the lines. */
const PIXELS_PER_LETTER = 7;
/** From one name to the next. */
const PIXELS_APART = 18;

/**
 * Draws it: each series has a dash and a symbol of its own, and its name at its end. A symbol's
 * tooltip has the exact numbers.
 */
export function lineChart({ x, y, series, ...described }: LineChart): Markup {
  const longest = Math.max(...series.map(({ name }) => name.length));
  const ends = endLabels(series);
  return svgOf(described, {
    width: WIDTH,
    height: HEIGHT,
    marginRight: 16 + longest * PIXELS_PER_LETTER,
    marginLeft: 56,
    marginBottom: 40,
    x: { label: x, zero: true, nice: true },
    y: { label: y, zero: true, nice: true },
    marks: [
      gridY({ className: 'grid' }),
      ruleY([0]),
      ...series.flatMap(({ name, points }, at) => [
        line(points, {
          x: '0',
          y: '1',
          strokeWidth: 1.8,
          strokeDasharray: DASHES[at % DASHES.length]!,
          stroke: strokeOf(at),
        }),
        dot(points, {
          x: '0',
          y: '1',
          symbol: SYMBOLS[at % SYMBOLS.length]!,
          r: 3.5,
          fill: strokeOf(at),
          title: ([px, py]: readonly [number, number]) => `${name}: ${px}, ${py}`,
        }),
      ]),
      text(ends, { x: 'x', y: 'y', text: 'name', textAnchor: 'start', dx: 9, className: 'series-name' }),
    ],
  });
}

/** A line's colour by its number, from 0. */
function strokeOf(number: number): string {
  return `var(--line-${number % 4})`;
}

/** Names at the last points of their series, lifted off each other where they would meet. */
function endLabels(series: LineChart['series']) {
  const highest = Math.max(...series.flatMap(({ points }) => points.map(([, y]) => y)));
  const apart = (highest * PIXELS_APART) / HEIGHT;
  const ends = series
    .filter(({ points }) => points.length > 0)
    .map(({ name, points }) => ({ name, x: points.at(-1)![0], y: points.at(-1)![1] }))
    .sort((a, b) => a.y - b.y);
  for (let at = 1; at < ends.length; at++) ends[at]!.y = Math.max(ends[at]!.y, ends[at - 1]!.y + apart);
  return ends;
}
