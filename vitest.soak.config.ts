import { defineConfig } from 'vitest/config';

/** Loads that run for minutes each: `pnpm test:soak`. */
export default defineConfig({
  test: {
    include: ['tests/soak/**/*.test.ts'],
    testTimeout: 3_600_000,
    hookTimeout: 300_000,
  },
});
