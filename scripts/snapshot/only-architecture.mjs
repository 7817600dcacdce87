// A bundle with one architecture.
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A plugin of esbuild's that leaves this architecture alone of the standard ones (packages/machine/src/standard-plugins.ts). */
export function onlyArchitecture(name) {
  return {
    name: 'only-architecture',
    setup(build) {
      build.onLoad({ filter: /\/standard-plugins\.ts$/ }, ({ path }) => ({
        loader: 'ts',
        resolveDir: dirname(path),
        contents: `import { ${name} } from '${packageOf(name, readFileSync(path, 'utf8'))}'; export const STANDARD_PLUGINS = [${name}];`,
      }));
    },
  };
}

/** The package that a name is imported from. */
function packageOf(name, text) {
  for (const [, names, from] of text.matchAll(/^import \{ (.*) \} from '(.*)';$/gm)) {
    if (names.split(', ').includes(name)) return from;
  }
  throw new Error(`standard-plugins.ts imports no ${name}`);
}
