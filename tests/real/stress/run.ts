import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDirectory, makeRootfs } from '@kml/host-node';
import type { Stressor } from './stressors.ts';

const KML = fileURLToPath(new URL('../../../bin/kml', import.meta.url));

/** Debian's architectures, with the slowest CPU here: a second of its time is the cheapest. */
const CPUS = { i386: 'pentium3', armhf: 'arm926', mipsel: 'mips-4kc' } as const;
export type StressArchitecture = keyof typeof CPUS;
export type Mode = 'user' | 'kernel';

/** Makes (once; cached) a Debian root with stress-ng in it, under /trusted too. */
export async function stressRoot(architecture: StressArchitecture): Promise<string> {
  const directory = join(cacheDirectory(), 'roots', `stress-${architecture}`);
  await makeRootfs({ directory, architecture, packages: ['stress-ng'], progress: () => {} });
  const trusted = join(directory, 'trusted/bin');
  if (!existsSync(join(trusted, 'stress-ng'))) {
    mkdirSync(trusted, { recursive: true });
    copyFileSync(join(directory, 'usr/bin/stress-ng'), join(trusted, 'stress-ng'));
  }
  return directory;
}

/** How long a stressor runs, and by which clock. */
export interface Extent {
  readonly time: 'virtual' | 'real';
  /** stress-ng's own options for that. */
  readonly options: readonly string[];
  /** Host seconds after which it counts as hanging. */
  readonly patience: number;
  /** Guest memory. */
  readonly memory: string;
}

/** So many of its operations, in virtual time; those that end by the clock alone, for a second of it. */
export function byOperations(stressor: Stressor, which: 'ops' | 'few'): Extent {
  const { name, ops, few } = stressor;
  const options =
    ops === 'second'
      ? ['--timeout', '1s']
      : ['--timeout', '0', `--${name}-ops`, String(which === 'few' ? (few ?? ops) : ops)];
  return { time: 'virtual', options, patience: 240, memory: '256M' };
}

/** For so many seconds of the host's time, with room for what is written then (shm: 256 MiB) before anybody is killed for want of memory. */
export function bySeconds(seconds: number): Extent {
  return { time: 'real', options: ['--timeout', `${seconds}s`], patience: 60 + 20 * seconds, memory: '512M' };
}

/** What a run came to. */
export interface Verdict {
  readonly status: number;
  /** Lines in which stress-ng (or kml) reports an anomaly. */
  readonly complaints: readonly string[];
  /** stress-ng says that the run was a success. */
  readonly successful: boolean;
  /** Bogo operations by its own count. */
  readonly operations: number;
}

/** Runs one stressor with --verify. */
export function runStressor(
  root: string,
  architecture: StressArchitecture,
  mode: Mode,
  stressor: Stressor,
  extent: Extent,
): Verdict {
  const program = mode === 'kernel' ? '/trusted/bin/stress-ng' : '/usr/bin/stress-ng';
  const user = stressor.user ? ['--user', '65534:65534'] : [];
  const machine = [
    '--root',
    root,
    '--cwd',
    '/tmp',
    '--memory',
    extent.memory,
    '--time',
    extent.time,
    '--cpu',
    CPUS[architecture],
    ...user,
  ];
  const always = ['--temp-path', '/tmp', '--verify', '--metrics-brief', '--no-rand-seed'];
  const own = [`--${stressor.name}`, '1', ...extent.options, ...(stressor.options ?? [])];
  const result = spawnSync(
    KML,
    ['run', ...machine, '--timeout', String(extent.patience), '--', program, ...always, ...own],
    { encoding: 'latin1', input: '', maxBuffer: 1 << 26 },
  );
  if (result.error) throw result.error;
  return verdict(result.status ?? 128, `${result.stdout}${result.stderr}`, stressor.name);
}

/** Reads stress-ng's log: whatever is neither an information nor a metric, and whatever speaks of failure. */
function verdict(status: number, log: string, name: string): Verdict {
  const lines = log.split('\n').filter((line) => line !== '');
  const harmless = /^stress-ng: (info|metrc): /;
  const telling = /skip|fail|unsupported|not implemented|untrustworthy|out of memory|OOM/i;
  const count = lines.map((line) => new RegExp(`^stress-ng: metrc: \\[\\d+\\] ${name} +(\\d+)`).exec(line)?.[1]);
  return {
    status,
    complaints: lines.filter((line) => !harmless.test(line) || telling.test(line)),
    successful: lines.some((line) => line.includes('successful run completed')),
    operations: Number(count.find((found) => found !== undefined) ?? 0),
  };
}
