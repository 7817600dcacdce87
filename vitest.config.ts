import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Vitest leaves a core unused otherwise: half of a machine with two.
    maxWorkers: '100%',
    include: ['packages/*/src/**/*.test.ts', 'tests/unit/**/*.test.ts', 'tests/guest/**/*.test.ts'],
    testTimeout: 60_000,
  },
});
