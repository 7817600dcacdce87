import type { ReportChart, ReportRow } from '../report.ts';

/** Gain against busy iterations, the paper's curve beside ours. */
export function busyChart(busy: readonly ReportRow[]): ReportChart {
  return {
    kind: 'curve',
    title: 'Gain of getppid against work between two calls',
    x: 'busy iterations',
    y: 'gain in percent',
    series: [
      { name: 'published', points: busy.map((row) => [row.busy!, row.published!]) },
      { name: 'here', points: busy.map((row) => [row.busy!, row.value]) },
    ],
  };
}

/** Gain of the three calls. */
export function callsChart(calls: readonly ReportRow[]): ReportChart {
  const gains = calls.filter(({ unit }) => unit === 'percent');
  const name = ({ quantity }: ReportRow): string => quantity.replace(', gain', '');
  return {
    kind: 'bars',
    title: 'Gain of three calls',
    y: 'gain in percent',
    series: [
      { name: 'published', bars: gains.map((row) => [name(row), row.published!]) },
      { name: 'here', bars: gains.map((row) => [name(row), row.value]) },
    ],
  };
}
