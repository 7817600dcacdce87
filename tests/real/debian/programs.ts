import { beforeAll, describe, expect, test } from 'vitest';
import { ALONE, CASES } from './cases.ts';
import { portable } from './portable.ts';
import { type Command, type Debian, debianRoot, type Outcome, runNatively, runOnKml, runUnderQemu } from './root.ts';

/**
 * Declares the acceptance tests of one Debian architecture in one mode: the whole list. A case must end as
 * natively. For those that no CPU here runs, "natively" is what QEMU's user mode gives where the program runs
 * alone, else what the same case gives for i386, with what depends on the architecture put aside (portable.ts).
 */
export function programSuite(architecture: Debian, mode: 'user' | 'kernel'): void {
  const roots = new Map<Debian, string>();

  beforeAll(async () => {
    for (const needed of new Set<Debian>(['i386', architecture])) roots.set(needed, await debianRoot(needed));
  });

  const expectedOf = (name: string, command: Command): Outcome =>
    architecture !== 'i386' && ALONE.has(name)
      ? runUnderQemu(roots.get(architecture)!, architecture, command)
      : runNatively(roots.get('i386')!, command);

  test('every case that is named here exists', () => {
    expect([...ALONE].filter((name) => CASES[name] === undefined)).toEqual([]);
  });

  describe(`Debian's ${architecture} programs in ${mode} mode do what they do natively`, () => {
    test.each(Object.entries(CASES))('%s', (name, command) => {
      const actual = runOnKml(roots.get(architecture)!, command, mode);
      const view = (outcome: Outcome) => comparable(architecture, name, outcome);
      expect(view(actual)).toEqual(view(expectedOf(name, command)));
    });
  });
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
