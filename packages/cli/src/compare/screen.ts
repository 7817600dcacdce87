import { styleText } from 'node:util';
import { type Comparison, sectionsOf, WORKLOADS } from '@kml/compare';
import { renderTable } from '../tour/table.ts';

/** The comparison for people: a table for each workload. */
export function screenOf(comparison: Comparison): string {
  return sectionsOf(comparison)
    .map(({ title, headings, rows, failures }) =>
      [styleText('bold', title), '\n', renderTable(headings, rows), ...failures.map((line) => `${line}\n`)].join(''),
    )
    .join('\n');
}

/** `--list`. */
export function workloadList(): string {
  return renderTable(
    ['name', 'group', 'what', 'unit', 'n'],
    WORKLOADS.map(({ name, group, title, unit, iterations }) => [name, group, title, unit, String(iterations)]),
  );
}
