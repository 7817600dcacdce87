import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compiled, expectedOf, libraryFiles } from '../cross/c-programs.ts';
import { runWithFiles } from '../cross/machine.ts';
import { ALL_TARGETS } from '../cross/targets.ts';

/** C programs that lean on what rewriting must not disturb: threads, signals, restarts, fork and vfork; two of them with libraries and their linker. */
const CASES = [
  ...['threads', 'signals', 'restarts', 'fork', 'interrupts'].map((name) => ({ name, linkage: 'static' as const })),
  ...['threads', 'restarts'].map((name) => ({ name, linkage: 'dynamic' as const })),
];

describe.each(ALL_TARGETS)('C programs for $name, their traps rewritten, do what they do natively', (target) => {
  test.each(CASES)('$name, $linkage', async ({ name, linkage }) => {
    const path = `/trusted/${name}`;
    const files = {
      ...(linkage === 'dynamic' && libraryFiles(target)),
      [path]: readFileSync(compiled(target, linkage, name)),
    };
    const options = { rewrite: true, noVdso: true, hotness: 5 };
    const outcome = await runWithFiles(target, files, { argv: [path] }, options);
    const { stdout, status } = expectedOf(target, name);
    expect({ stdout: outcome.stdout, status: outcome.status }).toEqual({ stdout, status });
  });
});
