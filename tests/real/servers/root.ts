import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDirectory, makeRootfs } from '@kml/host-node';
import { lock } from '../lock.ts';

/** Servers, their clients, tools of development, and tools that look at a system. */
const PACKAGES = [
  ...['bash', 'coreutils', 'diffutils', 'findutils', 'grep', 'sed', 'mawk', 'ncurses-base'],
  ...['make', 'tcc', 'libc6-dev', 'git', 'openssh-client', 'openssl', 'vim', 'perl', 'python3'],
  ...['redis-server', 'redis-tools', 'nginx-light', 'curl', 'postgresql-15', 'postgresql-client-15'],
  ...['procps', 'util-linux', 'mount', 'bsdutils', 'iproute2', 'net-tools', 'lsof', 'tmux'],
];

/** Users that the packages' maintainer scripts would have made. */
const USERS: Readonly<Record<string, readonly string[]>> = {
  'etc/passwd': ['www-data:x:33:33::/var/www:/bin/sh', 'postgres:x:101:101::/var/lib/postgresql:/bin/bash'],
  'etc/group': ['www-data:x:33:', 'postgres:x:101:'],
};

const KML = fileURLToPath(new URL('../../../bin/kml', import.meta.url));
const SCRIPTS = new URL('scripts/', import.meta.url);

export type Mode = 'user' | 'kernel';

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

/** Makes (once; cached) the root that all of these programs run in. */
export async function serverRoot(): Promise<string> {
  const directory = join(cacheDirectory(), 'roots', 'servers-i386');
  const release = lock('root-servers-i386');
  try {
    await makeRootfs({ directory, architecture: 'i386', packages: PACKAGES, progress: () => {} });
    for (const [name, lines] of Object.entries(USERS)) {
      const file = join(directory, name);
      const present = readFileSync(file, 'utf8').split('\n');
      for (const line of lines) if (!present.includes(line)) appendFileSync(file, `${line}\n`);
    }
  } finally {
    release();
  }
  return directory;
}

const ENVIRONMENT = { HOME: '/tmp', TERM: 'linux', LC_ALL: 'C', LANG: 'C', TZ: 'UTC0', PYTHONHASHSEED: '0' };
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/** A script for bash in the guest: a shared preamble, then the file of that name. */
function scriptOf(name: string): string {
  const read = (file: string): string => readFileSync(new URL(`${file}.sh`, SCRIPTS), 'utf8');
  return read('common') + read(name);
}

/** Runs a script in the root on the host's kernel, with processes, network and /tmp of its own. */
export function runNatively(root: string, name: string): Outcome {
  const script = [
    'mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && mount -t tmpfs tmpfs "$1/tmp"',
    'chroot "$1" /usr/sbin/ip link set lo up',
    'chroot "$1" /usr/bin/bash -c "$2"; exit $?',
  ].join(' && ');
  return run('unshare', ['-m', '-p', '-f', '-n', 'sh', '-c', script, 'sh', root, scriptOf(name)], {
    ...ENVIRONMENT,
    PATH: `${PATH}:${process.env.PATH}`,
  });
}

/** Runs it on KML. In kernel mode all programs come from /trusted, where the root's /usr is shown once more. */
export function runOnKml(root: string, name: string, mode: Mode): Outcome {
  const kernel = mode === 'kernel';
  const path = kernel ? `/trusted/sbin:/trusted/bin:${PATH}` : PATH;
  const variables = Object.entries({ ...ENVIRONMENT, PATH: path, USR: kernel ? '/trusted' : '/usr' });
  return run(KML, [
    ...['run', '--root', root, '--timeout', '250'],
    ...(kernel ? ['--mount', `${join(root, 'usr')}:/trusted:ro`] : []),
    ...variables.flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    ...['--', kernel ? '/trusted/bin/bash' : '/usr/bin/bash', '-c', scriptOf(name)],
  ]);
}

function run(program: string, args: readonly string[], env?: NodeJS.ProcessEnv): Outcome {
  const result = spawnSync(program, args, { encoding: 'latin1', input: '', maxBuffer: 1 << 26, ...(env && { env }) });
  if (result.error) throw result.error;
  return { stdout: result.stdout, stderr: result.stderr, status: result.status ?? 128 };
}
