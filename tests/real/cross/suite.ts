import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ALONE, CASES } from '../debian/cases.ts';
import { type Command, type Outcome, runInHostRoot, runNatively } from '../debian/root.ts';
import { runInRoot } from './machine.ts';
import { crossRoot } from './root.ts';
import { SOURCES } from './sources.ts';
import { type CrossTarget, type Linkage, NATIVE } from './targets.ts';

/** Cases of the Debian acceptance list that are about the programs built here, on files that are the same for every ISA. */
const SUITE = Object.entries(CASES)
  .filter(([, { argv }]) => (SOURCES as readonly string[]).includes(argv[0]!))
  .map(([name, command]): [string, Command] => [
    name,
    { ...command, argv: command.argv.map((text) => text.replaceAll('/usr/bin/bash', '/etc/passwd')) },
  ]);

const ENVIRONMENT = { HOME: '/root', TERM: 'dumb', LC_ALL: 'C', LANG: 'C', TZ: 'UTC0' };
const BUILD_MILLISECONDS = 1_800_000;

/** Without what depends on where a program is, when it was built, and in which groups the test itself runs. */
function normalise(text: string): string {
  return text
    .replaceAll('/trusted/bin/', '/usr/bin/')
    .replace(/^.*line \d+: /gm, '')
    .replace(/(?<=^uid=.*\))(?: groups=\S+)$/gm, '')
    .replace(/^(BusyBox \S+) \(.*?\)/gm, '$1');
}

const normalised = ({ stdout, stderr, status }: Outcome): Outcome => ({
  stdout: normalise(stdout),
  stderr: normalise(stderr),
  status,
});

/**
 * Declares the acceptance tests of a target that Debian has no packages of: the programs built for it do,
 * static and dynamic, in user and in kernel mode, what builds for i386 do natively; and those that start no
 * other program what QEMU's user mode makes of them.
 */
export function crossSuite(target: CrossTarget): void {
  let nativeRoot: string;
  const roots = new Map<Linkage, string>();
  const oracles = new Map<string, readonly Outcome[]>();

  // The target's own first: another worker may be building what both need.
  beforeAll(() => {
    for (const linkage of ['static', 'dynamic'] as const) roots.set(linkage, crossRoot(target, linkage));
    nativeRoot = crossRoot(NATIVE, 'static');
  }, BUILD_MILLISECONDS);

  const expectedOf = (name: string, command: Command): readonly Outcome[] => {
    let outcomes = oracles.get(name);
    if (outcomes === undefined) {
      outcomes = [runNatively(nativeRoot, command)];
      if (ALONE.has(name)) outcomes = [...outcomes, runEmulated(target, roots.get('static')!, command)];
      oracles.set(name, outcomes);
    }
    return outcomes;
  };

  for (const mode of ['user', 'kernel'] as const) {
    for (const linkage of ['static', 'dynamic'] as const) {
      describe(`${linkage} programs built for ${target.name}, in ${mode} mode, do what they do elsewhere`, () => {
        test.each(SUITE)('%s', async (name, command) => {
          const bin = mode === 'kernel' ? '/trusted/bin' : '/usr/bin';
          const path = mode === 'kernel' ? '/trusted/bin:/usr/bin' : '/usr/bin';
          const guest = {
            argv: [`${bin}/${command.argv[0]}`, ...command.argv.slice(1)],
            stdin: command.stdin ?? '',
            env: { ...ENVIRONMENT, PATH: path },
          };
          const outcome = normalised(await runInRoot(target, roots.get(linkage)!, guest, { time: 'real' }));
          for (const expected of expectedOf(name, command)) expect(outcome).toEqual(normalised(expected));
        });
      });
    }
  }
}

/** Runs a program that starts no other under QEMU's user mode. */
function runEmulated(target: CrossTarget, root: string, command: Command): Outcome {
  const path = spawnSync('sh', ['-c', `command -v ${target.qemu}`], { encoding: 'utf8' }).stdout.trim();
  copyFileSync(path, join(root, 'mnt/qemu'));
  return runInHostRoot(root, command, ['/mnt/qemu', '-0', `/usr/bin/${command.argv[0]}`]);
}
