import { INSTRUCTION_CLASSES } from '@kml/machine';
import type { Comparison, ComparisonRow } from './comparison.ts';

/** A part of the screen's table: one workload. */
export interface TableSection {
  readonly title: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** One line for each row that failed. */
  readonly failures: readonly string[];
}

/** The comparison, workload by workload: what one unit takes. */
export function sectionsOf(comparison: Comparison): TableSection[] {
  const names = [...new Set(comparison.rows.map(({ workload }) => workload.name))];
  return names.map((name) => sectionOf(comparison.rows.filter(({ workload }) => workload.name === name)));
}

interface Column {
  readonly heading: string;
  /** What it shows of a row: a word, a number, or nothing. */
  of(row: ComparisonRow, rows: readonly ComparisonRow[]): string | number | undefined;
}

const COLUMNS: readonly Column[] = [
  { heading: 'arch', of: ({ arch }) => arch },
  { heading: 'CPU', of: ({ cpu }) => cpu.name },
  { heading: 'mode', of: ({ mode }) => mode },
  { heading: 'entry', of: ({ entry }) => entry },
  { heading: 'instructions', of: ({ perUnit }) => perUnit?.instructions },
  { heading: 'cycles', of: ({ perUnit }) => perUnit?.cycles },
  { heading: 'ns', of: ({ perUnit }) => perUnit?.nanoseconds },
  { heading: 'to first', of: (row, rows) => relative(row, rows)?.toFixed(2) },
];

/** Columns that are there where a row has something in them. */
const OPTIONAL: readonly Column[] = [
  { heading: 'user cycles', of: ({ perUnit }) => perUnit?.cyclesBy?.user },
  { heading: 'entry cycles', of: ({ perUnit }) => perUnit?.cyclesBy?.entry },
  { heading: 'kernel cycles', of: ({ perUnit }) => perUnit?.cyclesBy?.kernel },
  ...(['trap', 'fast', 'direct', 'recognised', 'rewritten'] as const).map((way) => ({
    heading: way,
    of: ({ perUnit }: ComparisonRow) => perUnit?.kernelEntries[way],
  })),
  { heading: 'page faults', of: ({ perUnit: unit }) => unit && unit.pageFaults.minor + unit.pageFaults.major },
  { heading: 'switches', of: ({ perUnit }) => perUnit?.contextSwitches },
  ...INSTRUCTION_CLASSES.map((name) => ({
    heading: name,
    of: ({ perUnit }: ComparisonRow) => perUnit?.mix?.[name],
  })),
  { heading: 'ended', of: ({ ended }) => (ended === 'exit 0' ? '' : ended) },
  { heading: 'output', of: otherOutput },
  { heading: 'host s', of: ({ total }) => total?.hostSeconds?.toFixed(2) },
];

function sectionOf(rows: readonly ComparisonRow[]): TableSection {
  const { workload, iterations } = rows[0]!;
  const optional = OPTIONAL.filter((column) => rows.some((row) => column.of(row, rows)));
  const columns = [...COLUMNS, ...optional];
  const cells = columns.map((column) => texts(rows.map((row) => column.of(row, rows))));
  return {
    title: `${workload.name}: ${workload.title}; per ${workload.unit}, n = ${iterations}`,
    headings: columns.map(({ heading }) => heading),
    rows: rows.map((_, index) => cells.map((column) => column[index]!)),
    failures: rows
      .filter(({ verdict }) => verdict === 'failed')
      .map(({ arch, cpu, mode, entry, reason }) => `failed: ${arch} ${cpu.name} ${mode} ${entry}: ${reason}`),
  };
}

/** Where not all rows printed the same: the start of the sum of what this one did. */
function otherOutput(row: ComparisonRow, rows: readonly ComparisonRow[]): string {
  return rows.every(({ outputSha256 }) => outputSha256 === row.outputSha256) ? '' : row.outputSha256.slice(0, 8);
}

/** Cycles as a multiple of those of the first row on the same CPU. */
function relative(row: ComparisonRow, rows: readonly ComparisonRow[]): number | undefined {
  const first = rows.find(({ cpu }) => cpu.name === row.cpu.name)?.perUnit?.cycles;
  return row.perUnit && first ? row.perUnit.cycles / first : undefined;
}

/** A column's cells: its numbers with as many decimals as the smallest fraction among them asks for. */
function texts(values: readonly (string | number | undefined)[]): string[] {
  const fractions = values.filter((value) => typeof value === 'number' && !Number.isInteger(value)) as number[];
  const smallest = Math.min(...fractions);
  const decimals = smallest < 100 ? 2 : smallest < 10_000 ? 1 : 0;
  return values.map((value) => (typeof value === 'number' ? value.toFixed(decimals) : (value ?? '')));
}
