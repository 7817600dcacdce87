// README's second command: everything that needs nothing but Node.
import { join } from 'node:path';
import { node, root, step } from './node.mjs';
import { vitest } from './vitest.mjs';

step(node, [join(root, 'scripts/build.mjs')]);
step(node, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json']);
step(node, [join(root, 'node_modules/@biomejs/biome/bin/biome'), 'check', '.']);
step(node, [join(root, 'scripts/coverage.mjs'), '--check']);
process.exitCode = vitest('vitest.config.ts', 'unit', process.argv.slice(2));
