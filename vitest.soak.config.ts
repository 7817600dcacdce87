import { defineConfig } from 'vitest/config';

/** Loads that run for minutes each: `pnpm test:soak`. */
export default defineConfig({
  test: {
    // Vitest leaves a core unused otherwise: half of a machine with two.
    maxWorkers: '100%',
    include: ['tests/soak/**/*.test.ts'],
    testTimeout: 3_600_000,
    hookTimeout: 300_000,
  },
});
