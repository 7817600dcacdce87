// README's second command: everything that needs nothing but Node.
import { join } from 'node:path';
import { node, root, run, step } from './node.mjs';

step(node, [join(root, 'scripts/build.mjs')]);
step(node, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json']);
step(node, [join(root, 'node_modules/@biomejs/biome/bin/biome'), 'check', '.']);
process.exitCode = run(node, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...process.argv.slice(2)]);
