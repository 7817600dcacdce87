import type { Comparison, ComparisonRow } from '@kml/compare';
import { renderTable } from './table.ts';

/** A workload's cycles: a line for each CPU model, a column for each mode and way into the kernel that a row has. */
export function costTable({ rows }: Comparison, workload: string): string {
  const own = rows.filter((row) => row.workload.name === workload);
  const user = waysOf(own, 'user');
  const kernel = waysOf(own, 'kernel');
  const ways = [...user, ...kernel];
  const placeOf = ({ arch, cpu }: ComparisonRow): string => `${arch} ${cpu.name}`;
  const lines = [...new Set(own.map(placeOf))].map((place) => {
    const members = own.filter((row) => placeOf(row) === place);
    const { arch, cpu } = members[0]!;
    return [arch, cpu.title, ...ways.map((way) => cellOf(members.find((row) => nameOf(row) === way)))];
  });
  return renderTable(['arch', 'CPU model', ...ways], lines);
}

function waysOf(rows: readonly ComparisonRow[], mode: string): string[] {
  return [...new Set(rows.filter((row) => row.mode === mode).map(nameOf))];
}

function nameOf({ mode, entry }: ComparisonRow): string {
  return `${mode} ${entry}`;
}

function cellOf(row: ComparisonRow | undefined): string {
  if (!row) return '';
  if (row.verdict === 'failed' || !row.perUnit) return 'failed';
  return String(Math.round(row.perUnit.cycles));
}
