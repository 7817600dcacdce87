import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { startupSnapshot } from 'node:v8';
import { compileFunctions } from './compile-functions.ts';
import { main } from './main.ts';
import { rehearse } from './rehearsal.ts';
import { compileSparingly } from './sparing.ts';

/**
 * Entry of the start-up snapshot that scripts/build.mjs makes: Node starts with the bundle loaded, and
 * with what a run needs of it compiled, which is most of what a short command used to wait for
 * (docs/performance.md). bin/kml names the bundle as the script, so that what lies beside it is found.
 * KML_FUNCTIONS names a file with the positions of functions that runs need and the rehearsal does not call.
 */
rehearse();
// Node loads what is behind it at the first look.
performance.now();
if (process.env.KML_FUNCTIONS) {
  compileFunctions(__filename, JSON.parse(readFileSync(process.env.KML_FUNCTIONS, 'utf8')));
}
startupSnapshot.setDeserializeMainFunction(() => {
  (globalThis as { bundleUrl?: string }).bundleUrl = pathToFileURL(process.argv[1]!).href;
  compileSparingly();
  void main();
});
