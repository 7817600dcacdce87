import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

/**
 * What bin/kml starts: prepares Node for a short run, then loads the bundle, which scripts/build.mjs
 * puts beside this file as main.mjs. Figures: docs/performance.md.
 */

/** So long V8 compiles sparingly: most commands end within it, and the optimised code of a short run costs more than it gains. */
const SPARING_MILLISECONDS = 1000;

/**
 * V8's efficiency mode raises its thresholds of optimisation. Afterwards the usual ones hold again,
 * so that long runs lose nothing.
 */
function compileSparingly(): void {
  setFlagsFromString('--efficiency-mode');
  setTimeout(() => setFlagsFromString('--no-efficiency-mode'), SPARING_MILLISECONDS).unref();
}

/**
 * Without the compile cache, V8 parses the bundle and compiles each function anew in every run. The
 * cache lies beside the bundle, where the build fills it, or in the user's cache directory; where
 * neither can be had, kml does without.
 */
function useCompileCache(): void {
  const beside = fileURLToPath(new URL('compile-cache', import.meta.url));
  const ours = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kml/compile-cache');
  const { FAILED } = module.constants.compileCacheStatus;
  if (module.enableCompileCache(beside).status === FAILED) module.enableCompileCache(ours);
}

// Older ones lack the compile cache or the flag.
if (Number.parseInt(process.versions.node, 10) >= 24) {
  compileSparingly();
  useCompileCache();
}
await import(new URL('main.mjs', import.meta.url).href);
