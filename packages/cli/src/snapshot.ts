import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { startupSnapshot } from 'node:v8';
import { compileOnly } from './compile-functions.ts';
import { main, prepareCommand } from './main.ts';
import { rehearse } from './rehearsal.ts';
import { compileSparingly } from './sparing.ts';

/**
 * Entry of the start-up snapshot that scripts/build.mjs makes: Node starts with the bundle loaded, and
 * with what a run needs of it compiled, which is most of what a short command used to wait for
 * (docs/performance.md). bin/kml names the bundle as the script, so that what lies beside it is found.
 * KML_FUNCTIONS names a file with the functions that runs call: only these it has compiled.
 */
rehearse();
prepareCommand('run');
// Node loads what is behind it at the first look.
performance.now();
compileOnly(__filename, process.env.KML_FUNCTIONS ? JSON.parse(readFileSync(process.env.KML_FUNCTIONS, 'utf8')) : {});
startupSnapshot.setDeserializeMainFunction(() => {
  (globalThis as { bundleUrl?: string }).bundleUrl = pathToFileURL(process.argv[1]!).href;
  compileSparingly();
  void main();
});
