import type { ComparisonMode, ComparisonWorkload } from './comparison.ts';

/**
 * Something to run and to compare. `unit` is done n times in one run and 2 n times in another; the
 * difference over n is what one unit takes, without start-up, warm-up and end.
 */
export interface Workload extends ComparisonWorkload {
  /** Program in guest/bin of the architecture. */
  readonly program: string;
  /** Its arguments for n units, argv[0] left out. */
  args(n: number, mode: ComparisonMode): readonly string[];
  /** n, unless the user says otherwise. */
  readonly iterations: number;
  /** System calls of a unit, at least: so many must come by the row's way. 0: the way in does not matter, one row a mode. */
  readonly calls: number;
  /** System calls of a unit that always trap: what returns from a signal handler. */
  readonly alwaysTrap?: number;
  /** Programs that a unit starts: their calls may trap once before they are rewritten. */
  readonly programs?: number;
}
