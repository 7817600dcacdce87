import { html, type Markup } from '../html.ts';
import { barChart } from './bar-chart.ts';
import type { Described } from './figure.ts';
import { legend } from './patterns.ts';

/** A bar for each name and series. All series have the same names, in the same order. */
export interface GroupedBars extends Described {
  /** What is shown, with the unit. */
  readonly y: string;
  readonly series: readonly { readonly name: string; readonly bars: readonly (readonly [name: string, y: number])[] }[];
}

/** The bars, a group for each name, and a legend of the series. */
export function groupedBars({ title, description, y, series }: GroupedBars): Markup {
  const names = series[0]?.bars.map(([name]) => name) ?? [];
  const groups = names.map((name, at) => ({
    name,
    bars: series.map((one, fill) => ({ name: one.name, value: one.bars[at]![1], fill })),
  }));
  const chart = barChart({ title, description, x: y, groups, width: 720 });
  return html`${chart}${legend(series.map(({ name }, fill) => ({ name, fill })))}`;
}
