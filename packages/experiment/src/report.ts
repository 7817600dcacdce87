/**
 * What an experiment found: plain data. The text, CSV and HTML are made from it, and `--json` writes it
 * as it is. Everything is in virtual time, so two runs of an experiment are equal in every field.
 */

/** Raised when a field changes its meaning or goes away; new fields do not raise it. */
export const REPORT_FORMAT = 1;

export interface ExperimentReport {
  readonly format: typeof REPORT_FORMAT;
  /** As on the command line. */
  readonly experiment: string;
  readonly title: string;
  /** Where the published figures are from. */
  readonly publication: string;
  /** What is measured and how; a sentence or two each. */
  readonly method: readonly string[];
  readonly rows: readonly ReportRow[];
  /** The rows, as people read them. */
  readonly tables: readonly ReportTable[];
  readonly charts: readonly ReportChart[];
  /** Constants that were chosen so that figures come out, and what else the figures hang on. */
  readonly constants: readonly ConstantGroup[];
  /** What the comparison shows, and what it cannot. */
  readonly reading: readonly string[];
}

/**
 * Where a figure comes from.
 * - `fitted`: constants of the CPU model were chosen so that it comes out as published
 * - `follows`: computed with those constants; nothing was chosen for it
 * - `unpublished`: measured here, with nothing to compare with
 */
export type Basis = 'fitted' | 'follows' | 'unpublished';

export type Unit = 'cycles' | 'ns' | 'percent' | 'times';

/** One figure. */
export interface ReportRow {
  /** What it is, in words. */
  readonly quantity: string;
  readonly arch: string;
  /** CPU model by name. */
  readonly cpu: string;
  readonly call: string;
  /** Absent for a figure that compares two of them. */
  readonly mode?: 'user' | 'kernel';
  readonly way?: string;
  /** Iterations of a loop between two calls. */
  readonly busy?: number;
  readonly value: number;
  readonly unit: Unit;
  readonly published?: number;
  readonly basis: Basis;
}

export interface ReportTable {
  readonly title: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Something to plot: lines through points, or a bar for each name and series. */
export type ReportChart = CurveChart | BarChart;

export interface CurveChart {
  readonly kind: 'curve';
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly { readonly name: string; readonly points: readonly (readonly [x: number, y: number])[] }[];
}

export interface BarChart {
  readonly kind: 'bars';
  readonly title: string;
  readonly y: string;
  readonly series: readonly { readonly name: string; readonly bars: readonly (readonly [name: string, y: number])[] }[];
}

export interface ConstantGroup {
  /** 'fitted', 'assumed', or the manual that the constants are from. */
  readonly source: string;
  /** CPU model by name. */
  readonly cpu: string;
  /** Classes of instructions, and 'work of …': cycles of the kernel's modelled work behind a call. */
  readonly constants: Readonly<Record<string, number>>;
}

/** How far a row's value is from what was published, in percent of that; undefined where nothing was. */
export function deviation({ value, published }: ReportRow): number | undefined {
  return published === undefined ? undefined : (100 * (value - published)) / published;
}
