import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { standardRegistry } from '@kml/machine';
import { afterAll, describe, test, vi } from 'vitest';
import { compileStatic } from './compile.ts';
import { type GuestProgram, guestPrograms } from './guest-programs.ts';

const KML = fileURLToPath(new URL('../../../bin/kml', import.meta.url));

vi.setConfig({ maxConcurrency: availableParallelism() });
const directory = mkdtempSync(join(tmpdir(), 'kml-syscalls-'));
afterAll(() => rmSync(directory, { recursive: true }));

interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | string;
}

const run = promisify(execFile);

/** Runs a command in an empty directory of its own. */
async function outcomeOf(command: readonly string[]): Promise<Outcome> {
  const cwd = mkdtempSync(join(directory, 'cwd-'));
  try {
    const { stdout, stderr } = await run(command[0]!, command.slice(1), { timeout: 200_000, cwd });
    return { stdout, stderr, status: 0 };
  } catch (error) {
    const { stdout, stderr, code, signal } = error as Outcome & { code: number; signal: string };
    return { stdout, stderr, status: signal ?? code };
  }
}

async function compile({ name, source }: GuestProgram, arch: string): Promise<string> {
  const program = join(directory, `${name}-${arch}`);
  await compileStatic(source, arch, program);
  return program;
}

const compiling = new Map<string, Promise<string>>();

/** The program for an architecture, compiled once. */
function compiled(program: GuestProgram, arch: string): Promise<string> {
  const key = `${program.name} ${arch}`;
  let path = compiling.get(key);
  if (path === undefined) compiling.set(key, (path = compile(program, arch)));
  return path;
}

/** The programs mount, own and limit: here as in the guest they run as root. */
const AS_ROOT = process.getuid?.() === 0 ? [] : ['sudo', '-n'];

const natively = new Map<string, Promise<Outcome>>();

/** What the program does on this host, or is known to do. */
function reference(program: GuestProgram): Promise<Outcome> {
  let outcome = natively.get(program.name);
  if (outcome === undefined) {
    outcome =
      program.expected === undefined
        ? compiled(program, 'ia32').then((path) => outcomeOf([...AS_ROOT, path]))
        : Promise.resolve({ stdout: program.expected, stderr: '', status: 0 });
    natively.set(program.name, outcome);
  }
  return outcome;
}

/** Names of the system calls that a run made, from its counters. */
function callsOf(stats: string, arch: string): Set<string> {
  const { syscalls, unimplemented } = JSON.parse(readFileSync(stats, 'utf8'));
  const { syscallNumbers } = standardRegistry().plugins.find(({ name }) => name === arch)!.abi;
  const numbers = Object.keys(unimplemented).map((number) => syscallNumbers.get(Number(number))!);
  return new Set([...Object.keys(syscalls), ...numbers]);
}

const ARCHES = standardRegistry().plugins.map(({ name }) => name);

/** Each program prints only what is the same on every Linux: here it prints what it does on the host's. */
describe.each(guestPrograms())('$name', (program) => {
  const arches = ARCHES.filter((arch) => program.only?.includes(arch) ?? true);

  test.concurrent.for(arches)('on %s, in both modes, as natively', async (arch, { expect }) => {
    const path = await compiled(program, arch);
    const expected = await reference(program);
    expect(expected).toMatchObject({ stderr: '', status: 0 });
    for (const mode of [[], ['--kernel-mode']]) {
      const stats = `${path}${mode}.json`;
      const command = [KML, 'run', '--timeout', '150', '--time', 'virtual', '--stats', stats, ...mode, path];
      expect(await outcomeOf(command), `${arch} ${mode}`).toEqual(expected);
      if (arch !== 'ia32') continue;
      const made = callsOf(stats, arch);
      const missing = program.calls.filter((call) => !made.has(call));
      expect(missing, `${mode} does not make the calls that it names`).toEqual([]);
    }
  });
});
