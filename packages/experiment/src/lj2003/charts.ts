import type { BarChart, ReportRow } from '../report.ts';

/** The article's four times, beside ours. */
export function articleChart(rows: readonly ReportRow[]): BarChart {
  const times = rows.filter(({ mode, published }) => mode !== undefined && published !== undefined);
  return {
    kind: 'bars',
    title: 'The article’s four times',
    y: 'cycles',
    series: [
      { name: 'published', bars: times.map((row) => [row.quantity, row.published!]) },
      { name: 'here', bars: times.map((row) => [row.quantity, row.value]) },
    ],
  };
}

/** What the call gate saves of what the call takes by a trap in user mode, architecture by architecture. */
export function savingsChart(rows: readonly ReportRow[]): BarChart {
  const archs = [...new Set(rows.map(({ arch }) => arch))];
  const calls = [...new Set(rows.map(({ call }) => call))];
  const cycles = (arch: string, call: string, mode: string, way: string): number =>
    rows.find((row) => row.arch === arch && row.call === call && row.mode === mode && row.way === way)!.value;
  const saved = (arch: string, call: string): number => {
    const trap = cycles(arch, call, 'user', 'trap');
    return Number(((100 * (trap - cycles(arch, call, 'kernel', 'direct'))) / trap).toFixed(1));
  };
  return {
    kind: 'bars',
    title: 'What the call gate saves of a trap (unpublished)',
    y: 'percent of the trap’s cycles',
    series: calls.map((call) => ({ name: call, bars: archs.map((arch) => [arch, saved(arch, call)]) })),
  };
}
