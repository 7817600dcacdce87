import type { Measures } from '@kml/compare';

/** A number of a row, for a chart and a column. */
export interface MeasureColumn {
  /** In a table. */
  readonly heading: string;
  /** Over a chart; its unit is named by the workload. */
  readonly title: string;
  of(measures: Measures): number | undefined;
  /** Drawn only where it is not 0 in all rows. */
  readonly optional?: boolean;
  /** In tables only. */
  readonly tableOnly?: boolean;
}

const WAYS = ['trap', 'fast', 'direct', 'recognised', 'rewritten', 'fault', 'interrupt'] as const;

/** All numbers of a row, the instruction mix aside. */
export const MEASURES: readonly MeasureColumn[] = [
  { heading: 'cycles', title: 'cycles', of: ({ cycles }) => cycles },
  { heading: 'ns', title: "nanoseconds at the CPU model's clock rate", of: ({ nanoseconds }) => nanoseconds },
  { heading: 'instructions', title: 'instructions', of: ({ instructions }) => instructions },
  ...(['user', 'entry', 'kernel'] as const).map((part) => ({
    heading: `${part} cycles`,
    title: `${part} cycles`,
    of: ({ cyclesBy }: Measures) => cyclesBy?.[part],
    optional: true,
    tableOnly: true,
  })),
  ...WAYS.map((way) => ({
    heading: way,
    title: way,
    of: ({ kernelEntries }: Measures) => kernelEntries[way],
    optional: true,
    tableOnly: true,
  })),
  {
    heading: 'page faults',
    title: 'page faults',
    of: ({ pageFaults }) => pageFaults.minor + pageFaults.major,
    optional: true,
  },
  { heading: 'of them major', title: 'major page faults', of: ({ pageFaults }) => pageFaults.major, optional: true },
  { heading: 'switches', title: 'context switches', of: ({ contextSwitches }) => contextSwitches, optional: true },
  { heading: 'signals', title: 'signals', of: ({ signals }) => signals, optional: true, tableOnly: true },
];
