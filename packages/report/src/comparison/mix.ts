import type { ComparisonRow, InstructionClass, InstructionMix } from '@kml/compare';
import { legend } from '../charts/patterns.ts';
import { stackedBars } from '../charts/stacked-bars.ts';
import { html, type Markup } from '../html.ts';
import { figureOf } from '../page.ts';
import { groupsOf, type WorkloadRows, wayOf } from './rows.ts';

/** A unit's instructions by class, as shares; nothing where they were not counted. */
export function mixChart({ workload, rows }: WorkloadRows, place: (row: ComparisonRow) => string): Markup {
  const counted = rows.filter(({ perUnit }) => perUnit?.mix);
  if (counted.length === 0) return html``;
  const all = classesOf(rows);
  const used = mixColumns(rows);
  const title = `${workload.name}: instructions by class`;
  const groups = [...groupsOf(counted, place)].map(([name, members]) => ({
    name,
    bars: members.map((row) => ({ name: wayOf(row), parts: partsOf(row.perUnit!.mix!, all) })),
  }));
  const description = `What share of a unit's instructions belongs to which class. The table of ${workload.name} has their numbers.`;
  const names = used.map((name) => ({ name, fill: all.indexOf(name) }));
  return figureOf(title, html`${stackedBars({ title, description, groups })}${legend(names)}`);
}

/** Classes that any of the rows has instructions of. */
export function mixColumns(rows: readonly ComparisonRow[]): readonly InstructionClass[] {
  return classesOf(rows).filter((name) => rows.some(({ perUnit }) => perUnit?.mix?.[name]));
}

function partsOf(mix: InstructionMix, classes: readonly InstructionClass[]) {
  return classes.map((name, fill) => ({ name, value: mix[name], fill }));
}

function classesOf(rows: readonly ComparisonRow[]): InstructionClass[] {
  const mix = rows.find(({ perUnit }) => perUnit?.mix)?.perUnit?.mix;
  return Object.keys(mix ?? {}) as InstructionClass[];
}
