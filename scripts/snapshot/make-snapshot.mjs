// The start-up snapshots: a first one, whose runs show what functions they need, then those that have them compiled.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { node } from '../node.mjs';
import { functionsOfRuns } from './functions-of-runs.mjs';
import { sameFunctions } from './same-functions.mjs';
import { withoutCodeCache } from './without-code-cache.mjs';

const WHOLE = 'snapshot.cjs';

/**
 * Makes in `dist` kml.blob of snapshot.cjs, which has all architectures, and a snapshot for each alone, kml-NAME.blob.
 * @param makePart makes the script with this architecture alone, of this name
 * @returns what went wrong, in a line; undefined if they are there
 */
export async function makeSnapshots(dist, architectures, makePart) {
  const blob = join(dist, 'kml.blob');
  const script = join(dist, WHOLE);
  const failed = make(script, blob, {});
  if (failed) return failed;
  const functions = new Map(architectures.map((name) => [name, functionsOfRuns(started(dist, blob), [name])]));
  const text = readFileSync(script, 'utf8');
  for (const [name, { [script]: own = [], ...nodes }] of functions) {
    const part = join(dist, `snapshot-${name}.cjs`);
    await makePart(name, part);
    const list = { ...nodes, [part]: sameFunctions(text, own, readFileSync(part, 'utf8')) };
    const failed = makeWith(dist, part, `kml-${name}.blob`, list);
    rmSync(part);
    if (failed) return failed;
  }
  return makeWith(dist, script, 'kml.blob', union([...functions.values()]));
}

/** Makes a snapshot that has these functions compiled. */
function makeWith(dist, script, name, functions) {
  const list = join(dist, 'functions.json');
  const blob = join(dist, name);
  writeFileSync(list, JSON.stringify(functions));
  try {
    const failed = make(script, blob, { KML_FUNCTIONS: list });
    if (!failed) slim(blob, started(dist, blob));
    return failed;
  } finally {
    rmSync(list, { force: true });
  }
}

function make(script, blob, env) {
  const flags = ['--no-warnings', '--no-flush-bytecode', '--snapshot-blob', blob, '--build-snapshot', script];
  const made = spawnSync(node, flags, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    cwd: join(blob, '..'),
    env: { ...process.env, ...env },
  });
  return made.status === 0 ? undefined : `no start-up snapshot: ${made.stderr.slice(0, 300)}`;
}

/** Node's arguments that start a command line from a snapshot. */
function started(dist, blob) {
  return ['--snapshot-blob', blob, join(dist, 'kml.mjs')];
}

/** The functions of any of these lists. */
function union(lists) {
  const scripts = new Set(lists.flatMap((list) => Object.keys(list)));
  const positions = (script) => new Set(lists.flatMap((list) => list[script] ?? []));
  return Object.fromEntries([...scripts].map((script) => [script, [...positions(script)].sort((a, b) => a - b)]));
}

/** Takes Node's code cache out, if Node starts without. */
function slim(blob, command) {
  const whole = readFileSync(blob);
  writeFileSync(blob, withoutCodeCache(whole));
  const { status } = spawnSync(node, [...command, '--version'], { stdio: 'ignore' });
  if (status !== 0) writeFileSync(blob, whole);
}
