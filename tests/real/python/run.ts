import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ModuleRow } from './modules.ts';
import { type Outcomes, readOutcomes } from './outcomes.ts';

const KML = fileURLToPath(new URL('../../../bin/kml', import.meta.url));
const CASES = fileURLToPath(new URL('guest', import.meta.url));
const NATIVE = fileURLToPath(new URL('native.sh', import.meta.url));

const ENVIRONMENT = {
  HOME: '/root',
  TERM: 'dumb',
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC0',
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
};
/** 32-bit Python's tests of the largest decimals want address space, and touch much of it. */
const MEMORY = '1G';

export interface Run extends Outcomes {
  /** The end of what it said on standard error. */
  readonly errors: string;
  readonly status: number;
}

/** Arguments of cases.py for a module. */
function casesOf({ name, excluded = {} }: ModuleRow, patterns: readonly string[]): string[] {
  const left = Object.keys(excluded);
  return [
    ...(left.length > 0 ? ['--exclude', left.join(',')] : []),
    [name, ...(patterns.length > 0 ? [patterns.join(',')] : [])].join(':'),
  ];
}

async function outcomesOf(program: string, args: readonly string[], env?: Record<string, string>): Promise<Run> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...(env && { env }) });
  let lines = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    lines += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4000);
  });
  const [status] = await once(child, 'close');
  return { ...readOutcomes(lines), errors, status: status ?? 128 };
}

/**
 * Runs a module on the host's own kernel, in the tree with name spaces of its own: nothing is left of
 * it, and its network is a loopback only, as a machine's.
 */
export function runNatively(tree: string, row: ModuleRow, patterns: readonly string[]): Promise<Run> {
  const args = [NATIVE, tree, CASES, '/usr/bin/python3', '/mnt/cases.py', ...casesOf(row, patterns)];
  return outcomesOf('unshare', ['-m', '-p', '-f', '-n', '-i', '-u', 'sh', ...args], ENVIRONMENT);
}

/** Runs modules on a machine, one process after the other, in virtual time: what sleeps takes no time then. */
export function runOnKml(
  tree: string,
  rows: readonly (readonly [row: ModuleRow, patterns: readonly string[]])[],
  seconds: number,
  options: readonly string[] = [],
): Promise<Run> {
  const script = rows
    .map(([row, patterns]) =>
      ['/usr/bin/python3', '/mnt/cases.py', ...casesOf(row, patterns)].map((word) => `'${word}'`).join(' '),
    )
    .join('\n');
  const environment = Object.entries(ENVIRONMENT).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  return outcomesOf(KML, [
    ...['run', '--root', tree, '--mount', `${CASES}:/mnt:ro`, '--memory', MEMORY, '--time', 'virtual'],
    ...['--timeout', String(seconds), ...environment, ...options, '--', '/usr/bin/sh', '-c', script],
  ]);
}
