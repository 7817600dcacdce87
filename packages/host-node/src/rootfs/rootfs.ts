import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Apt, RootfsError } from './apt.ts';

export { RootfsError } from './apt.ts';

export interface RootfsRequest {
  /** Directory to make; must be new or empty, or a root made here before. */
  readonly directory: string;
  /** Debian's architecture name. */
  readonly architecture: string;
  readonly packages: readonly string[];
  /** Where lists and packages are kept; default KML_CACHE or ~/.cache/kml. */
  readonly cache?: string;
  readonly progress: (line: string) => void;
}

/** Written into a finished root: what it was made of. */
const STAMP = '.kml-rootfs.json';

/** The directory in which downloads, roots and lifted code are kept between runs; an empty variable counts as none. */
export function cacheDirectory(): string {
  return process.env.KML_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kml');
}

/**
 * Makes a root directory from Debian packages and all they depend on, through the host's apt
 * configuration. Maintainer scripts are not run; what shells and tools need from them (users, links
 * that update-alternatives makes, /tmp) is put there here. Throws RootfsError.
 */
export async function makeRootfs(request: RootfsRequest): Promise<{ packages: number }> {
  const { directory } = request;
  const stamp = join(directory, STAMP);
  const wanted = JSON.stringify({ architecture: request.architecture, packages: [...request.packages].sort() });
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return { packages: 0 };
  if (existsSync(directory) && readdirSync(directory).length > 0 && !existsSync(stamp)) {
    throw new RootfsError(`${directory} is not empty and was not made by this command`);
  }
  const apt = new Apt(request.architecture, join(request.cache ?? cacheDirectory(), 'apt'));
  const debs = await apt.download(request.packages, request.progress);
  mkdirSync(directory, { recursive: true });
  makeSkeleton(directory);
  for (const [index, deb] of debs.entries()) {
    request.progress(`unpacking ${index + 1}/${debs.length} ${deb.slice(deb.lastIndexOf('/') + 1)}`);
    unpack(deb, directory);
  }
  finish(directory);
  writeFileSync(stamp, wanted);
  return { packages: debs.length };
}

/** Directories that no package ships, and the links of a merged /usr, which must be there before packages are unpacked. */
function makeSkeleton(directory: string): void {
  for (const name of ['bin', 'sbin', 'lib']) {
    mkdirSync(join(directory, 'usr', name), { recursive: true });
    link(join(directory, name), `usr/${name}`);
  }
  for (const name of ['dev', 'proc', 'sys', 'run', 'etc', 'root', 'tmp', 'var/tmp', 'trusted/bin', 'mnt', 'home']) {
    mkdirSync(join(directory, name), { recursive: true });
  }
  chmodSync(join(directory, 'tmp'), 0o1777);
  chmodSync(join(directory, 'var/tmp'), 0o1777);
}

function unpack(deb: string, directory: string): void {
  const script = 'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink --no-same-owner -C "$2"';
  const result = spawnSync('sh', ['-c', script, 'sh', deb, directory], { encoding: 'utf8' });
  if (result.status !== 0) throw new RootfsError(`cannot unpack ${deb}: ${result.stderr.split('\n')[0]}`);
}

/** What maintainer scripts would have done. */
function finish(directory: string): void {
  const alternatives: [link: string, targets: string[]][] = [
    ['usr/bin/sh', ['dash', 'bash', 'busybox']],
    ['usr/bin/awk', ['mawk', 'gawk']],
    ['usr/bin/lua', ['lua5.4']],
    ['usr/bin/which', ['which.debianutils']],
  ];
  for (const [name, targets] of alternatives) {
    const target = targets.find((candidate) => existsSync(join(directory, 'usr/bin', candidate)));
    if (target) link(join(directory, name), target);
  }
  const files: Record<string, string> = {
    'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n',
    'etc/group': 'root:x:0:\ntty:x:5:\nnogroup:x:65534:\n',
    'etc/hosts': '127.0.0.1\tlocalhost\n',
    'etc/hostname': 'kml\n',
  };
  for (const [name, text] of Object.entries(files)) {
    if (!existsSync(join(directory, name))) writeFileSync(join(directory, name), text);
  }
}

function link(at: string, target: string): void {
  if (!lstatSync(at, { throwIfNoEntry: false })) symlinkSync(target, at);
}
