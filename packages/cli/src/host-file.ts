import { readFileSync } from 'node:fs';
import { Failure } from './failure.ts';

/** A file of the host's. Throws Failure: status `missing` where there is none, `unreadable` where it cannot be read. */
export function readHostFile(path: string, missing = 125, unreadable = 125): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw new Failure(`${path}: no such file`, missing);
    if (code === 'EISDIR') throw new Failure(`${path}: is a directory`, unreadable);
    throw new Failure(`${path}: cannot be read (${code})`, unreadable);
  }
}
