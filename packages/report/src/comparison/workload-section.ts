import type { ComparisonRow } from '@kml/compare';
import { barChart } from '../charts/bar-chart.ts';
import { html, type Markup } from '../html.ts';
import { formatNumber } from '../numbers.ts';
import { figureOf, tableOf } from '../page.ts';
import { MEASURES, type MeasureColumn } from './measures.ts';
import { mixChart, mixColumns } from './mix.ts';
import { fillOfWay, groupsOf, type WorkloadRows, wayOf } from './rows.ts';

/** One workload: charts of what a unit takes, its instruction mix, and all numbers in a table. */
export function workloadSection(own: WorkloadRows, place: (row: ComparisonRow) => string): Markup {
  const { workload, rows } = own;
  const shown = MEASURES.filter((measure) => hasAny(measure, rows));
  return html`<section id="workload-${workload.name}"><h3>${capital(workload.title)}</h3>
<p class="note">Workload <code>${workload.name}</code>: what one ${workload.unit} takes${meanOf(rows)}.</p>
${failures(rows, place)}
<div class="charts">${shown.filter(({ tableOnly }) => !tableOnly).map((measure) => chartOf(measure, own, place))}
${mixChart(own, place)}</div>
${numbers(own, shown)}</section>
`;
}

function hasAny({ of, optional }: MeasureColumn, rows: readonly ComparisonRow[]): boolean {
  const values = rows.flatMap(({ perUnit }) => (perUnit ? [of(perUnit)] : []));
  return values.some((value) => value !== undefined && (!optional || formatNumber(value) !== '0'));
}

function chartOf(measure: MeasureColumn, own: WorkloadRows, place: (row: ComparisonRow) => string): Markup {
  const { workload, rows } = own;
  const title = `${workload.name}: ${measure.title} per ${workload.unit}`;
  const groups = [...groupsOf(rows, place)].map(([name, members]) => ({
    name,
    bars: members.flatMap((row) => {
      const value = row.perUnit && measure.of(row.perUnit);
      return value === undefined ? [] : [{ name: wayOf(row), value, fill: fillOfWay(wayOf(row)) }];
    }),
  }));
  const description = `A bar for each mode and way into the kernel, by architecture. The table of ${workload.name} has the same numbers.`;
  const chart = barChart({
    title,
    description,
    x: measure.heading,
    groups: groups.filter(({ bars }) => bars.length > 0),
  });
  return figureOf(title, chart);
}

function numbers({ workload, rows }: WorkloadRows, shown: readonly MeasureColumn[]): Markup {
  const classes = mixColumns(rows);
  const hostTimes = rows.some(({ total }) => total?.hostSeconds !== undefined);
  return tableOf({
    caption: `${workload.name}, per ${workload.unit}`,
    headings: [
      ...['architecture', 'CPU model', 'mode', 'way', 'units', ...shown.map(({ heading }) => heading), ...classes],
      ...(hostTimes ? ['host s of the whole run'] : []),
      'ended',
    ],
    rows: rows.map(({ arch, cpu, mode, entry, iterations, perUnit, total, ended, verdict }) => [
      ...[arch, cpu.name, mode, entry, String(iterations)],
      ...shown.map(({ of }) => cell(perUnit && of(perUnit))),
      ...classes.map((name) => cell(perUnit?.mix?.[name])),
      ...(hostTimes ? [cell(total?.hostSeconds)] : []),
      verdict === 'ok' ? ended : `failed (${ended || 'never ran'})`,
    ]),
  });
}

function cell(value: number | undefined): string {
  return value === undefined ? '' : formatNumber(value);
}

function failures(rows: readonly ComparisonRow[], place: (row: ComparisonRow) => string): Markup {
  const bad = rows.filter(({ verdict }) => verdict === 'failed');
  return html`${bad.map((row) => html`<p class="bad">Failed: ${place(row)}, ${wayOf(row)}: ${row.reason}</p>`)}`;
}

function meanOf(rows: readonly ComparisonRow[]): string {
  const counts = [...new Set(rows.map(({ iterations }) => iterations))];
  return counts.length === 1 && counts[0]! > 1 ? `, the mean of ${counts[0]}` : '';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
