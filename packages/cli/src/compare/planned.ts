import {
  type Case,
  ComparisonError,
  type ComparisonMode,
  type EntryPath,
  GuestRoots,
  planPrograms,
  planWorkloads,
  type Selection,
  workloadsNamed,
} from '@kml/compare';
import type { ArchRegistry } from '@kml/machine';
import { Failure } from '../failure.ts';
import { nodePorts } from './ports.ts';
import { callName, userPrograms } from './user-programs.ts';

export const MODES: readonly ComparisonMode[] = ['user', 'kernel'];
export const ENTRIES: readonly EntryPath[] = ['trap', 'fast', 'direct', 'recognised', 'rewritten', 'own'];
/** What programs find in their environment, whatever the host's is. */
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  TERM: 'dumb',
};

/** What of the command line says which rows there are to be. */
export interface PlanOptions extends SelectionOptions {
  readonly program?: readonly string[] | undefined;
  readonly root?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** The rows to be: of workloads, or of the user's program, whose arguments the words are. Throws Failure. */
export async function planned(words: readonly string[], registry: ArchRegistry, options: PlanOptions): Promise<Case[]> {
  const selection = selectionOf(registry, options);
  if (options.program === undefined) {
    const lost = options.root ? '--root' : options.env ? '--env' : undefined;
    if (lost) throw new Failure(`${lost} is for the program that --program names`);
    return asked(() => planWorkloads(workloadsNamed(words), selection, new GuestRoots(nodePorts)));
  }
  const wish = { programs: options.program, roots: options.root ?? [] };
  const programs = await userPrograms(wish, registry);
  const name = callName(wish);
  const call = {
    name,
    title: [name, ...words].map(quoted).join(' '),
    args: words,
    env: { ...ENVIRONMENT, ...options.env },
  };
  const cases = asked(() => planPrograms(programs, call, selection));
  if (cases.length === 0) throw new Failure('nothing to compare: no program is for an architecture selected');
  return cases;
}

interface SelectionOptions {
  readonly arch?: readonly string[] | undefined;
  readonly mode?: readonly ComparisonMode[] | undefined;
  readonly entry?: readonly EntryPath[] | undefined;
  readonly cpu?: readonly string[] | undefined;
  readonly iterations?: number | undefined;
}

function selectionOf(registry: ArchRegistry, options: SelectionOptions): Selection {
  const { arch = registry.plugins.map(({ name }) => name), mode = MODES, entry = [], cpu = [], iterations } = options;
  const lost = arch.find((name) => !registry.find(name));
  if (lost !== undefined) {
    const there = registry.plugins.map(({ name }) => name).join(', ');
    throw new Failure(`no architecture '${lost}'; there is ${there}`);
  }
  const plugins = registry.plugins.filter(({ name }) => arch.includes(name));
  return { plugins, modes: MODES.filter((one) => mode.includes(one)), entries: entry, cpus: cpu, iterations };
}

/** What cannot be planned becomes a line for the user. Throws Failure. */
function asked<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof ComparisonError) throw new Failure(error.message);
    throw error;
  }
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w/.:={}+-]+$/.test(word) ? word : `'${word}'`;
}
