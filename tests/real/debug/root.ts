import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDirectory, makeRootfs } from '@kml/host-node';

const KML = fileURLToPath(new URL('../../../bin/kml', import.meta.url));
const SOURCES = fileURLToPath(new URL('.', import.meta.url));

/** Packages of the roots: i386 has the debugger too. */
const PACKAGES = {
  i386: ['strace', 'gdb-minimal', 'dash', 'coreutils'],
  armhf: ['strace', 'dash', 'coreutils'],
  mipsel: ['strace', 'dash', 'coreutils'],
} as const;
export type DebugArchitecture = keyof typeof PACKAGES;

/** Makes (once; cached) a Debian root with the tracers. */
export async function debugRoot(architecture: DebugArchitecture): Promise<string> {
  const directory = join(cacheDirectory(), 'roots', `debug-${architecture}`);
  await makeRootfs({ directory, architecture, packages: [...PACKAGES[architecture]], progress: () => {} });
  return directory;
}

/** A directory of test programs, seen at /opt in the guest. */
export function programDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'kml-debug-'));
}

/** Compiles a program of this directory with symbols and without optimisation. */
export function compile(compiler: string, source: string, output: string, ...flags: string[]): void {
  const all = ['-g', '-O0', '-w', '-fno-pie', '-no-pie', '-pthread', ...flags];
  // The name in the debugging information does not depend on where the sources lie.
  execFileSync(compiler, [...all, '-o', output, `${source}.c`], { cwd: SOURCES });
}

const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', HOME: '/root', SHELL: '/bin/sh' };

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

function spawn(command: readonly string[]): Outcome {
  const result = spawnSync(command[0]!, command.slice(1), { encoding: 'latin1', maxBuffer: 1 << 26, timeout: 170_000 });
  return { stdout: result.stdout, stderr: result.stderr, status: result.status };
}

/** Runs a shell command on the host's own kernel: in the root, with its own /proc, /dev and an empty /tmp. */
export function natively(root: string, programs: string, command: string): Outcome {
  const script =
    'r=$1 p=$2; shift 2; mkdir -p "$r/opt" && mount -t proc proc "$r/proc" && mount --rbind /dev "$r/dev" && mount -t tmpfs tmpfs "$r/tmp" && mount --bind "$p" "$r/opt" && exec env -i "$@"';
  const environment = Object.entries(ENVIRONMENT).map(([name, value]) => `${name}=${value}`);
  const inside = [...environment, '/usr/sbin/chroot', root, '/bin/sh', '-c', command];
  return spawn(['unshare', '-m', '-p', '-f', 'sh', '-c', script, 'sh', root, programs, ...inside]);
}

/** Runs it in the guest. */
export function inGuest(root: string, programs: string, command: string, ...options: string[]): Outcome {
  const environment = Object.entries(ENVIRONMENT).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const place = ['--root', root, '--mount', `${programs}:/opt`, '--timeout', '150'];
  return spawn([KML, 'run', ...place, ...environment, ...options, '--', '/bin/sh', '-c', command]);
}

/** Runs a program of a directory that is the whole root, and that it may write to. */
export function alone(root: string, argv: readonly string[], ...options: string[]): Outcome {
  return spawn([KML, 'run', '--root', root, '--write', '--cwd', '/tmp', '--timeout', '100', ...options, '--', ...argv]);
}
