import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Suites that take minutes, the longest first. */
const LONG = [
  'python/python',
  'cross/c-programs',
  'servers/',
  'cross/programs-',
  'syscalls/',
  'bench/optimisations',
  'debian/programs-',
  'stress/',
];

/** Place of a file among the long ones; behind them all if it is none. */
function rank({ moduleId }: TestSpecification): number {
  const place = LONG.findIndex((part) => moduleId.includes(`/tests/real/${part}`));
  return place < 0 ? LONG.length : place;
}

/**
 * Vitest's order on a machine that has not run the suites before is that of the files' sizes, which says nothing about
 * suites that are tables: a long one would begin last and run alone.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** Suites over Debian's packages, QEMU and cross compilers: `pnpm test:real`. */
export default defineConfig({
  test: {
    // Vitest leaves a core unused otherwise: half of a machine with two.
    maxWorkers: '100%',
    include: ['tests/real/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    sequence: { sequencer: LongestFirst },
  },
});
