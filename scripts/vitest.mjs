// Runs vitest on the pinned Node; where KML_TEST_RESULTS names a directory it also leaves a JSON report there.
import { join } from 'node:path';
import { node, root, run } from './node.mjs';

/** Exit status of `vitest run` with this configuration. */
export function vitest(config, name, args) {
  const results = process.env.KML_TEST_RESULTS;
  const report = results
    ? ['--reporter=default', '--reporter=json', `--outputFile.json=${join(results, `${name}.json`)}`]
    : [];
  return run(node, [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    join(root, config),
    ...report,
    ...args,
  ]);
}
