import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDirectory } from '@kml/host-node';
import { Failure } from './failure.ts';

/**
 * Start-up snapshots with one architecture each, beside the one with all: what a run does not use is read at its start
 * all the same (docs/performance.md). Which of them a run begins with, bin/kml knows from a file of the cache directory:
 * lines of an architecture and what was run before, a guest root or a program of the host. Where it is none of the
 * architecture there, the run begins again with all.
 */

/** The one architecture of this snapshot, which the bundler puts in its place; undefined: there are all. */
const ONLY: string | undefined = process.env.KML_ARCHITECTURE;
/** Programs and roots that are remembered: bin/kml compares them with each of its arguments. */
const MOST_KNOWN = 20;

/**
 * What comes before a run: with one architecture alone, whatever fails is tried again with all, which know more.
 * Nothing may be seen of what was done.
 */
export async function preparedByAll<T>(prepare: () => Promise<T>): Promise<T> {
  try {
    return await prepare();
  } catch (error) {
    if (ONLY !== undefined && error instanceof Failure) beginWithAll();
    throw error;
  }
}

/** The architecture to run, undefined where none is known for the program: that is for a snapshot of all to say. Throws Failure. */
export function knownHere(arch: string | undefined): string | undefined {
  if (ONLY !== undefined && arch !== ONLY) throw new Failure(`this is for ${ONLY} alone`);
  return arch;
}

/** The next run of this root or program, as the command line names it, is to begin with this architecture's snapshot, if there is one. */
export function rememberArchitecture(arch: string, what: string): void {
  if (ONLY !== undefined || what.includes('\n') || !existsSync(join(distribution(), `kml-${arch}.blob`))) return;
  const path = join(cacheDirectory(), 'architectures');
  const line = `${arch} ${what}`;
  const known = linesOf(path);
  if (known.includes(line)) return;
  const others = known.filter((other) => other.slice(other.indexOf(' ') + 1) !== what);
  try {
    mkdirSync(dirname(path), { recursive: true });
    const partial = `${path}.${process.pid}`;
    writeFileSync(partial, [line, ...others].slice(0, MOST_KNOWN).join('\n').concat('\n'));
    renameSync(partial, path);
  } catch {
    // A full or read-only disk: the next run begins with all again.
  }
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

function beginWithAll(): never {
  const kml = join(distribution(), '../bin/kml');
  // Node has had it since there has been a snapshot of one architecture.
  return process.execve!(kml, [kml, ...process.argv.slice(2)], { ...process.env, KML_ALL_ARCHITECTURES: '1' });
}

/** Where the bundle lies. */
function distribution(): string {
  return dirname(process.argv[1]!);
}
