import {
  cpSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDirectory } from '@kml/host-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { guestProgram, runGuest } from './harness.ts';

const CALLS = 10_000;
const SEED = 20_260_101;
let place: string;
let root: string;
let outside: string;

/** Everything that can be seen of a tree: kinds, modes, contents, times. */
function snapshot(directory: string): Record<string, unknown> {
  const seen: Record<string, unknown> = {};
  const visit = (path: string): void => {
    const { mode, size, mtimeMs, nlink } = lstatSync(path);
    const kind = mode & 0o170000;
    const content =
      kind === 0o040000
        ? readdirSync(path).sort()
        : kind === 0o120000
          ? readlinkSync(path)
          : readFileSync(path, 'latin1');
    seen[path] = { mode, size, mtimeMs, nlink, content };
    if (kind === 0o040000) for (const name of content as string[]) visit(join(path, name));
  };
  visit(directory);
  return seen;
}

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'kml-containment-'));
  root = join(place, 'root');
  outside = join(place, 'outside');
  for (const path of [
    root,
    outside,
    `${root}/bin`,
    `${root}/trusted`,
    `${root}/trusted/bin`,
    `${root}/a`,
    `${outside}/a`,
  ]) {
    mkdirSync(path);
  }
  for (const name of ['box', 'paths', 'trust']) {
    for (const bin of ['bin', 'trusted/bin'])
      writeFileSync(`${root}/${bin}/${name}`, guestProgram(name), { mode: 0o755 });
  }
  writeFileSync(`${outside}/secret`, 'SECRET of the host\n');
  writeFileSync(`${outside}/a/secret`, 'SECRET, too\n');
  writeFileSync(`${root}/a/plain`, 'inside\n');
  symlinkSync('../outside', `${root}/escape`);
  symlinkSync(outside, `${root}/absolute`);
  symlinkSync('..', `${root}/a/up`);
  symlinkSync('../../outside/secret', `${root}/a/b`);
});
afterEach(() => rmSync(place, { recursive: true }));

const WAYS = [
  { mode: 'user', engine: 'translator' },
  { mode: 'kernel', engine: 'translator' },
] as const;

describe.each(WAYS)('a $mode-mode program', (way) => {
  const run = (argv: readonly string[], writeRoot = false, directory = root) =>
    runGuest(way, argv, { root: openDirectory(directory), writeRoot, memory: 32 << 20 });

  test('reads nothing outside, by whatever path', async () => {
    const paths = [
      ...['/escape/secret', '/absolute/secret', 'escape/secret', '/a/b', '/a/up/escape/secret', `${outside}/secret`],
      ...['/../outside/secret', '../../outside/secret', '/a/../../outside/secret', '/a/up/up/../outside/secret'],
      ...['/proc/self/root/../outside/secret', '/proc/self/cwd/../../outside/secret', '/proc/1/root/../outside/secret'],
      ...['/proc/self/root/escape/secret', '/dev/fd/../../../outside/secret', '/proc/self/exe/../../../outside/secret'],
    ];
    const { result, output } = await run(['box', 'cat', '/a/plain', ...paths]);
    expect(result.status).not.toBe(0);
    expect(output.replaceAll('cat: cannot open\n', '')).toBe('inside\n');
    const each = await Promise.all(paths.map(async (path) => (await run(['box', 'cat', path])).output));
    expect(each).toEqual(paths.map(() => 'cat: cannot open\n'));
  });

  test.each([false, true])(`${CALLS} random calls on random paths, --write %s`, { timeout: 120_000 }, async (write) => {
    // A hard link to a file outside: what the view changes must not reach it. (With --write it is the root's own.)
    if (!write) {
      writeFileSync(`${outside}/shared`, 'linked\n');
      linkSync(`${outside}/shared`, `${root}/hard`);
    }
    const before = snapshot(outside);
    const rootBefore = snapshot(root);
    const { result, output } = await run(['paths', String(SEED), String(CALLS), outside], write);
    expect(output).toMatch(/^\d{3,5} calls succeeded, 0 leaks\n$/);
    expect(result).toEqual({ kind: 'exit', status: 0 });
    expect(snapshot(outside)).toEqual(before);
    if (write) expect(snapshot(root)).not.toEqual(rootBefore);
    else expect(snapshot(root)).toEqual(rootBefore);
    expect(readdirSync(place).sort()).toEqual(['outside', 'root']);
  });

  test('the random calls would find what is not outside', async () => {
    cpSync(
      `${root}/${way.mode === 'user' ? '' : 'trusted/'}bin`,
      `${place}/${way.mode === 'user' ? '' : 'trusted/'}bin`,
      {
        recursive: true,
      },
    );
    const { output } = await run(['paths', String(SEED), String(CALLS), '/outside'], false, place);
    expect(output).toMatch(/^\d+ calls succeeded, [1-9]\d* leaks\n$/);
  });
});
