import type { MachineStats } from '@kml/machine';

export type Mode = 'user' | 'kernel';

/** What came of one experiment in one mode. */
export interface TourRow {
  readonly title: string;
  readonly mode: Mode;
  readonly outcome: string;
  /** It ended as it must. */
  readonly ok: boolean;
  readonly stats: MachineStats;
  /** On this host. */
  readonly seconds: number;
}

/** What both tables of the tour count, from the kernel entries on. */
export const COUNT_HEADINGS = ['traps', 'fast', 'direct', 'recognised', 'faults', 'ticks', 'instructions', 'seconds'];

/** Those counts, of a row or added up over several. */
export function counts(rows: readonly TourRow[]): string[] {
  const sum = (of: (row: TourRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const entries = ['trap', 'fast', 'direct', 'recognised', 'fault', 'interrupt'] as const;
  return [
    ...entries.map((entry) => String(sum(({ stats }) => stats.kernelEntries[entry]))),
    String(sum(({ stats }) => stats.instructions)),
    sum(({ seconds }) => seconds).toFixed(2),
  ];
}
