import type { Outcome } from './root.ts';

/** A part of a case's output that depends on the architecture, and what is put in its place. */
type Dependent = readonly [part: RegExp, instead: string];

/**
 * By case: what differs between architectures on the same kernel, because it looks at the programs'
 * own files (their sizes, sums and bytes), or at the size of a type.
 */
const DEPENDENT: Readonly<Record<string, readonly Dependent[]>> = {
  // The sum of the texts in bash itself.
  'busybox sh: more applets': [[/^[0-9a-f]{32} {2}-$/m, 'SUM  -']],
  // A file named after the architecture, and bash's own size.
  'coreutils: ls -l': [
    [/^.* changelog\.Debian\.\w+\.gz\n/m, ''],
    [/^(\/usr\/bin\/bash) \d+/m, '$1 SIZE'],
    // When each root was made.
    [/ 4096 \w+ +\d+ +[\d:]+ /g, ' 4096 DATE '],
  ],
  // Programs beyond a size.
  findutils: [[/^bash\n/m, '']],
};

/** The outcome without what depends on the architecture. */
export function portable(name: string, outcome: Outcome): Outcome {
  let { stdout, stderr } = outcome;
  for (const [part, instead] of DEPENDENT[name] ?? []) {
    stdout = stdout.replace(part, instead);
    stderr = stderr.replace(part, instead);
  }
  return { ...outcome, stdout, stderr };
}
