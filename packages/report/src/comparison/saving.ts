import type { ComparisonMode, ComparisonRow, WorkloadGroup } from '@kml/compare';
import { barChart } from '../charts/bar-chart.ts';
import { html, type Markup } from '../html.ts';
import { figureOf } from '../page.ts';
import { groupTitle, type WorkloadRows } from './rows.ts';

/** Overview of a group: what kernel mode leaves of the cycles that user mode takes, each by its cheapest way. */
export function savingChart(
  group: WorkloadGroup,
  workloads: readonly WorkloadRows[],
  place: (row: ComparisonRow) => string,
): Markup {
  const places = [...new Set(workloads.flatMap(({ rows }) => rows.map(place)))];
  const groups = workloads.map(({ workload, rows }) => ({
    name: workload.name,
    bars: places.flatMap((name, fill) => {
      const value = shareOf(rows.filter((row) => place(row) === name));
      return value === undefined ? [] : [{ name, value, fill }];
    }),
  }));
  const drawn = groups.filter(({ bars }) => bars.length > 0);
  if (drawn.length === 0) return html``;
  const title = `${groupTitle(group)}: cycles in kernel mode, in percent of those in user mode`;
  const description =
    'A bar for each architecture, by workload: 100 is as much as in user mode; less is what kernel mode saves.';
  const chart = barChart({ title, description, x: '% of user mode', groups: drawn });
  return figureOf(title, chart);
}

/** In percent, for the rows of one place. */
function shareOf(rows: readonly ComparisonRow[]): number | undefined {
  const user = cheapest(rows, 'user');
  const kernel = cheapest(rows, 'kernel');
  return user && kernel !== undefined ? (100 * kernel) / user : undefined;
}

function cheapest(rows: readonly ComparisonRow[], mode: ComparisonMode): number | undefined {
  const cycles = rows.flatMap((row) =>
    row.mode === mode && row.verdict === 'ok' && row.perUnit ? [row.perUnit.cycles] : [],
  );
  return cycles.length > 0 ? Math.min(...cycles) : undefined;
}
