import { styleText } from 'node:util';
import type { ConstantGroup, ExperimentReport } from '@kml/experiment';
import { renderTable } from '../tour/table.ts';
import { plotBars } from './plot-bars.ts';
import { plotCurves } from './plot-curves.ts';

const WIDTH = 100;
const bold = (text: string): string => styleText('bold', text);

/** An experiment's report for a terminal. */
export function renderText(report: ExperimentReport): string {
  return [
    `${bold(report.title)}\nPublished: ${report.publication}`,
    paragraphs('How it is measured', report.method),
    ...report.tables.map(({ title, headings, rows }) => `${bold(title)}\n\n${renderTable(headings, rows).trimEnd()}`),
    ...report.charts.map((chart) => (chart.kind === 'curve' ? plotCurves(chart) : plotBars(chart))),
    paragraphs('How to read it', report.reading),
    `${bold('Where the constants come from')}\n\n${report.constants.map(describeGroup).join('\n')}`,
  ].join('\n\n');
}

function paragraphs(title: string, texts: readonly string[]): string {
  return `${bold(title)}\n\n${texts.map((text) => wrap(text, '  ')).join('\n')}`;
}

function describeGroup({ source, cpu, constants }: ConstantGroup): string {
  const list = Object.entries(constants).map(([name, value]) => `${name} ${value}`);
  return wrap(`${cpu}, ${source}: ${list.join(', ')}`, '  ');
}

/** Breaks at blanks; the first line is not indented as far as the others. */
function wrap(text: string, indent: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1]!;
    if (line !== '' && line.length + word.length >= WIDTH - indent.length) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line, at) => (at === 0 ? `- ${line}` : `${indent}${line}`)).join('\n');
}
