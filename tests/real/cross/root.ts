import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { lock } from '../lock.ts';
import { crossProgram, crossPrograms } from './build.ts';
import { crossDirectory, run } from './sources.ts';
import { type CrossTarget, type Linkage, NATIVE } from './targets.ts';

/** Names under which busybox is more programs. */
function applets(): string[] {
  const list = spawnSync(crossProgram(NATIVE, 'static', 'busybox'), ['--list'], { encoding: 'utf8' });
  return list.stdout.trim().split('\n');
}

/**
 * Makes (once; cached) a root of the cross-built programs: in /usr/bin and, for kernel mode, in
 * /trusted/bin; all other commands are busybox's applets.
 */
export function crossRoot(target: CrossTarget, linkage: Linkage): string {
  const root = join(crossDirectory(), target.name, `root-${linkage}`);
  const programs = crossPrograms(target, linkage);
  const release = lock(`cross-root-${target.name}-${linkage}`);
  try {
    if (!existsSync(root)) makeRoot(root, target, linkage, programs);
  } finally {
    release();
  }
  return root;
}

function makeRoot(root: string, target: CrossTarget, linkage: Linkage, programs: ReadonlyMap<string, string>): void {
  const fresh = `${root}.new`;
  rmSync(fresh, { recursive: true, force: true });
  for (const name of ['usr/bin', 'trusted/bin', 'etc', 'lib', 'dev', 'proc', 'root', 'tmp', 'mnt']) {
    mkdirSync(join(fresh, name), { recursive: true });
  }
  chmodSync(join(fresh, 'tmp'), 0o1777);
  symlinkSync('usr/bin', join(fresh, 'bin'));
  symlinkSync('usr/bin', join(fresh, 'sbin'));
  writeFileSync(join(fresh, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  writeFileSync(join(fresh, 'etc/group'), 'root:x:0:\n');
  for (const directory of ['usr/bin', 'trusted/bin']) fillPrograms(join(fresh, directory), programs);
  if (linkage === 'dynamic') copyLibraries(target, join(fresh, 'lib'));
  // One date for all, so that listings of two roots are alike.
  run('find', ['.', '-exec', 'touch', '-h', '-d', '2024-01-01', '{}', '+'], fresh);
  renameSync(fresh, root);
}

function fillPrograms(directory: string, programs: ReadonlyMap<string, string>): void {
  for (const [source, program] of programs) copyFileSync(program, join(directory, source));
  for (const name of applets()) {
    if (!existsSync(join(directory, name))) symlinkSync('busybox', join(directory, name));
  }
  if (!existsSync(join(directory, 'sh'))) symlinkSync('dash', join(directory, 'sh'));
}

function copyLibraries(target: CrossTarget, directory: string): void {
  const from = `/usr/${target.triple}/lib`;
  for (const name of readdirSync(from)) {
    if (/^(ld|lib(c|m|dl|pthread|resolv|rt|crypt|gcc_s|nss_files))[.-].*so\.\d+$/.test(name) || name === 'ld.so.1') {
      copyFileSync(join(from, name), join(directory, name));
    }
  }
}
