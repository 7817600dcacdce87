// README's first command: builds, then runs the tour.
import { join } from 'node:path';
import { node, root, run, step } from './node.mjs';

step(node, [join(root, 'scripts/build.mjs')]);
process.exitCode = run(node, [join(root, 'dist/kml.mjs'), 'tour', ...process.argv.slice(2)]);
