import type { BarChart } from '@kml/experiment';

const COLUMNS = 50;

/** A bar for each name and series, as long as its value. */
export function plotBars({ title, y, series }: BarChart): string {
  const bars = series[0]!.bars.map(([name]) => name);
  const longest = Math.max(...series.flatMap((one) => one.bars.map(([, value]) => value)));
  const width = Math.max(...bars.map((name) => name.length));
  const widest = Math.max(...series.map(({ name }) => name.length));
  const lines = bars.flatMap((bar, at) =>
    series.map(({ name, bars: own }, number) => {
      const value = own[at]![1];
      const length = Math.round((Math.max(value, 0) / longest) * COLUMNS);
      return `${(number === 0 ? bar : '').padEnd(width)}  ${name.padEnd(widest)}  ${'='.repeat(length)} ${value.toFixed(1)}`;
    }),
  );
  return [`${title}, ${y}`, '', ...lines].join('\n');
}
