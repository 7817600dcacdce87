// The start-up snapshot: a first one, whose runs show what functions they need, then one that has them compiled.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { node, root } from '../node.mjs';
import { functionsOfRuns } from './functions-of-runs.mjs';
import { withoutCodeCache } from './without-code-cache.mjs';

/**
 * Makes kml.blob of snapshot.cjs, both in `dist`.
 * @returns what went wrong, in a line; undefined if it is there
 */
export function makeSnapshot(dist) {
  const script = join(dist, 'snapshot.cjs');
  const blob = join(dist, 'kml.blob');
  const list = join(dist, 'functions.json');
  const command = ['--snapshot-blob', blob, join(dist, 'kml.mjs')];
  const make = (env) => {
    const flags = ['--no-warnings', '--no-flush-bytecode', '--snapshot-blob', blob, '--build-snapshot', script];
    const made = spawnSync(node, flags, {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      cwd: dist,
      env: { ...process.env, ...env },
    });
    return made.status === 0 ? undefined : `no start-up snapshot: ${made.stderr.slice(0, 300)}`;
  };
  try {
    const failed = make({});
    if (failed) return failed;
    writeFileSync(list, JSON.stringify(functionsOfRuns(command, readdirSync(join(root, 'guest/bin')))));
    const failedAgain = make({ KML_FUNCTIONS: list });
    if (failedAgain) return failedAgain;
    slim(blob, command);
    return undefined;
  } finally {
    rmSync(list, { force: true });
  }
}

/** Takes Node's code cache out, if Node starts without. */
function slim(blob, command) {
  const whole = readFileSync(blob);
  writeFileSync(blob, withoutCodeCache(whole));
  const { status } = spawnSync(node, [...command, '--version'], { stdio: 'ignore' });
  if (status !== 0) writeFileSync(blob, whole);
}
