import type { Comparison, ComparisonRow, WorkloadGroup } from '@kml/compare';
import { html, jsonScript, type Markup } from '../html.ts';
import { pageOf } from '../page.ts';
import { type CpuParameters, cpuSection } from './cpu-section.ts';
import { notesSection } from './notes.ts';
import { byWorkload, groupsOf, groupTitle, placeNames, type WorkloadRows } from './rows.ts';
import { savingChart } from './saving.ts';
import { workloadSection } from './workload-section.ts';

/**
 * A comparison as a page of HTML that needs nothing else: charts, the numbers beside them, and the data
 * as JSON in `#comparison` (and the CPU models' parameters in `#cpu-parameters`).
 * @param models all CPU models there are; those that the comparison used are shown
 */
export function comparisonPage(comparison: Comparison, models: readonly CpuParameters[]): string {
  const { rows } = comparison;
  const used = models.filter(({ name }) => rows.some(({ cpu }) => cpu.name === name));
  const place = placeNames(rows);
  const groups = [...groupsOf(byWorkload(rows), ({ workload }) => workload.group)];
  const title = titleOf(rows);
  return pageOf(
    title,
    html`<header><h1>${title}</h1>
<p class="lead">What one unit of each workload takes, on each architecture, in user mode and in kernel mode, by each way
into the kernel. Numbers are <b>counted</b> by running the programs; cycles and nanoseconds are <b>modelled</b>:
<a href="#reading">how to read it</a>.</p>
<p class="note">Made by ${comparison.generator.name} ${comparison.generator.version}, ${clockOf(comparison)}.</p>
${failed(rows)}
<nav aria-label="Contents"><ul>${groups.map(([group]) => html`<li><a href="#group-${group}">${groupTitle(group)}</a></li>`)}
<li><a href="#reading">How to read it</a></li><li><a href="#cpu-models">CPU models</a></li></ul></nav></header>
<main>${groups.map(([group, workloads]) => groupSection(group, workloads, place))}
${notesSection(comparison)}
${cpuSection(used)}</main>
${jsonScript('comparison', comparison)}
${jsonScript('cpu-parameters', used)}`,
  );
}

function groupSection(
  group: WorkloadGroup,
  workloads: readonly WorkloadRows[],
  place: (row: ComparisonRow) => string,
): Markup {
  return html`<section id="group-${group}"><h2>${groupTitle(group)}</h2>
${savingChart(group, workloads, place)}
${workloads.map((own) => workloadSection(own, place))}</section>
`;
}

function titleOf(rows: readonly ComparisonRow[]): string {
  const archs = new Set(rows.map(({ arch }) => arch)).size;
  const modes = [...new Set(rows.map(({ mode }) => `${mode} mode`))].sort().reverse();
  const where = archs === 1 ? `on ${rows[0]?.arch}` : `on ${archs} architectures`;
  return `The same programs ${where}, in ${modes.join(' and in ')}`;
}

function clockOf({ time }: Comparison): string {
  return time === 'virtual'
    ? 'in virtual time: guests saw the clock of their own cycles'
    : "in real time: guests saw the host's clock";
}

function failed(rows: readonly ComparisonRow[]): Markup {
  const count = rows.filter(({ verdict }) => verdict === 'failed').length;
  if (count === 0) return html``;
  return html`<p class="bad">${count} of ${rows.length} rows failed; each says why at its workload.</p>`;
}
