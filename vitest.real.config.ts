import { defineConfig } from 'vitest/config';

/** Suites over Debian's packages, QEMU and cross compilers: `pnpm test:real`. */
export default defineConfig({
  test: {
    // Vitest leaves a core unused otherwise: half of a machine with two.
    maxWorkers: '100%',
    include: ['tests/real/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
