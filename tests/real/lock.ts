import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '@kml/host-node';

/** What several test files need and make once: the workers that run them must not make it at the same time. */
const fileOf = (name: string): string => join(cacheDirectory(), 'locks', name);

const WAIT_MS = 200;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Waits a moment without letting anything else run. */
export function pause(): void {
  Atomics.wait(sleeper, 0, 0, WAIT_MS);
}

/** Takes the lock and returns what releases it; undefined where another process that lives has it. */
export function tryLock(name: string): (() => void) | undefined {
  const file = fileOf(name);
  mkdirSync(join(file, '..'), { recursive: true });
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (!isAbandoned(file)) return undefined;
    rmSync(file, { force: true });
    return tryLock(name);
  }
  return () => rmSync(file);
}

/** Takes the lock, whenever it is free. */
export function lock(name: string): () => void {
  for (;;) {
    const release = tryLock(name);
    if (release) return release;
    pause();
  }
}

/** Whether who made the lock has ended without removing it. */
function isAbandoned(file: string): boolean {
  try {
    const owner = Number(readFileSync(file, 'utf8'));
    if (owner === 0) return false;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
