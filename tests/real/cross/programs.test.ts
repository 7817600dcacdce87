import { beforeAll, describe, expect, test } from 'vitest';
import { CASES } from '../debian/cases.ts';
import { type Command, type Outcome, runNatively } from '../debian/root.ts';
import { runInRoot } from './machine.ts';
import { crossRoot } from './root.ts';
import { SOURCES } from './sources.ts';
import { NATIVE, TESTED } from './targets.ts';

/** Cases of the Debian acceptance list that are about the programs built here, on files that are the same for every ISA. */
const SUITE = Object.entries(CASES)
  .filter(([, { argv }]) => (SOURCES as readonly string[]).includes(argv[0]!))
  .map(([name, command]): [string, Command] => [
    name,
    { ...command, argv: command.argv.map((text) => text.replaceAll('/usr/bin/bash', '/etc/passwd')) },
  ]);

const ENVIRONMENT = { HOME: '/root', TERM: 'dumb', LC_ALL: 'C', LANG: 'C', TZ: 'UTC0' };

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

const WAYS = [
  { mode: 'user', linkage: 'static' },
  { mode: 'user', linkage: 'dynamic' },
  { mode: 'kernel', linkage: 'static' },
] as const;

let nativeRoot: string;
const native = new Map<string, Outcome>();

beforeAll(() => {
  nativeRoot = crossRoot(NATIVE, 'static');
}, 1_200_000);

describe.each(TESTED.flatMap((target) => WAYS.map((way) => ({ ...way, target, arch: target.arch }))))(
  'cross-built programs on $arch in $mode mode, $linkage, do what i386 builds do natively',
  ({ target, mode, linkage }) => {
    let root: string;
    beforeAll(() => {
      root = crossRoot(target, linkage);
    }, 1_200_000);

    test.each(SUITE)('%s', async (name, command) => {
      let expected = native.get(name);
      if (expected === undefined) native.set(name, (expected = runNatively(nativeRoot, command)));
      const bin = mode === 'kernel' ? '/trusted/bin' : '/usr/bin';
      const outcome = await runInRoot(
        target,
        root,
        {
          argv: [`${bin}/${command.argv[0]}`, ...command.argv.slice(1)],
          stdin: command.stdin ?? '',
          env: { ...ENVIRONMENT, PATH: mode === 'kernel' ? '/trusted/bin:/usr/bin' : '/usr/bin' },
        },
        { time: 'real' },
      );
      expect(normalised(outcome)).toEqual(normalised(expected));
    });
  },
);
