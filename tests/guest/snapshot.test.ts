import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const SCRIPTS = new URL('../../scripts/', import.meta.url);
const { root }: { root: string } = await import(`${SCRIPTS}node.mjs`);
type FunctionsOfRuns = (command: string[], architectures: string[]) => Record<string, number[]>;
const { functionsOfRuns }: { functionsOfRuns: FunctionsOfRuns } = await import(
  `${SCRIPTS}snapshot/functions-of-runs.mjs`
);
const { withoutCodeCache }: { withoutCodeCache(blob: Buffer): Buffer } = await import(
  `${SCRIPTS}snapshot/without-code-cache.mjs`
);

const dist = join(root, 'dist');
const blob = join(dist, 'kml.blob');
/** Without the build's list some 1500 are compiled in these runs, and 180 of Node's own. */
const FEW = 60;

describe('the start-up snapshot', () => {
  // Where Node cannot make one (old versions) there is none.
  it.runIf(existsSync(blob))('has compiled what short runs call', () => {
    const command = ['--snapshot-blob', blob, join(dist, 'kml.mjs')];
    const { [join(dist, 'snapshot.cjs')]: compiled = [], ...nodes } = functionsOfRuns(command, ['ia32']);
    expect(compiled.length).toBeLessThan(FEW);
    expect(Object.values(nodes).flat().length).toBeLessThan(FEW);
    // What starts a run from the snapshot is called when it is made, never before.
    expect(compiled.length).toBeGreaterThan(0);
  });

  it("loses Node's code cache, which stands at its end", () => {
    const heap = Buffer.from('the heap, in which internal/module is named, too');
    expect(withoutCodeCache(Buffer.concat([heap, codeCache(150)]))).toEqual(Buffer.concat([heap, word(0)]));
  });

  it.each([
    ['nothing like a cache', Buffer.alloc(5000, 7)],
    ['something behind the cache', Buffer.concat([codeCache(150), Buffer.from('!')])],
    ['a cache that is cut off', codeCache(150).subarray(0, -1)],
    ['too few modules', codeCache(3)],
    ['nothing at all', Buffer.alloc(0)],
  ])('is left as it is with %s', (_what, bytes) => {
    expect(withoutCodeCache(bytes)).toBe(bytes);
  });
});

function word(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(value);
  return bytes;
}

function codeCache(modules: number): Buffer {
  const counted = (bytes: Buffer): Buffer => Buffer.concat([word(bytes.length), bytes]);
  const entries = Array.from({ length: modules }, (_, i) => [
    counted(Buffer.from(`internal/module${i}`)),
    counted(Buffer.alloc(i * 3, i)),
  ]);
  return Buffer.concat([word(modules), ...entries.flat()]);
}
