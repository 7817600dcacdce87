import { closeSync, openSync, writeSync } from 'node:fs';
import { Failure } from './failure.ts';

/** Where the lines of --strace go: to a file, to standard error (true), or nowhere. Throws Failure. */
export function openTrace(
  where: string | true | undefined,
): { line: (text: string) => void; close: () => void } | undefined {
  if (where === undefined) return undefined;
  if (where === true) return { line: (text) => void process.stderr.write(`${text}\n`), close() {} };
  try {
    const fd = openSync(where, 'w');
    return { line: (text) => void writeSync(fd, `${text}\n`), close: () => closeSync(fd) };
  } catch (error) {
    throw new Failure(`--strace ${where}: ${(error as NodeJS.ErrnoException).code}`);
  }
}
