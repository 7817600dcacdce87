import type { Comparison, ComparisonRow, Measures } from './comparison.ts';

/** What a line says of its row, in this order; then the measures, a unit's (`unit_…`) and the whole run's (`total_…`). */
const ABOUT: readonly (readonly [string, (row: ComparisonRow) => string | number])[] = [
  ['workload', ({ workload }) => workload.name],
  ['group', ({ workload }) => workload.group],
  ['unit', ({ workload }) => workload.unit],
  ['iterations', ({ iterations }) => iterations],
  ['arch', ({ arch }) => arch],
  ['abi', ({ abi }) => abi],
  ['byte_order', ({ byteOrder }) => byteOrder],
  ['cpu', ({ cpu }) => cpu.name],
  ['clock_hz', ({ cpu }) => cpu.clockHz],
  ['mode', ({ mode }) => mode],
  ['entry', ({ entry }) => entry],
  ['verdict', ({ verdict }) => verdict],
  ['reason', ({ reason }) => reason ?? ''],
  ['ended', ({ ended }) => ended],
  ['exit_status', ({ exitStatus }) => exitStatus],
  ['output_sha256', ({ outputSha256 }) => outputSha256],
];

/** The comparison as comma-separated values with a heading (RFC 4180, but lines end in a newline alone): a row a line. */
export function csvOf({ rows }: Comparison): string {
  const names = measureNames(rows);
  const heading = [
    ...ABOUT.map(([name]) => name),
    ...names.map((name) => `unit_${name}`),
    ...names.map((name) => `total_${name}`),
  ];
  const lines = rows.map((row) => {
    const unit = flat(row.perUnit);
    const total = flat(row.total);
    const cells = [
      ...ABOUT.map(([, cell]) => cell(row)),
      ...names.map((name) => unit.get(name)),
      ...names.map((name) => total.get(name)),
    ];
    return cells.map(quoted).join(',');
  });
  return `${[heading.join(','), ...lines].join('\n')}\n`;
}

/** Names of all measures that a row has, in order of appearance. */
function measureNames(rows: readonly ComparisonRow[]): string[] {
  return [...new Set(rows.flatMap(({ perUnit, total }) => [...flat(perUnit).keys(), ...flat(total).keys()]))];
}

/** `pageFaults.minor` is `pageFaults_minor`. */
function flat(measures: Measures | undefined): Map<string, number> {
  const cells = new Map<string, number>();
  for (const [name, value] of Object.entries(measures ?? {})) {
    if (typeof value === 'number') cells.set(name, value);
    else for (const [part, count] of Object.entries(value as object)) cells.set(`${name}_${part}`, count);
  }
  return cells;
}

function quoted(cell: string | number | undefined): string {
  const text = String(cell ?? '');
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
