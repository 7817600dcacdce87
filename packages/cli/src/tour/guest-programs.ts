import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type MemoryFile, memoryDirectory } from '@kml/machine';
import { Failure } from '../failure.ts';

const PROGRAMS = ['box', 'nullwrite', 'foreground', 'forks', 'touch', 'entries', 'calls'] as const;
const TOOLS = ['sh', 'echo', 'cat', 'seq', 'wc', 'sleep', 'true', 'mode'];

/** The tour's small root: the repository's own guest programs, in /bin and, once more, in /trusted/bin. */
export function tourRoot(isa: string) {
  const files: Record<string, MemoryFile> = { '/tmp/': new Uint8Array(), '/etc/': new Uint8Array() };
  for (const name of PROGRAMS) {
    const bytes = guestProgram(isa, name);
    files[`/bin/${name}`] = bytes;
    files[`/trusted/bin/${name}`] = bytes;
  }
  for (const name of TOOLS) {
    files[`/bin/${name}`] = { link: 'box' };
    files[`/trusted/bin/${name}`] = { link: 'box' };
  }
  return memoryDirectory(files);
}

/** A committed guest program. The bundle lies in dist/, beside guest/. Throws Failure if it is missing. */
export function guestProgram(isa: string, name: string): Uint8Array {
  const path = fileURLToPath(new URL(`../guest/bin/${isa}/${name}`, import.meta.url));
  try {
    return readFileSync(path);
  } catch {
    throw new Failure(`${path} is missing; run 'node scripts/build-guests.mjs' to build the guest programs`);
  }
}
