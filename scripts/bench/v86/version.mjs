import { createRequire } from 'node:module';
import { fail } from '../fail.mjs';

/** The version of v86 that is installed; ends the process in a line where there is none. `resolve` finds its package.json. */
export function versionOfV86(resolve = createRequire(import.meta.url)) {
  try {
    return resolve('v86/package.json').version;
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    return fail(
      "v86 is not installed: 'npx -y pnpm@12.21.0 install' does it; or leave it out, naming the other groups (--group, see --help)",
    );
  }
}
