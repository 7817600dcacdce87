import { globSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, makeRootfs } from '@kml/host-node';

/**
 * Files of Debian packages: patterns from the root of an unpacked tree of this Debian architecture.
 * Throws where one matches nothing.
 */
export async function debianFiles(
  architecture: string,
  packages: readonly string[],
  patterns: readonly string[],
): Promise<readonly string[]> {
  const root = join(cacheDirectory(), 'roots', `decode-${architecture}`);
  await makeRootfs({ directory: root, architecture, packages, progress: () => {} });
  return patterns.map((pattern) => {
    const [found] = globSync(pattern, { cwd: root });
    if (found === undefined) throw new RangeError(`no ${pattern} in ${root}`);
    return join(root, found);
  });
}
