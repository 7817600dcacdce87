import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MemoryFile } from '@kml/machine';
import type { Outcome } from './machine.ts';
import { crossDirectory, run } from './sources.ts';
import type { CrossTarget, Linkage } from './targets.ts';
import { NATIVE } from './targets.ts';

const DIRECTORY = fileURLToPath(new URL('c/', import.meta.url));

/** The C programs of this suite, by name. */
export const C_PROGRAMS = readdirSync(DIRECTORY).map((name) => name.replace(/\.c$/, ''));

/** Results must not depend on the machine: no contracted or excess-precision arithmetic. */
const FLAGS = ['-O2', '-w', '-ffp-contract=off'];
const NATIVE_FLAGS = ['-msse2', '-mfpmath=sse'];

/** Path of a compiled program; compiled again where its source is newer. */
export function compiled(target: CrossTarget, linkage: Linkage, name: string): string {
  const source = join(DIRECTORY, `${name}.c`);
  const directory = join(crossDirectory(), target.name, `c-${linkage}`);
  const program = join(directory, name);
  if (existsSync(program) && statSync(program).mtimeMs > statSync(source).mtimeMs) return program;
  mkdirSync(directory, { recursive: true });
  const flags = [...FLAGS, ...(target === NATIVE ? NATIVE_FLAGS : []), ...(linkage === 'static' ? ['-static'] : [])];
  run(`${target.triple}-gcc`, [...flags, '-o', program, source, '-lpthread', '-lm'], directory);
  return program;
}

const outcomes = new Map<string, Outcome>();

/**
 * What a program does elsewhere: compiled for i386 on the host's own kernel; where it asks for what the target's
 * calling convention has not, compiled for the target under QEMU's user mode.
 */
export function expectedOf(target: CrossTarget, name: string): Outcome {
  const emulated = target.softFloat === true && name === 'rounding';
  const subject = emulated ? target : NATIVE;
  const key = `${subject.name} ${name}`;
  let outcome = outcomes.get(key);
  if (outcome === undefined) outcomes.set(key, (outcome = runOnHost(subject, name)));
  return outcome;
}

function runOnHost(target: CrossTarget, name: string): Outcome {
  const program = compiled(target, 'static', name);
  const [command, ...args] = target.qemu === undefined ? [program] : [target.qemu, program];
  const { stdout, stderr, status, signal } = spawnSync(command!, args, {
    ...(target === NATIVE && { argv0: name }),
    encoding: 'latin1',
    cwd: '/tmp',
    env: { PATH: '/usr/bin:/bin' },
  });
  return { stdout, stderr, status: status ?? (signal === 'SIGABRT' ? 134 : 128) };
}

/** The cross C library, as a guest finds it. */
export function libraryFiles(target: CrossTarget): Record<string, MemoryFile> {
  const directory = `/usr/${target.triple}/lib`;
  const names = ['libc.so.6', 'libm.so.6', 'libpthread.so.0', 'libgcc_s.so.1'];
  const files: Record<string, MemoryFile> = {};
  for (const name of names) files[`/lib/${name}`] = readFileSync(join(directory, name));
  files[target.linker] = readFileSync(join(directory, target.linker.replace('/lib/', '')));
  return files;
}
