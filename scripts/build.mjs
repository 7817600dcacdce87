// Bundles the command line into dist: one file starts several times faster than the tree, and a
// start-up snapshot of Node's with that file loaded several times faster than the file.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './node.mjs';
import { makeSnapshots } from './snapshot/make-snapshot.mjs';
import { onlyArchitecture } from './snapshot/only-architecture.mjs';

const dist = join(root, 'dist');
const source = (name) => join(root, 'packages/cli/src', name);
const options = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  legalComments: 'none',
  logLevel: 'warning',
  // Less text to read and to hash; names stay, for error reports and profiles.
  minifyWhitespace: true,
  minifySyntax: true,
};
const modules = {
  ...options,
  format: 'esm',
  // Packages in CommonJS (pino) call require of Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
};

rmSync(dist, { recursive: true, force: true });
// What is kept between runs is kept by what made it: a hash of the bundle.
const draft = await build({ ...modules, entryPoints: [source('main.ts')], write: false });
const hash = createHash('sha256').update(draft.outputFiles[0].contents).digest('hex').slice(0, 16);
const define = { 'process.env.KML_BUILD': JSON.stringify(hash) };
await build({
  ...modules,
  define,
  entryPoints: [source('main.ts')],
  outfile: join(dist, 'main.mjs'),
  sourcemap: 'linked',
});
// Loaded when a report is asked for: what draws charts is as large as all the rest.
await build({
  ...modules,
  minifyIdentifiers: true,
  entryPoints: [join(root, 'packages/report/src/index.ts')],
  outfile: join(dist, 'report.mjs'),
});
await build({ ...modules, banner: {}, entryPoints: [source('entry.ts')], outfile: join(dist, 'kml.mjs') });
const forSnapshot = (outfile, more) =>
  build({
    ...options,
    format: 'cjs',
    // It is kept in the snapshot as text, too.
    minifyIdentifiers: true,
    ...more,
    define: { ...define, 'import.meta.url': 'globalThis.bundleUrl', ...more.define },
    entryPoints: [source('snapshot.ts')],
    outfile,
  });
await forSnapshot(join(dist, 'snapshot.cjs'), {});

// Where Node cannot make it (old versions), bin/kml does without, and the first run fills the compile cache.
const failed = await makeSnapshots(dist, readdirSync(join(root, 'guest/bin')), (name, outfile) =>
  forSnapshot(outfile, {
    define: { 'process.env.KML_ARCHITECTURE': JSON.stringify(name) },
    plugins: [onlyArchitecture(name)],
  }),
);
if (failed) {
  for (const name of readdirSync(dist)) if (name.endsWith('.blob')) rmSync(join(dist, name));
  console.error(failed);
  spawnSync(join(root, 'bin/kml'), ['run', join(root, 'guest/bin/ia32/box'), 'sh', 'echo a | cat'], {
    stdio: 'ignore',
    timeout: 60_000,
  });
}
