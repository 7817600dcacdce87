import type { ArchPlugin } from '@kml/machine';
import type { Case } from './case.ts';
import type { ComparisonCpu, ComparisonMode, EntryPath } from './comparison.ts';
import { ComparisonError } from './comparison-error.ts';
import type { GuestRoots } from './guest-root.ts';
import type { Workload } from './workload.ts';
import { WORKLOADS } from './workloads.ts';

/** Where things are run, and how: every combination there is makes a row. */
export interface Selection {
  readonly plugins: readonly ArchPlugin[];
  /** Names of CPU models, or 'all'; an architecture with none among them runs its first. Empty: the first of each. */
  readonly cpus: readonly string[];
  readonly modes: readonly ComparisonMode[];
  /** Empty: all that an architecture and mode have. */
  readonly entries: readonly EntryPath[];
  /** Units of each workload; its own number where left out. */
  readonly iterations?: number | undefined;
}

/** The workloads of these names, groups' names among them, in their own order; all if there are none. @throws ComparisonError */
export function workloadsNamed(names: readonly string[]): readonly Workload[] {
  for (const name of names) {
    if (WORKLOADS.some((workload) => workload.name === name || workload.group === name)) continue;
    const groups = [...new Set(WORKLOADS.map(({ group }) => group))].join(', ');
    const all = WORKLOADS.map((workload) => workload.name).join(', ');
    throw new ComparisonError(`no workload '${name}'; there is ${all}, and by group ${groups}`);
  }
  if (names.length === 0) return WORKLOADS;
  return WORKLOADS.filter(({ name, group }) => names.includes(name) || names.includes(group));
}

/** The rows to be, workload by workload. @throws ComparisonError where nothing is left, or a CPU model belongs to nothing selected */
export function planWorkloads(workloads: readonly Workload[], selection: Selection, roots: GuestRoots): Case[] {
  const cases = workloads.flatMap((workload) =>
    combinations(selection, workload.calls > 0).map((where) => caseOf(workload, where, selection, roots)),
  );
  if (cases.length === 0)
    throw new ComparisonError('nothing to compare: no architecture and mode selected has such an entry');
  return cases;
}

/** A place among all those selected. */
export interface Where {
  readonly plugin: ArchPlugin;
  readonly cpu: ComparisonCpu;
  readonly mode: ComparisonMode;
  readonly entry: EntryPath;
}

/** @param byEntry each way in apart; else each mode once, its calls left as they are */
export function combinations(selection: Selection, byEntry: boolean): Where[] {
  checkCpus(selection);
  return selection.plugins.flatMap((plugin) =>
    cpusOf(plugin, selection.cpus).flatMap((cpu) =>
      selection.modes.flatMap((mode) =>
        (byEntry ? entriesOf(plugin, mode, selection.entries) : (['own'] as const)).map((entry) => ({
          ...{ plugin, cpu, mode, entry },
        })),
      ),
    ),
  );
}

function entriesOf(plugin: ArchPlugin, mode: ComparisonMode, wanted: readonly EntryPath[]): readonly EntryPath[] {
  const { abi } = plugin;
  const rewritten = mode === 'kernel' && abi.rewrite !== undefined ? (['rewritten'] as const) : [];
  const there: readonly EntryPath[] = [...abi.entryWays[mode], ...rewritten];
  return wanted.length === 0 ? there : [...there, 'own' as const].filter((entry) => wanted.includes(entry));
}

function checkCpus({ plugins, cpus }: Selection): void {
  const there = plugins.flatMap(({ isa }) => isa.cpuModels.map(({ name }) => name));
  const lost = cpus.find((name) => name !== 'all' && !there.includes(name));
  if (lost !== undefined) throw new ComparisonError(`no CPU model '${lost}' here; there is ${there.join(', ')}`);
}

function cpusOf({ isa }: ArchPlugin, names: readonly string[]): ComparisonCpu[] {
  const named = isa.cpuModels.filter(({ name }) => names.includes(name) || names.includes('all'));
  return (named.length > 0 ? named : isa.cpuModels.slice(0, 1)).map(({ name, title, clockHz }) => ({
    ...{ name, title, clockHz },
  }));
}

function caseOf(workload: Workload, where: Where, selection: Selection, roots: GuestRoots): Case {
  const { name, title, group, unit, program, calls, alwaysTrap = 0, programs = 0 } = workload;
  const directory = where.mode === 'kernel' ? '/trusted/bin' : '/bin';
  const path = `${directory}/${program}`;
  return {
    ...where,
    workload: { name, title, group, unit },
    iterations: selection.iterations ?? workload.iterations,
    start: (n) => ({
      root: roots.of(where.plugin.name, program),
      path,
      argv: [path, ...workload.args(n, where.mode)],
      env: { PATH: directory },
      kernelMode: false,
    }),
    claims: { calls, alwaysTrap, firstTraps: programs, success: true, sameOutput: true },
  };
}
