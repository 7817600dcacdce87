import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '@kml/host-node';
import { lock } from '../lock.ts';

/** Debian source packages. */
export const SOURCES = ['busybox', 'dash', 'bash', 'lua5.4', 'sqlite3'] as const;
export type Source = (typeof SOURCES)[number];

/** Runs a command to its end. Throws with what it said last if it fails. */
export function run(command: string, args: readonly string[], cwd: string, env: Record<string, string> = {}): void {
  const result = spawnSync(command, args, {
    cwd,
    encoding: 'latin1',
    maxBuffer: 1 << 28,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    throw new Error(`${command} ${args.join(' ')}: ${`${result.stdout}${result.stderr}`.slice(-2000)}`);
  }
}

/** Where everything of this suite is kept between runs. */
export function crossDirectory(): string {
  return join(cacheDirectory(), 'cross');
}

/**
 * Directory of a package's unpacked and patched source, fetched once. apt-get gets lists and a source
 * list of its own, so that the host's need not name source packages.
 */
export function sourceDirectory(source: Source): string {
  const sources = join(crossDirectory(), 'sources');
  const release = lock('cross-sources');
  try {
    if (!existsSync(sources)) fetchSources(sources);
  } finally {
    release();
  }
  const name = readdirSync(sources, { withFileTypes: true }).find(
    (entry) => entry.isDirectory() && entry.name.startsWith(`${source}-`),
  )?.name;
  if (name === undefined) throw new Error(`apt-get source made no ${source}`);
  return join(sources, name);
}

/** Fetches beside the directory and moves what is complete into place. */
function fetchSources(directory: string): void {
  mkdirSync(crossDirectory(), { recursive: true });
  const work = mkdtempSync(join(crossDirectory(), 'sources-'));
  const state = join(work, 'apt');
  const sources = join(work, 'sources');
  mkdirSync(join(state, 'lists/partial'), { recursive: true });
  mkdirSync(join(state, 'archives/partial'), { recursive: true });
  mkdirSync(sources);
  writeFileSync(join(state, 'status'), '');
  writeFileSync(join(state, 'sources.list'), 'deb-src http://deb.debian.org/debian bookworm main\n');
  const settings: Record<string, string> = {
    'Dir::Etc::SourceList': join(state, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State': state,
    'Dir::State::Lists': join(state, 'lists'),
    'Dir::State::status': join(state, 'status'),
    'Dir::Cache::archives': join(state, 'archives'),
    'Dir::Cache::pkgcache': join(state, 'pkgcache.bin'),
    'Dir::Cache::srcpkgcache': join(state, 'srcpkgcache.bin'),
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Debug::NoLocking': 'true',
  };
  const options = ['-q', ...Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`])];
  try {
    run('apt-get', [...options, 'update'], sources);
    run('apt-get', [...options, 'source', ...SOURCES], sources);
    renameSync(sources, directory);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
