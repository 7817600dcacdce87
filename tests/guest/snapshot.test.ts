import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SCRIPTS = new URL('../../scripts/', import.meta.url);
const { root }: { root: string } = await import(`${SCRIPTS}node.mjs`);
type FunctionsOfRuns = (command: string[], architectures: string[]) => Record<string, number[]>;
const { functionsOfRuns }: { functionsOfRuns: FunctionsOfRuns } = await import(
  `${SCRIPTS}snapshot/functions-of-runs.mjs`
);
const { withoutCodeCache }: { withoutCodeCache(blob: Buffer): Buffer } = await import(
  `${SCRIPTS}snapshot/without-code-cache.mjs`
);
type SameFunctions = (from: string, positions: readonly number[], to: string) => number[];
const { sameFunctions }: { sameFunctions: SameFunctions } = await import(`${SCRIPTS}snapshot/same-functions.mjs`);

const dist = join(root, 'dist');
const blob = join(dist, 'kml.blob');
/** Without the build's list some 1500 are compiled in these runs, and 180 of Node's own. */
const FEW = 60;

describe('the start-up snapshot', () => {
  // Where Node cannot make one (old versions) there is none.
  it.runIf(existsSync(blob)).each([
    ['snapshot.cjs', 'kml.blob'],
    ['snapshot-ia32.cjs', 'kml-ia32.blob'],
  ])('of %s has compiled what short runs call', (script, name) => {
    const command = ['--snapshot-blob', join(dist, name), join(dist, 'kml.mjs')];
    const { [join(dist, script)]: compiled = [], ...nodes } = functionsOfRuns(command, ['ia32']);
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

describe('functions of two bundles', () => {
  const body = (name: string): string =>
    `(${name}){return ${name}.operands.length>0?${name}.operands.map(${name}=>${name}.value+1):undefined}`;
  const code = (...names: readonly string[]): string => names.map((name) => `function ${name}${body(name)}`).join('');

  it('are the same whatever the minifier calls things', () => {
    const [one, other] = [`${code('a')}var q=1;${code('b')}`, `${code('Zz')}var rst=1;${code('$')}`];
    const starts = (text: string): number[] => [...text.matchAll(/\(\S{1,3}\)\{/g)].map(({ index }) => index);
    expect(starts(one)).toHaveLength(2);
    expect(sameFunctions(one, starts(one), other)).toEqual(starts(other));
  });

  it('are left out where the other bundle has none', () => {
    const gone = '(a){throw new TypeError("there is no such architecture in this bundle, which has but one of all")}';
    const one = `function b${gone}${code('c')}`;
    const other = code('x');
    expect(sameFunctions(one, [one.indexOf('('), one.lastIndexOf('(c)')], other)).toEqual([other.indexOf('(x)')]);
  });
});

describe.runIf(existsSync(join(dist, 'kml-ia32.blob')))('a snapshot of one architecture', () => {
  const guest = (arch: string, program: string): string => join(root, 'guest/bin', arch, program);
  let cache: string;
  let known: string;
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'kml-part-'));
    known = join(cache, 'kml/architectures');
  });
  afterEach(() => rmSync(cache, { recursive: true }));

  const kml = (args: readonly string[], input = '') => {
    const env = { ...process.env, XDG_CACHE_HOME: cache };
    const { status, stdout, stderr } = spawnSync(join(root, 'bin/kml'), args, { env, input, encoding: 'utf8' });
    return { status, stdout, stderr };
  };
  const remember = (line: string): void => {
    mkdirSync(join(cache, 'kml'), { recursive: true });
    writeFileSync(known, `${line}\n`);
  };
  /** The snapshot that a command line of these arguments begins with. */
  const architectures = (args: readonly string[]): string => {
    const list = join(cache, 'started');
    const fake = join(cache, 'checkout');
    for (const directory of ['bin', 'dist', 'node_modules/.bin']) mkdirSync(join(fake, directory), { recursive: true });
    for (const name of readdirSync(dist)) writeFileSync(join(fake, 'dist', name), '');
    writeFileSync(join(fake, 'bin/kml'), readFileSync(join(root, 'bin/kml')), { mode: 0o755 });
    writeFileSync(join(fake, 'node_modules/.bin/node'), `#!/bin/sh\necho "$@" >${list}\n`, { mode: 0o755 });
    const env = { ...process.env, XDG_CACHE_HOME: cache };
    spawnSync(join(fake, 'bin/kml'), args, { env });
    return /(kml[-\w]*)\.blob/.exec(readFileSync(list, 'utf8'))![1]!;
  };

  it('is smaller than that of all', () => {
    expect(statSync(join(dist, 'kml-arm.blob')).size).toBeLessThan(0.85 * statSync(blob).size);
  });

  it('is what a program begins with that was run before, or a root', () => {
    const program = guest('arm', 'true');
    expect(architectures(['run', program])).toBe('kml');
    expect(kml(['run', program])).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(architectures(['run', program])).toBe('kml-arm');
    expect(architectures(['info', program])).toBe('kml');
    const inRoot = ['run', '--root', guest('ppc', ''), '/true'];
    expect(kml(inRoot).status).toBe(0);
    expect(architectures(inRoot)).toBe('kml-ppc');
    expect(readFileSync(known, 'utf8')).toBe(`ppc ${guest('ppc', '')}\narm ${program}\n`);
    expect(kml(inRoot)).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('gives way to that of all where the program is of another one, which is remembered', () => {
    const program = guest('ia32', 'box');
    remember(`mips ${program}`);
    expect(kml(['run', program, 'cat'], 'what it reads\n')).toEqual({
      status: 0,
      stdout: 'what it reads\n',
      stderr: '',
    });
    expect(readFileSync(known, 'utf8')).toBe(`ia32 ${program}\n`);
  });

  it('leaves it to that of all to say what is wrong', () => {
    const wrong = ['run', '--arch', 'arm', guest('ia32', 'true')];
    const said = kml(wrong);
    expect(said.status).toBe(126);
    for (const arch of ['mips', 'ia32', 'arm']) {
      remember(`${arch} ${guest('ia32', 'true')}`);
      expect(kml(wrong)).toEqual(said);
    }
    remember('mips /nowhere');
    expect(kml(['run', '/nowhere'])).toMatchObject({ status: 127, stdout: '' });
  });

  it('is not remembered by a run without a cache', () => {
    expect(kml(['run', '--no-code-cache', guest('arm', 'true')]).status).toBe(0);
    expect(existsSync(known)).toBe(false);
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
