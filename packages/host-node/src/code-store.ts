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
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** Bytes kept for one version; the stores least recently used go first. */
const MOST_BYTES = 1024 * 1024 * 1024;
/** Pieces that are written at once: most are a few hundred bytes. */
const BUFFER_BYTES = 1 << 18;
/** Directories of other versions that nobody has used for so long are removed, and all but the last few. */
const OLD_MILLISECONDS = 7 * 24 * 3600 * 1000;
const MOST_OTHER_VERSIONS = 3;

/**
 * A directory that keeps lifted code between runs, for machines of one version of this program. What
 * cannot be read or written is as if it were not there: runs only take longer.
 * @param directory the store's own; made when first written to
 * @param version tells apart builds whose code must not be mixed
 * @param mostBytes that it keeps of this version
 */
export function openCodeStore(directory: string, version: string, mostBytes = MOST_BYTES) {
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
    write(name: string, pieces: Iterable<Uint8Array>): void {
      const path = pathOf(name);
      try {
        if (mkdirSync(here, { recursive: true }) !== undefined) removeOld(directory, version);
        const partial = `${path}.${process.pid}`;
        writePieces(partial, pieces);
        renameSync(partial, path);
        prune(here, mostBytes);
      } catch {
        // A full or read-only disk, or a store that is lost while it is taken over: the next run lifts its code again.
      }
    },
  };
}

function writePieces(path: string, pieces: Iterable<Uint8Array>): void {
  const fd = openSync(path, 'w');
  const buffer = new Uint8Array(BUFFER_BYTES);
  let filled = 0;
  const flush = (): void => {
    writeAll(fd, buffer.subarray(0, filled));
    filled = 0;
  };
  try {
    for (const piece of pieces) {
      if (filled + piece.length > BUFFER_BYTES) flush();
      if (piece.length > BUFFER_BYTES) writeAll(fd, piece);
      else {
        buffer.set(piece, filled);
        filled += piece.length;
      }
    }
    flush();
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
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
  const others = byUse(directory).filter(({ path }) => path !== join(directory, version));
  others.forEach(({ path, used }, n) => {
    if (n >= MOST_OTHER_VERSIONS || Date.now() - used > OLD_MILLISECONDS) rmSync(path, { recursive: true });
  });
}

function prune(directory: string, mostBytes: number): void {
  let bytes = 0;
  for (const { path, size } of byUse(directory)) {
    bytes += size;
    if (bytes > mostBytes) rmSync(path, { force: true });
  }
}

/** What is in the directory, the most recently used first. */
function byUse(directory: string) {
  return readdirSync(directory)
    .map((name) => {
      const path = join(directory, name);
      const { mtimeMs: used, size } = statSync(path);
      return { path, used, size };
    })
    .sort((a, b) => b.used - a.used);
}
