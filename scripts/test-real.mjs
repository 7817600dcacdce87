// The suites that need Debian: its packages as guests, QEMU and native execution as oracles,
// cross compilers.
import { join } from 'node:path';
import { node, root, step } from './node.mjs';
import { installTools } from './real-tools.mjs';
import { vitest } from './vitest.mjs';

installTools('test:real');
step(node, [join(root, 'scripts/build.mjs')]);
step(node, [join(root, 'scripts/build-guests.mjs'), '--check']);
process.exitCode = vitest('vitest.real.config.ts', 'real', process.argv.slice(2));
