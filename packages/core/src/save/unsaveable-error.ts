import type { Unsaveable } from './object-walk.ts';

/** Machine state holds something that is no plain data: a bug of ours, by its path. */
export class UnsaveableError extends Error {
  constructor({ path, problem }: Unsaveable) {
    super(`machine state holds ${problem} at ${path}`);
  }
}
