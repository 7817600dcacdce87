import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDirectory, makeRootfs } from '@kml/host-node';
import { lock } from '../lock.ts';

/** The packages whose programs are the acceptance list. */
export const PACKAGES = [
  ...[
    'busybox-static',
    'bash',
    'dash',
    'coreutils',
    'findutils',
    'grep',
    'sed',
    'mawk',
    'tar',
    'gzip',
    'xz-utils',
    'bc',
    'diffutils',
  ],
  ...['perl-base', 'python3-minimal', 'libpython3-stdlib', 'lua5.4', 'sqlite3'],
];

const KML = fileURLToPath(new URL('../../../bin/kml', import.meta.url));

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

export interface Command {
  /** Program by base name, then its arguments. */
  readonly argv: readonly string[];
  readonly stdin?: string;
}

/** Debian's architectures whose programs run here. */
export type Debian = 'i386' | 'armhf' | 'armel' | 'mipsel';

/** QEMU's user mode for those whose programs no CPU here runs. */
const QEMU: Readonly<Record<Exclude<Debian, 'i386'>, string>> = {
  armhf: 'qemu-arm-static',
  armel: 'qemu-arm-static',
  mipsel: 'qemu-mipsel-static',
};

/** Makes (once; cached) a Debian root with all programs in /trusted/bin too. */
export function debianRoot(architecture: Debian = 'i386'): Promise<string> {
  return trustedRoot('acceptance', architecture, PACKAGES, 'bash');
}

/** The same of Debian's dynamic busybox, which is not installed beside the static one. */
export function busyboxRoot(architecture: Debian): Promise<string> {
  return trustedRoot('busybox', architecture, ['busybox'], 'busybox');
}

/** @param one of its programs */
async function trustedRoot(
  name: string,
  architecture: Debian,
  packages: readonly string[],
  one: string,
): Promise<string> {
  const directory = join(cacheDirectory(), 'roots', `${name}-${architecture}`);
  const release = lock(name === 'acceptance' ? `root-${architecture}` : `root-${name}-${architecture}`);
  try {
    await makeRootfs({ directory, architecture, packages, progress: () => {} });
    if (!existsSync(join(directory, 'trusted/bin', one))) copyPrograms(directory);
  } finally {
    release();
  }
  return directory;
}

/** All programs of a root once more under /trusted, where they run in kernel mode. */
function copyPrograms(directory: string): void {
  const trusted = join(directory, 'trusted/bin');
  mkdirSync(trusted, { recursive: true });
  for (const name of readdirSync(join(directory, 'usr/bin'))) {
    try {
      copyFileSync(realpathSync(join(directory, 'usr/bin', name)), join(trusted, name));
    } catch (error) {
      // Absolute links of the guest lead nowhere on the host.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

const ENVIRONMENT = { HOME: '/root', TERM: 'dumb', LC_ALL: 'C', LANG: 'C', TZ: 'UTC0', PYTHONHASHSEED: '0' };

/** Runs a command on the host's own kernel: in the root, with its own /proc and an empty /tmp, nothing of it kept. */
export function runNatively(root: string, command: Command): Outcome {
  return runInHostRoot(root, command, []);
}

/**
 * The same under QEMU's user mode. For programs that run alone: this host starts no programs of other
 * architectures, and QEMU none either.
 */
export function runUnderQemu(root: string, architecture: Exclude<Debian, 'i386'>, command: Command): Outcome {
  const emulator = join(root, 'run/qemu');
  const path = spawnSync('sh', ['-c', `command -v ${QEMU[architecture]}`], { encoding: 'utf8' }).stdout.trim();
  const release = lock(`qemu-${architecture}`);
  try {
    if (!existsSync(emulator)) copyFileSync(path, emulator);
  } finally {
    release();
  }
  return runInHostRoot(root, command, ['/run/qemu', '-0', `/usr/bin/${command.argv[0]}`]);
}

/** Runs a command on the host in a root, with its own /proc and an empty /tmp; before: an emulator and its arguments. */
export function runInHostRoot(root: string, command: Command, before: readonly string[]): Outcome {
  // The shell outlives the command (a first process of its own would ignore signals), and is not to say what became of it.
  const script =
    'mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && mount -t tmpfs tmpfs "$1/tmp" && r=$1 && shift && exec 3>&2 2>/dev/null && { (exec 2>&3 3>&- && exec chroot "$r" "$@"); exit $?; }';
  return spawn(
    'unshare',
    [
      '-m',
      '-p',
      '-f',
      'sh',
      '-c',
      script,
      'sh',
      root,
      ...before,
      `/usr/bin/${command.argv[0]}`,
      ...command.argv.slice(1),
    ],
    command,
    {
      ...ENVIRONMENT,
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    },
  );
}

/** Runs it on KML, in user mode or (all programs from /trusted/bin) in kernel mode. */
export function runOnKml(
  root: string,
  command: Command,
  mode: 'user' | 'kernel',
  options: readonly string[] = [],
): Outcome {
  const directory = mode === 'kernel' ? '/trusted/bin' : '/usr/bin';
  const path = mode === 'kernel' ? '/trusted/bin:/usr/sbin:/usr/bin' : '/usr/sbin:/usr/bin:/sbin:/bin';
  const environment = Object.entries({ ...ENVIRONMENT, PATH: path }).flatMap(([name, value]) => [
    '--env',
    `${name}=${value}`,
  ]);
  return spawn(
    KML,
    [
      'run',
      '--root',
      root,
      '--timeout',
      '250',
      ...environment,
      ...options,
      '--',
      `${directory}/${command.argv[0]}`,
      ...command.argv.slice(1),
    ],
    command,
  );
}

function spawn(program: string, args: readonly string[], command: Command, env?: Record<string, string>): Outcome {
  const result = spawnSync(program, args, {
    encoding: 'latin1',
    input: command.stdin ?? '',
    maxBuffer: 1 << 26,
    ...(env && { env: { ...env, PATH: process.env.PATH ?? '' } }),
  });
  if (result.error) throw result.error;
  return { stdout: result.stdout, stderr: result.stderr, status: result.status ?? 128 };
}
