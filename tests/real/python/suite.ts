import { beforeAll, describe, expect, test } from 'vitest';
import { MODULES, type ModuleRow } from './modules.ts';
import { ofModule, worseThan } from './outcomes.ts';
import { type Run, runNatively, runOnKml } from './run.ts';
import { type Architecture, pythonTree } from './tree.ts';

/** Which part of each module: the quick one, or all. */
export type Extent = 'quick' | 'all';

const SECONDS: Readonly<Record<Extent, number>> = { quick: 1500, all: 7200 };

/**
 * Declares the tests of one architecture's Python: every case of the modules ends as it does on the
 * host's own kernel, computed meanwhile, but for those that the table lists. The reference is i386's
 * also for other architectures: the suite is the same, and no emulator of user mode here starts the
 * processes that most of these modules are about.
 */
export function pythonSuite(architecture: Architecture, extent: Extent, modules: readonly ModuleRow[] = MODULES): void {
  const rows = modules.map((row): [ModuleRow, readonly string[]] => [row, extent === 'all' ? [] : (row.quick ?? [])]);
  const native = new Map<string, Run>();
  let here: Run;

  beforeAll(async () => {
    const reference = await pythonTree('i386');
    const tree = await pythonTree(architecture);
    const known = rows.map(async ([row, patterns]) => {
      native.set(row.name, await runNatively(reference, row, patterns));
    });
    [here] = await Promise.all([runOnKml(tree, rows, SECONDS[extent]), ...known]);
  }, SECONDS[extent] * 1000);

  describe(`Python's own tests, ${architecture}`, () => {
    test.each(rows)('$0.name', ({ name, worse = {} }) => {
      const reference = native.get(name)!;
      expect(reference.done, reference.errors).toContain(name);
      expect(here.done, here.errors).toContain(name);
      const found = worseThan(ofModule(reference, name), ofModule(here, name));
      expect(Object.fromEntries(Object.entries(found).filter(([id]) => worse[id] === undefined))).toEqual({});
      expect(Object.keys(worse).filter((id) => ofModule(reference, name).has(id) && found[id] === undefined)).toEqual(
        [],
      );
    });
  });
}
