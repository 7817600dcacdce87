// Loads that run for minutes each, over Debian's packages: what leaks or drifts shows here.
import { join } from 'node:path';
import { node, root, step } from './node.mjs';
import { installTools } from './real-tools.mjs';
import { vitest } from './vitest.mjs';

installTools('test:soak');
step(node, [join(root, 'scripts/build.mjs')]);
process.exitCode = vitest('vitest.soak.config.ts', 'soak', process.argv.slice(2));
