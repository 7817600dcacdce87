import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeRootfs } from '@kml/host-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const KML = fileURLToPath(new URL('../../../bin/kml', import.meta.url));
/** Says what depends on how the root was read: owners, modes, links, whole contents. */
const SCRIPT = `cd /
find . -xdev ! -path './dev*' ! -path './proc*' ! -path './sys*' ! -type d -printf '%p %M %U:%G %n %s %T@ %l\\n' | sort | md5sum
find . -xdev ! -path './dev*' ! -path './proc*' ! -path './sys*' -type d -printf '%p %M %U:%G %n\\n' | sort | md5sum
find usr/bin usr/lib -type f | sort | xargs cat | md5sum
echo changed > /etc/hostname; cat /etc/hostname`;

let directory: string;
let root: string;
let expected: ReturnType<typeof kml>;

function kml(...args: string[]) {
  const env = { ...process.env, KML_CACHE: join(directory, 'cache') };
  const { stdout, stderr, status } = spawnSync(KML, ['run', ...args], { encoding: 'utf8', env });
  return { stdout, stderr: stderr.replace(/^unpacking .*\n/gm, ''), status };
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kml-images-'));
  root = join(directory, 'root');
  const packages = ['bash', 'coreutils', 'findutils'];
  await makeRootfs({ directory: root, architecture: 'i386', packages, progress: () => {} });
  // An archive keeps whole seconds.
  execFileSync('find', [root, '-exec', 'touch', '-h', '-d', '2026-01-02 03:04:05', '{}', '+']);
  expected = kml('--root', root, 'bash', '-c', SCRIPT);
  expect(expected).toMatchObject({ stderr: '', status: 0 });
  expect(expected.stdout).toMatch(/^(?:[0-9a-f]{32} {2}-\n){3}changed\n$/);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('a Debian root as an archive made by tar is the same as the directory', () => {
  test.each(['--gzip', '--xz', '--zstd', '--format=ustar', '--format=posix'])('%s', (form) => {
    const archive = join(directory, 'root.tar');
    execFileSync('tar', ['-C', root, form, '-cf', archive, '.']);
    expect(kml('--root', archive, 'bash', '-c', SCRIPT)).toEqual(expected);
  });
});

test('an archive is not written to', () => {
  const archive = join(directory, 'kept.tar');
  execFileSync('tar', ['-C', root, '-cf', archive, './etc']);
  const before = readFileSync(archive);
  expect(kml('--root', archive, '--write', 'sh')).toEqual({
    stdout: '',
    stderr: `kml: root ${archive}: an image cannot be written to; leave out --write\n`,
    status: 125,
  });
  expect(readFileSync(archive).equals(before)).toBe(true);
});

describe('an OCI image made by umoci', () => {
  let layout: string;
  beforeAll(() => {
    layout = join(directory, 'layout');
    const umoci = (...args: string[]): void => void execFileSync('umoci', args, { stdio: 'pipe' });
    const image = `${layout}:latest`;
    umoci('init', '--layout', layout);
    umoci('new', '--image', image);
    umoci('insert', '--image', image, root, '/');
    const extra = join(directory, 'extra');
    mkdirSync(extra);
    writeFileSync(join(extra, 'greeting'), 'hello from the upper layer\n');
    umoci('insert', '--image', image, extra, '/opt');
    umoci('insert', '--image', image, '--whiteout', '/etc/hosts');
    const start = ['--config.entrypoint', 'bash', '--config.entrypoint', '-c', '--config.cmd', 'echo "$WHO" $UID $PWD'];
    const rest = ['--config.env', 'WHO=the image', '--config.workingdir', '/opt', '--config.user', 'nobody'];
    umoci('config', '--image', image, '--architecture', '386', ...start, ...rest);
  });

  test('runs its own program, with its environment, directory and user', () => {
    expect(kml('--root', layout)).toEqual({ stdout: 'the image 65534 /opt\n', stderr: '', status: 0 });
  });

  test('runs any program, with what the command line says instead', () => {
    const args = ['--env', 'WHO=me', '--cwd', '/', '--user', '0', 'bash', '-c', 'echo $WHO $UID $PWD'];
    expect(kml('--root', layout, ...args)).toEqual({ stdout: 'me 0 /\n', stderr: '', status: 0 });
  });

  test('shows its layers one over the other', () => {
    const script = 'cat greeting; ls /etc/hosts 2>&1; ls /etc/passwd';
    expect(kml('--root', layout, 'bash', '-c', script)).toEqual({
      stdout: "hello from the upper layer\nls: cannot access '/etc/hosts': No such file or directory\n/etc/passwd\n",
      stderr: '',
      status: 0,
    });
  });

  test('may be an archive of the layout', () => {
    const archive = join(directory, 'image.tar');
    execFileSync('tar', ['-C', layout, '-cf', archive, '.']);
    expect(kml('--root', archive)).toEqual({ stdout: 'the image 65534 /opt\n', stderr: '', status: 0 });
  });

  test('of another architecture is refused in one line', () => {
    const stderr = `kml: root ${layout}: has only linux/386; these architectures can be run: arm\n`;
    expect(kml('--root', layout, '--arch', 'arm')).toEqual({ stdout: '', stderr, status: 125 });
  });
});
