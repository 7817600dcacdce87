import {
  closeSync,
  fstatSync,
  futimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** Stores kept for one version; the least recently used go first. */
const MOST_FILES = 256;
/** Directories of other versions that nobody has used for so long are removed. */
const OLD_MILLISECONDS = 7 * 24 * 3600 * 1000;

/**
 * A directory that keeps lifted code between runs, for machines of one version of this program. What
 * cannot be read or written is as if it were not there: runs only take longer.
 * @param directory the store's own; made when first written to
 * @param version tells apart builds whose code must not be mixed
 */
export function openCodeStore(directory: string, version: string) {
  const here = join(directory, version);
  const pathOf = (name: string): string => join(here, `${encodeURIComponent(name).slice(-200)}.code`);
  return {
    open(name: string) {
      try {
        const fd = openSync(pathOf(name), 'r');
        const now = new Date();
        futimesSync(fd, now, now);
        return openFile(fd);
      } catch {
        return undefined;
      }
    },
    write(name: string, bytes: Uint8Array): void {
      const path = pathOf(name);
      try {
        if (mkdirSync(here, { recursive: true }) !== undefined) removeOld(directory, version);
        const partial = `${path}.${process.pid}`;
        writeFileSync(partial, bytes);
        renameSync(partial, path);
        prune(here);
      } catch {
        // A full or read-only disk: the next run lifts its code again.
      }
    },
  };
}

/** The file as it is now: what is written under its name takes its place, and leaves it as it is. */
function openFile(fd: number) {
  let isOpen = true;
  return {
    size: fstatSync(fd).size,
    read(into: Uint8Array, position: number): boolean {
      try {
        return isOpen && readSync(fd, into, 0, into.length, position) === into.length;
      } catch {
        return false;
      }
    },
    close(): void {
      isOpen = false;
      closeSync(fd);
    },
  };
}

function removeOld(directory: string, version: string): void {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (name !== version && Date.now() - statSync(path).mtimeMs > OLD_MILLISECONDS) rmSync(path, { recursive: true });
  }
}

function prune(directory: string): void {
  const names = readdirSync(directory);
  if (names.length <= MOST_FILES) return;
  const byAge = names.map((name) => ({ path: join(directory, name), used: statSync(join(directory, name)).mtimeMs }));
  byAge.sort((a, b) => a.used - b.used);
  for (const { path } of byAge.slice(0, names.length - MOST_FILES)) rmSync(path, { force: true });
}
