import { deviation, type ExperimentReport, type ReportRow } from '@kml/experiment';

type Column = readonly [name: string, of: (row: ReportRow) => string | number | undefined];

const COLUMNS: readonly Column[] = [
  ['arch', (row) => row.arch],
  ['cpu', (row) => row.cpu],
  ['call', (row) => row.call],
  ['mode', (row) => row.mode],
  ['way', (row) => row.way],
  ['busy', (row) => row.busy],
  ['quantity', (row) => row.quantity],
  ['value', (row) => row.value],
  ['unit', (row) => row.unit],
  ['published', (row) => row.published],
  ['deviation_percent', (row) => deviation(row)?.toFixed(2)],
  ['basis', (row) => row.basis],
];

/** A report's figures, a line each. RFC 4180, with line feeds. */
export function renderCsv({ experiment, rows }: ExperimentReport): string {
  const lines = rows.map((row) => [experiment, ...COLUMNS.map(([, of]) => of(row) ?? '')]);
  return [['experiment', ...COLUMNS.map(([name]) => name)], ...lines]
    .map((cells) => `${cells.map((cell) => quoted(`${cell}`)).join(',')}\n`)
    .join('');
}

function quoted(cell: string): string {
  return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
