import type { ConstantGroup, ExperimentReport, ReportChart } from '@kml/experiment';
import { groupedBars } from '../charts/grouped-bars.ts';
import { lineChart } from '../charts/line-chart.ts';
import { html, jsonScript, type Markup } from '../html.ts';
import { figureOf, pageOf, tableOf } from '../page.ts';

/** An experiment's report as a page that needs nothing else; the report itself lies in it as JSON. */
export function experimentPage(report: ExperimentReport): string {
  return pageOf(
    report.title,
    html`<h1>${report.title}</h1>
<p>Published: ${report.publication}</p>
${report.charts.map(chartOf)}
${report.tables.map(({ title, headings, rows }) => tableOf({ caption: title, headings, rows }))}
${listOf('How to read it', report.reading)}
${listOf('How it is measured', report.method)}
${listOf('Where the constants come from', report.constants.map(groupText))}
${jsonScript('experiment', report)}`,
  );
}

function chartOf(chart: ReportChart): Markup {
  const { title } = chart;
  const description = `${chart.y}: ${chart.series.map(({ name }) => name).join(' and ')}`;
  return figureOf(
    title,
    chart.kind === 'curve' ? lineChart({ ...chart, description }) : groupedBars({ ...chart, description }),
  );
}

function listOf(title: string, items: readonly string[]): Markup {
  return html`<h2>${title}</h2>
<ul>${items.map((item) => html`<li>${item}</li>\n`)}</ul>`;
}

function groupText({ cpu, source, constants }: ConstantGroup): string {
  const list = Object.entries(constants).map(([name, value]) => `${name} ${value}`);
  return `${cpu}, ${source}: ${list.join(', ')}`;
}
