import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, makeRootfs } from '@kml/host-node';

/** Debian's architectures whose Python is tested. */
export type Architecture = 'i386' | 'armhf';

/** Python with its test suite, and what its tests start. */
const PACKAGES = [
  ...['libpython3.11-testsuite', 'python3', 'libc-bin', 'tzdata', 'netbase'],
  ...['bash', 'dash', 'coreutils'],
];

/** Modules that are broken on purpose, as tests of the compiler. */
const NOT_PYTHON = 'bad_|badsyntax|lib2to3/tests/data|encoded_modules';

async function bareTree(architecture: Architecture): Promise<string> {
  const directory = join(cacheDirectory(), 'roots', `python-${architecture}`);
  await makeRootfs({ directory, architecture, packages: PACKAGES, progress: () => {} });
  return directory;
}

/**
 * A Debian root with Python and its test suite, made once and kept. The modules are compiled, as the
 * packages' maintainer scripts would have done: byte code is the same on every architecture, so it is
 * the i386 Python on this host that compiles it.
 */
export async function pythonTree(architecture: Architecture): Promise<string> {
  const directory = await bareTree(architecture);
  const stamp = join(directory, '.kml-compiled');
  if (!existsSync(stamp)) {
    compile(await bareTree('i386'), directory);
    writeFileSync(stamp, '');
  }
  return directory;
}

/** Compiles the library of `tree` by the Python of `compiler`, in whose /mnt it is seen meanwhile. */
function compile(compiler: string, tree: string): void {
  const command =
    'mount --bind "$2" "$1/mnt" && exec chroot "$1" /usr/bin/python3 -m compileall -q -s /mnt -p / -x "$3" /mnt/usr/lib/python3.11';
  const result = spawnSync('unshare', ['-m', 'sh', '-c', command, 'sh', compiler, tree, NOT_PYTHON], {
    encoding: 'utf8',
  });
  if (result.status !== 0)
    throw new Error(`cannot compile the Python library of ${tree}: ${result.stdout}${result.stderr}`);
}
