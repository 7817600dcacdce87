import { axisX, axisY, barX, text } from '@observablehq/plot';
import type { Markup } from '../html.ts';
import { formatNumber } from '../numbers.ts';
import { type BarPlace, barHeight, placesOf, yScale } from './bar-places.ts';
import { type Described, svgOf } from './figure.ts';
import { fillOf } from './patterns.ts';

/** A bar that is divided among parts. */
export interface StackedBar {
  readonly name: string;
  readonly parts: readonly { readonly name: string; readonly value: number; readonly fill: number }[];
}

/** Horizontal bars in groups, each 100 percent: what share each part has of it. */
export interface StackedBars extends Described {
  readonly groups: readonly { readonly name: string; readonly bars: readonly StackedBar[] }[];
  /** Of the drawing, in pixels. */
  readonly width?: number;
}

const WIDTH = 560;
/** A share in percent from which on its number has room in it. */
const ROOM = 6;

/** Draws it; a part's tooltip has its name, its value and its share. */
export function stackedBars({ groups, width = WIDTH, ...described }: StackedBars): Markup {
  const places = placesOf(groups);
  const bars = places.filter((place): place is BarPlace<StackedBar> => place.bar !== undefined);
  const segments = bars.flatMap(segmentsOf);
  const { marginLeft, nameWidth } = yScale(groups);
  return svgOf(described, {
    width,
    height: barHeight(places),
    marginLeft,
    marginRight: 16,
    marginTop: 4,
    marginBottom: 38,
    x: { domain: [0, 100] },
    y: { type: 'band', domain: places.map(({ key }) => key), padding: 0.1 },
    marks: [
      axisX({ ticks: 5, label: 'percent of all', labelAnchor: 'center', tickSize: 3 }),
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
      barX(segments, {
        y: 'key',
        x1: 'from',
        x2: 'to',
        fill: 'fill',
        stroke: 'currentColor',
        strokeWidth: 0.7,
        title: 'tip',
      }),
      text(
        segments.filter(({ from, to }) => to - from >= ROOM),
        {
          y: 'key',
          x: ({ from, to }: Segment) => (from + to) / 2,
          text: ({ from, to }: Segment) => `${Math.round(to - from)}`,
          className: 'share',
        },
      ),
    ],
  });
}

interface Segment {
  readonly key: string;
  /** Percent of the bar. */
  readonly from: number;
  readonly to: number;
  readonly fill: string;
  readonly tip: string;
}

function segmentsOf({ key, group, bar }: BarPlace<StackedBar>): Segment[] {
  const sum = bar.parts.reduce((total, { value }) => total + value, 0) || 1;
  let from = 0;
  return bar.parts.flatMap(({ name, value, fill }) => {
    const share = (100 * value) / sum;
    const tip = `${group} ${bar.name}, ${name}: ${formatNumber(value)} (${share.toFixed(1)} %)`;
    const segment = { key, from, to: (from += share), fill: fillOf(fill), tip };
    return share > 0 ? [segment] : [];
  });
}
