import { axisX, axisY, barX, gridX, ruleX, text } from '@observablehq/plot';
import type { Markup } from '../html.ts';
import { formatNumber } from '../numbers.ts';
import { type BarPlace, barHeight, placesOf, yScale } from './bar-places.ts';
import { type Described, svgOf } from './figure.ts';
import { fillOf } from './patterns.ts';

/** A bar with its name at its left and its value at its right. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  /** Number of the fill: bars that are the same thing in each group have the same. */
  readonly fill: number;
}

/** Horizontal bars in groups, from 0. */
export interface BarChart extends Described {
  /** What is shown, with the unit. */
  readonly x: string;
  readonly groups: readonly { readonly name: string; readonly bars: readonly Bar[] }[];
  /** Of the drawing, in pixels. */
  readonly width?: number;
}

const WIDTH = 560;
/** For the values at the ends of the bars. */
const MARGIN_RIGHT = 72;

/** Draws it; a bar's tooltip has its value with all digits. */
export function barChart({ x, groups, width = WIDTH, ...described }: BarChart): Markup {
  const places = placesOf(groups);
  const bars = places.filter((place): place is BarPlace<Bar> => place.bar !== undefined);
  const { marginLeft, nameWidth } = yScale(groups);
  return svgOf(described, {
    width,
    height: barHeight(places),
    marginLeft,
    marginRight: MARGIN_RIGHT,
    marginTop: 4,
    marginBottom: 38,
    x: { domain: [0, Math.max(...bars.map(({ bar }) => bar.value)) || 1] },
    y: { type: 'band', domain: places.map(({ key }) => key), padding: 0.14 },
    marks: [
      gridX({ ticks: 5, className: 'grid' }),
      axisX({ ticks: 5, label: x, labelAnchor: 'center', tickSize: 3 }),
      axisY({
        ticks: bars.map(({ key }) => key),
        tickFormat: (key: string) => places.find((place) => place.key === key)!.bar!.name,
        tickSize: 0,
        label: null,
      }),
      text(
        bars.filter(({ first }) => first),
        { y: 'key', text: 'group', frameAnchor: 'left', dx: -nameWidth, textAnchor: 'end', fontWeight: 600 },
      ),
      barX(bars, {
        y: 'key',
        x: ({ bar }: BarPlace<Bar>) => bar.value,
        fill: ({ bar }: BarPlace<Bar>) => fillOf(bar.fill),
        stroke: 'currentColor',
        strokeWidth: 0.7,
        title: ({ group, bar }: BarPlace<Bar>) => `${group} ${bar.name}: ${bar.value}`,
      }),
      text(bars, {
        y: 'key',
        x: ({ bar }: BarPlace<Bar>) => bar.value,
        text: ({ bar }: BarPlace<Bar>) => formatNumber(bar.value),
        textAnchor: 'start',
        dx: 4,
        className: 'value',
      }),
      ruleX([0]),
    ],
  });
}
