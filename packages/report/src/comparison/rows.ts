import type { ComparisonMode, ComparisonRow, EntryPath, WorkloadGroup } from '@kml/compare';

/** Rows of one workload. */
export interface WorkloadRows {
  readonly workload: ComparisonRow['workload'];
  readonly rows: readonly ComparisonRow[];
}

const GROUPS: Readonly<Record<WorkloadGroup, string>> = {
  call: 'System calls',
  process: 'Processes',
  memory: 'Memory',
  cpu: 'Computing',
  shell: 'A shell script',
  program: 'Programs',
};

/** For headings. */
export function groupTitle(group: WorkloadGroup): string {
  return GROUPS[group] ?? group;
}

/** Rows by workload, in order of appearance. */
export function byWorkload(rows: readonly ComparisonRow[]): WorkloadRows[] {
  return [...groupsOf(rows, ({ workload }) => workload.name).values()].map((own) => ({
    workload: own[0]!.workload,
    rows: own,
  }));
}

/** Things by what they have in common, in order of appearance. (Map.groupBy is newer than the oldest Node that kml runs on.) */
export function groupsOf<T, K>(things: readonly T[], keyOf: (thing: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const thing of things) {
    const group = groups.get(keyOf(thing));
    if (group) group.push(thing);
    else groups.set(keyOf(thing), [thing]);
  }
  return groups;
}

/** Where a row ran, as short as it can be told apart: by its architecture, and its CPU model where one architecture has several. */
export function placeNames(rows: readonly ComparisonRow[]): (row: ComparisonRow) => string {
  const places = new Set(rows.map(({ arch, cpu }) => `${arch} ${cpu.name}`));
  const single = places.size === new Set(rows.map(({ arch }) => arch)).size;
  return ({ arch, cpu }) => (single ? arch : `${arch} ${cpu.name}`);
}

/** A row's mode and way: 'kernel, direct'. */
export function wayOf({ mode, entry }: { mode: ComparisonMode; entry: EntryPath }): string {
  return entry === 'own' ? mode : `${mode}, ${entry}`;
}

const WAYS = [
  'user, trap',
  'user, fast',
  'kernel, direct',
  'kernel, trap',
  'kernel, recognised',
  'user',
  'kernel',
  'kernel, fast',
  'kernel, rewritten',
];

/** Number of the fill that a way has in every chart. */
export function fillOfWay(way: string): number {
  const at = WAYS.indexOf(way);
  return at < 0 ? WAYS.length : at;
}
