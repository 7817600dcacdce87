// What the scripts share: the pinned Node, and running a step with it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const pinned = join(root, 'node_modules/.bin/node');
/** Node 24 from the lock file; the Node that runs this script where the platform has no such package. */
export const node = existsSync(pinned) ? pinned : process.execPath;

/** Runs a program with the terminal as it is; returns its exit status. */
export function run(program, args, options = {}) {
  const result = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) throw result.error;
  return result.status ?? 128;
}

/** As run, and ends this script if the step fails. */
export function step(program, args, options) {
  const status = run(program, args, options);
  if (status !== 0) process.exit(status);
}
