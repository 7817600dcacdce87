import { signedPercent } from '../numbers.ts';
import { deviation, type ReportRow, type ReportTable } from '../report.ts';

/** Time of the three calls. */
export function timeTable(calls: readonly ReportRow[]): ReportTable {
  return {
    title: 'A call, in nanoseconds',
    headings: ['call', 'here', 'published', 'deviation', 'basis'],
    rows: calls
      .filter(({ unit }) => unit === 'ns')
      .map((row) => [
        row.quantity,
        row.value.toFixed(1),
        row.published!.toFixed(1),
        signedPercent(deviation(row)!),
        row.basis,
      ]),
  };
}

/** Gains, of the three calls and with a loop after each; the difference is in points. */
export function gainTable(calls: readonly ReportRow[], busy: readonly ReportRow[]): ReportTable {
  return {
    title: 'What kernel mode saves, in percent of the time in user mode',
    headings: ['gain', 'here', 'published', 'points', 'basis'],
    rows: [...calls.filter(({ unit }) => unit === 'percent'), ...busy].map((row) => {
      const points = row.value - row.published!;
      return [
        row.quantity,
        row.value.toFixed(1),
        row.published!.toFixed(1),
        `${points > 0 ? '+' : ''}${points.toFixed(1)}`,
        row.basis,
      ];
    }),
  };
}
