import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { crossProgram } from './build.ts';
import { C_PROGRAMS, compiled, libraryFiles, runNatively } from './c-programs.ts';
import { runWithFiles } from './machine.ts';
import { TESTED } from './targets.ts';

const WAYS = [
  { mode: 'user', linkage: 'static', interpret: true },
  { mode: 'user', linkage: 'static', interpret: false },
  { mode: 'user', linkage: 'dynamic', interpret: false },
  { mode: 'kernel', linkage: 'static', interpret: false },
  { mode: 'kernel', linkage: 'dynamic', interpret: true },
] as const;

/** The programs of c/ do on KML, compiled for each ISA, what they do natively, compiled for i386. */
describe.each(TESTED.flatMap((target) => WAYS.map((way) => ({ ...way, target, arch: target.arch }))))(
  'C programs on $arch in $mode mode, $linkage, interpreted: $interpret',
  ({ target, mode, linkage, interpret }) => {
    test.each(C_PROGRAMS)('%s', async (name) => {
      const path = `${mode === 'kernel' ? '/trusted' : '/bin'}/${name}`;
      const files = {
        ...(linkage === 'dynamic' && libraryFiles(target)),
        '/bin/sh': readFileSync(crossProgram(target, 'static', 'busybox')),
        [path]: readFileSync(compiled(target, linkage, name)),
      };
      const outcome = await runWithFiles(target, files, { argv: [path] }, { interpret, hotness: 5 });
      const { stdout, status } = runNatively(name);
      expect({ stdout: outcome.stdout, status: outcome.status }).toEqual({ stdout, status });
    });
  },
);
