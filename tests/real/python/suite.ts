import { beforeAll, describe, expect, test } from 'vitest';
import { MODULES, type ModuleRow } from './modules.ts';
import { ofModule, worseThan } from './outcomes.ts';
import { type Run, runNatively, runOnKml } from './run.ts';
import { type Architecture, pythonTree } from './tree.ts';

/** Which part of each module: the quick one, or all. */
export type Extent = 'quick' | 'all';

/** Time limit of a run of it, in seconds, on a busy host. */
const SECONDS: Readonly<Record<Extent, number>> = { quick: 2400, all: 10_800 };

/**
 * Declares the tests of the architectures' Pythons: every case of the modules ends as it does on the
 * host's own kernel, computed meanwhile, but for those that the table lists. The reference is i386's
 * also for other architectures: the suite is the same, and no emulator of user mode here starts the
 * processes that most of these modules are about. All run side by side: a machine keeps one CPU busy,
 * and what runs natively mostly sleeps.
 */
export function pythonSuite(
  architectures: readonly Architecture[],
  extent: Extent,
  modules: readonly ModuleRow[] = MODULES,
): void {
  const rows = modules.map((row): [ModuleRow, readonly string[]] => [row, extent === 'all' ? [] : (row.quick ?? [])]);
  const native = new Map<string, Run>();
  const here = new Map<Architecture, Run>();

  beforeAll(
    async () => {
      const reference = await pythonTree('i386');
      const trees = new Map<Architecture, string>();
      for (const architecture of architectures) trees.set(architecture, await pythonTree(architecture));
      await Promise.all([
        ...[...trees].map(async ([architecture, tree]) =>
          here.set(architecture, await runOnKml(tree, rows, SECONDS[extent])),
        ),
        ...rows.map(async ([row, patterns]) => native.set(row.name, await runNatively(reference, row, patterns))),
      ]);
    },
    SECONDS[extent] * 1000 + 300_000,
  );

  describe.each(architectures)("Python's own tests on %s", (architecture) => {
    test.each(modules)('$name', ({ name, worse }) => {
      const known = native.get(name)!;
      const run = here.get(architecture)!;
      expect(known.done, known.errors).toContain(name);
      expect(run.done, run.errors).toContain(name);
      const reference = ofModule(known, name);
      const found = worseThan(reference, ofModule(run, name));
      const causes = worse?.[architecture] ?? {};
      const listed = Object.keys(causes).filter((id) => reference.has(id));
      expect(Object.fromEntries(Object.entries(found).filter(([id]) => causes[id] === undefined))).toEqual({});
      expect(listed.filter((id) => found[id] === undefined)).toEqual([]);
    });
  });
}
