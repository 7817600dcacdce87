import type { ArchPlugin, HostDirectory } from '@kml/machine';
import type { ComparisonCpu, ComparisonMode, ComparisonWorkload, EntryPath } from './comparison.ts';

/** What a machine is given to run. */
export interface Start {
  readonly root: HostDirectory;
  /** In the guest. */
  readonly path: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Everything runs at kernel privilege, whether or not it lies under /trusted. */
  readonly kernelMode: boolean;
}

/** One row to be: what is run, where, and what must be true of it. */
export interface Case {
  readonly plugin: ArchPlugin;
  readonly cpu: ComparisonCpu;
  readonly mode: ComparisonMode;
  readonly entry: EntryPath;
  readonly workload: ComparisonWorkload;
  /** Units. 0: the whole run is the one unit, and is run once. */
  readonly iterations: number;
  /** The run that does n units. */
  start(n: number): Start;
  readonly claims: Claims;
}

/** What a row is held to, beside the way of its calls. */
export interface Claims {
  /** System calls of a unit that come by the row's way, at least. */
  readonly calls: number;
  /** Those of a unit that trap whatever the way. */
  readonly alwaysTrap: number;
  /** Those that may trap once more where traps are rewritten as they are met. */
  readonly firstTraps: number;
  /** The program must end with status 0; else any status will do that is the same in all rows. */
  readonly success: boolean;
  /** All rows of the workload must print the same. */
  readonly sameOutput: boolean;
}
