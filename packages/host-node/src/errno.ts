import { constants } from 'node:os';
import * as generic from '@kml/kernel';

const byCode = new Map<string, number>();
for (const code of Object.keys(constants.errno)) {
  const number = (generic as unknown as Record<string, unknown>)[code];
  if (typeof number === 'number') byCode.set(code, number);
}

/** -errno (asm-generic) of a failed Node file operation; what has no such code is -EIO. */
export function errnoOf(error: unknown): number {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return -(byCode.get(code) ?? generic.EIO);
}

/** Runs a file operation; an error becomes -errno. */
export function attempt<T>(operation: () => T): T | number {
  try {
    return operation();
  } catch (error) {
    return errnoOf(error);
  }
}
