import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const KML = fileURLToPath(new URL('../../../bin/kml', import.meta.url));
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kml-rootfs-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function kml(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const { stdout, stderr, status } = spawnSync(KML, args, { encoding: 'utf8', env });
  return { stdout, stderr, status };
}

test('rootfs makes a root that programs run in, and does nothing when asked again', () => {
  const root = join(directory, 'root');
  const made = kml(['rootfs', root, '--packages', 'dash,hostname']);
  expect(made.stderr).toContain('unpacking');
  expect(made.stdout).toMatch(/: \d+ packages\n$/);
  expect(
    kml(['run', '--root', root, '--', 'sh', '-c', 'hostname; echo $((6*7)); test -d /tmp && echo tmp']).stdout,
  ).toBe('kml\n42\ntmp\n');
  expect(kml(['rootfs', root, '--packages', 'hostname,dash'])).toMatchObject({
    stdout: `${root} is up to date\n`,
    status: 0,
  });
});

test.each([
  ['armhf', 'usr/lib/arm-linux-gnueabihf', /^ARM/],
  ['arm', 'usr/lib/arm-linux-gnueabihf', /^ARM/],
  ['armel', 'usr/lib/arm-linux-gnueabi', /^ARM/],
  ['mipsel', 'usr/lib/mipsel-linux-gnu', /^MIPS, little-endian/],
  ['ia32', 'usr/lib/i386-linux-gnu', /^IA-32/],
])("--arch %s: by Debian's name or ours", (arch, libraries, isa) => {
  const root = join(directory, `root-${arch}`);
  const made = kml(['rootfs', root, '--quiet', '--arch', arch, '--packages', 'dash']);
  expect(made).toMatchObject({ stderr: '', status: 0 });
  expect(existsSync(join(root, libraries))).toBe(true);
  const about = JSON.parse(kml(['info', '--json', join(root, 'usr/bin/dash')]).stdout) as { isa: string; arch: string };
  expect(about.isa).toMatch(isa);
  // Where the architecture is a machine's, it runs.
  if (about.arch !== '') {
    expect(kml(['run', '--root', root, '--', 'dash', '-c', 'echo $((6*7))'])).toMatchObject({
      stdout: '42\n',
      status: 0,
    });
  }
});

test('an unknown package is one clear line, and nothing is made', () => {
  const root = join(directory, 'none');
  const { stderr, status } = kml(['rootfs', root, '--quiet', '--packages', 'no-such-package-at-all']);
  expect(stderr).toMatch(/^kml: apt-get .*no-such-package-at-all\n$/);
  expect(status).toBe(125);
  expect(existsSync(root)).toBe(false);
});

test("a directory with somebody's files is left alone", () => {
  const occupied = join(directory, 'occupied');
  mkdirSync(occupied);
  writeFileSync(join(occupied, 'mine'), '');
  const { stderr, status } = kml(['rootfs', occupied, '--packages', 'dash']);
  expect(stderr).toBe(`kml: ${occupied} is not empty and was not made by this command\n`);
  expect(status).toBe(125);
});

test('a host without apt is told so', () => {
  const bin = join(directory, 'bin');
  mkdirSync(bin);
  for (const tool of ['sh', 'dirname', 'readlink']) symlinkSync(`/usr/bin/${tool}`, join(bin, tool));
  const { stderr, status } = kml(['rootfs', join(directory, 'x'), '--packages', 'dash'], { PATH: bin });
  expect(stderr).toMatch(/^kml: this host has no apt-get; .*\n$/);
  expect(status).toBe(125);
});
