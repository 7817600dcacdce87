import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { debianRoot } from '../debian/root.ts';
import { crossProgram } from './build.ts';
import { C_PROGRAMS, compiled, expectedOf, libraryFiles } from './c-programs.ts';
import { runWithFiles } from './machine.ts';
import { ALL_TARGETS, type CrossTarget } from './targets.ts';

const WAYS = [
  { mode: 'user', linkage: 'static', interpret: true },
  { mode: 'user', linkage: 'static', interpret: false },
  { mode: 'user', linkage: 'dynamic', interpret: false },
  { mode: 'kernel', linkage: 'static', interpret: false },
  { mode: 'kernel', linkage: 'dynamic', interpret: true },
] as const;

/** A static shell, for system(): Debian's where there is one. */
async function shell(target: CrossTarget): Promise<string> {
  const { debian } = target;
  if (debian === undefined) return crossProgram(target, 'static', 'busybox');
  return join(await debianRoot(debian), 'usr/bin/busybox');
}

/** The programs of c/ print on KML, compiled for each ISA, byte for byte what they print natively, compiled for i386. */
describe.each(ALL_TARGETS)('C programs on $name', (target) => {
  let sh: Uint8Array;
  beforeAll(async () => {
    sh = readFileSync(await shell(target));
  }, 1_200_000);

  describe.each(WAYS)('in $mode mode, $linkage, interpreted: $interpret', ({ mode, linkage, interpret }) => {
    test.each(C_PROGRAMS)('%s', async (name) => {
      const path = `${mode === 'kernel' ? '/trusted' : '/bin'}/${name}`;
      const files = {
        ...(linkage === 'dynamic' && libraryFiles(target)),
        '/bin/sh': sh,
        [path]: readFileSync(compiled(target, linkage, name)),
      };
      const outcome = await runWithFiles(target, files, { argv: [path] }, { interpret, hotness: 5 });
      const { stdout, status } = expectedOf(target, name);
      expect({ stdout: outcome.stdout, status: outcome.status }).toEqual({ stdout, status });
    });
  });
});
