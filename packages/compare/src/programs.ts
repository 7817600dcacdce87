import type { ArchPlugin, HostDirectory } from '@kml/machine';
import type { Case } from './case.ts';
import { ComparisonError } from './comparison-error.ts';
import { combinations, type Selection } from './plan.ts';

/** A program of the user's for one architecture. */
export interface UserProgram {
  readonly plugin: ArchPlugin;
  /** What it sees as /. */
  readonly root: HostDirectory;
  /** In the guest. */
  readonly path: string;
}

/** How the programs are run, alike on each architecture. */
export interface ProgramCall {
  /** For the table: the program and its arguments. */
  readonly name: string;
  readonly title: string;
  /** Arguments, argv[0] left out. One that has UNITS in it is a count. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** In an argument it stands for the number of units: the program is run with n and with 2 n. */
export const UNITS = '{n}';
/** n, unless the user says otherwise. */
const USUAL_UNITS = 10;

/**
 * The rows of a program of the user's. Without UNITS among its arguments it is run once, and the whole
 * run is the unit. Its calls are left as it makes them; they can be made to trap.
 * @throws ComparisonError
 */
export function planPrograms(programs: readonly UserProgram[], call: ProgramCall, selection: Selection): Case[] {
  const counts = call.args.some((argument) => argument.includes(UNITS));
  if (!counts && selection.iterations !== undefined) {
    throw new ComparisonError(`--iterations says nothing to the program: no argument has ${UNITS} in it`);
  }
  const forced = selection.entries.find((entry) => entry === 'fast' || entry === 'direct');
  if (forced !== undefined) {
    throw new ComparisonError(
      `a program's calls cannot be made to come by way of ${forced}; there is own, trap, recognised and rewritten`,
    );
  }
  const entries = selection.entries.length === 0 ? (['own'] as const) : selection.entries;
  const plugins = selection.plugins.filter((plugin) => programs.some((program) => program.plugin === plugin));
  return combinations({ ...selection, plugins, entries }, true).map((where) => {
    const { root, path } = programs.find(({ plugin }) => plugin === where.plugin)!;
    return {
      ...where,
      workload: { name: call.name, title: call.title, group: 'program', unit: counts ? 'unit' : 'run' },
      iterations: counts ? (selection.iterations ?? USUAL_UNITS) : 0,
      start: (n) => ({
        root,
        path,
        argv: [path, ...call.args.map((argument) => argument.replaceAll(UNITS, String(n)))],
        env: call.env,
        kernelMode: where.mode === 'kernel',
      }),
      claims: { calls: 0, alwaysTrap: 0, firstTraps: Number.POSITIVE_INFINITY, success: false, sameOutput: false },
    };
  });
}
