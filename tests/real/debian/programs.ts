import { beforeAll, describe, expect, test } from 'vitest';
import { ALONE, CASES, SOME_CASES } from './cases.ts';
import { portable } from './portable.ts';
import {
  type Command,
  type Debian,
  debianRoot,
  isHere,
  type Outcome,
  runNatively,
  runOnKml,
  runUnderQemu,
} from './root.ts';

/** Which cases are run in each mode: all, some of each program, or none. */
export interface Extent {
  readonly user: 'all' | 'some';
  readonly kernel: 'all' | 'some' | 'none';
}

/**
 * Declares the acceptance tests of one Debian architecture. A case must end as natively. For those that
 * no CPU here runs, "natively" is what QEMU's user mode gives where the program runs alone, else what the
 * same case gives for i386, with what depends on the architecture put aside (portable.ts).
 */
export function programSuite(architecture: Debian, extent: Extent): void {
  const roots = new Map<Debian, string>();
  const known = new Map<string, Outcome>();

  beforeAll(async () => {
    for (const needed of new Set<Debian>(['i386', architecture])) roots.set(needed, await debianRoot(needed));
  });

  const expectedOf = (name: string, command: Command): Outcome => {
    const before = known.get(name);
    if (before) return before;
    const outcome =
      architecture !== 'i386' && ALONE.has(name)
        ? runUnderQemu(roots.get(architecture)!, architecture, command)
        : runNatively(roots.get('i386')!, command);
    known.set(name, outcome);
    return outcome;
  };

  test(`there is a root of ${architecture}, and every case that is named here`, () => {
    expect(roots.get(architecture)).toBeDefined();
    expect([...SOME_CASES, ...ALONE].filter((name) => CASES[name] === undefined)).toEqual([]);
  });

  for (const mode of ['user', 'kernel'] as const) {
    const which = isHere(architecture) ? extent[mode] : 'none';
    if (which === 'none') continue;
    const cases = Object.entries(CASES).filter(([name]) => which === 'all' || SOME_CASES.has(name));
    describe(`Debian's ${architecture} programs in ${mode} mode do what they do natively`, () => {
      test.each(cases)('%s', (name, command) => {
        const expected = expectedOf(name, command);
        const actual = runOnKml(roots.get(architecture)!, command, mode);
        const view = (outcome: Outcome) => comparable(architecture, name, outcome);
        expect(view(actual)).toEqual(view(expected));
      });
    });
  }
}

function comparable(architecture: Debian, name: string, outcome: Outcome): Outcome {
  const stderr = normalise(outcome.stderr);
  const dependent = architecture !== 'i386' && !ALONE.has(name);
  return dependent ? portable(name, { ...outcome, stderr }) : { ...outcome, stderr };
}

/** Error texts name the program by its path, which is another under /trusted. */
function normalise(text: string): string {
  return text.replaceAll('/trusted/bin/', '/usr/bin/').replace(/^.*line \d+: /gm, '');
}
