import type { ExperimentReport } from './report.ts';
import type { ExperimentHost } from './ways.ts';

/** A published experiment that can be repeated here. */
export interface Experiment {
  /** As on the command line. */
  readonly name: string;
  /** One line, for the list. */
  readonly title: string;
  /** Measures and reports. Throws Error if a machine does not end well. */
  run(host: ExperimentHost): Promise<ExperimentReport>;
}
