import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileSparingly } from './sparing.ts';

/**
 * What bin/kml starts where there is no start-up snapshot (snapshot.ts): prepares Node for a short run,
 * then loads the bundle, which scripts/build.mjs puts beside this file as main.mjs.
 */

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
const { main } = await import(new URL('main.mjs', import.meta.url).href);
await main();
