// Bundles the command line into dist/kml.mjs: one file starts several times faster than the tree.

import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './node.mjs';

await build({
  entryPoints: [join(root, 'packages/cli/src/main.ts')],
  outfile: join(root, 'dist/kml.mjs'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  // Packages in CommonJS (pino) call require of Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
