import { shown, signedPercent } from '../numbers.ts';
import { deviation, type ReportRow, type ReportTable } from '../report.ts';

/** What was published beside what comes out here. */
export function articleTable(rows: readonly ReportRow[]): ReportTable {
  return {
    title: "The article's machine",
    headings: ['quantity', 'mode', 'here', 'published', 'deviation', 'basis'],
    rows: rows.map((row) => {
      const off = deviation(row);
      return [
        row.quantity,
        row.mode ?? '',
        shown(row.value),
        row.published === undefined ? '' : shown(row.published),
        off === undefined ? '' : signedPercent(off),
        row.basis,
      ];
    }),
  };
}

/** Columns of the table of architectures: a way in a mode. */
const COLUMNS: readonly (readonly [heading: string, mode: 'user' | 'kernel', way: string])[] = [
  ['trap', 'user', 'trap'],
  ['fast', 'user', 'fast'],
  ['trap (kernel mode)', 'kernel', 'trap'],
  ['recognised', 'kernel', 'recognised'],
  ['rewritten', 'kernel', 'rewritten'],
  ['direct', 'kernel', 'direct'],
  ['function', 'kernel', 'function'],
];

/** Each call on each architecture, by each way, in cycles; then the way that a user-mode program has, as a multiple of the two calls. */
export function architecturesTable(rows: readonly ReportRow[]): ReportTable {
  const cases = new Map<string, ReportRow[]>();
  for (const row of rows) {
    const key = `${row.arch} ${row.call}`;
    cases.set(key, [...(cases.get(key) ?? []), row]);
  }
  return {
    title: 'The same on every architecture, in cycles of its own counter (unpublished)',
    headings: ['arch', 'cpu', 'call', ...COLUMNS.map(([heading]) => heading), 'trap/direct', 'trap/function'],
    rows: [...cases.values()].map((of) => {
      const value = (mode: string, way: string): number | undefined =>
        of.find((row) => row.mode === mode && row.way === way)?.value;
      const times = (way: string): string => {
        const [trap, call] = [value('user', 'trap'), value('kernel', way)];
        return trap === undefined || call === undefined ? '' : (trap / call).toFixed(1);
      };
      const cells = COLUMNS.map(([, mode, way]) => {
        const cycles = value(mode, way);
        return cycles === undefined ? '' : cycles.toFixed(1);
      });
      return [of[0]!.arch, of[0]!.cpu, of[0]!.call, ...cells, times('direct'), times('function')];
    }),
  };
}
