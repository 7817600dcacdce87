import { fileURLToPath } from 'node:url';
import pty from '@lydell/node-pty';
import { beforeAll, expect, test } from 'vitest';
import { type Debian, debianRoot } from './root.ts';

const KML = fileURLToPath(new URL('../../../bin/kml', import.meta.url));
const ENVIRONMENT = ['HOME=/root', 'TERM=dumb', 'LC_ALL=C', 'PS1=$ ', 'PATH=/trusted/bin:/usr/bin'];
const BASH = ['--norc', '--noprofile', '-i'];
/** The prompt behind the last output. */
const PROMPT = /(^|\n)\$ $/;

/** The session is played in both modes on each. */
const ARCHITECTURES: readonly Debian[] = ['i386', 'armhf', 'armel', 'mipsel'];

const roots = new Map<Debian, string>();
beforeAll(async () => {
  for (const architecture of ARCHITECTURES) roots.set(architecture, await debianRoot(architecture));
});

/** What is typed, and what must have come since the last was typed before it is. */
type Step = readonly [when: RegExp, keys: string];

/** A session of job control: stop, look, continue behind and in front, interrupt, read from behind. */
const SESSION: readonly Step[] = [
  [PROMPT, 'tty -s && echo on a terminal\r'],
  [PROMPT, 'sleep 100\r'],
  [/sleep 100\r\n$/, '\x1a'],
  [PROMPT, 'jobs\r'],
  [PROMPT, 'bg\r'],
  [PROMPT, 'jobs\r'],
  [PROMPT, 'fg %1\r'],
  [/fg %1\r\nsleep 100\r\n$/, '\x03'],
  [PROMPT, 'echo status $?\r'],
  [PROMPT, 'cat\r'],
  [/cat\r\n$/, 'typed to cat\r'],
  [/typed to cat\r\ntyped to cat\r\n$/, '\x04'],
  [PROMPT, 'sh -c "trap \\"echo caught; exit 4\\" INT; echo waiting; while :; do :; done"\r'],
  [/waiting\r\n$/, '\x03'],
  [PROMPT, 'echo status $?\r'],
  // Reading the terminal from the background stops a job.
  [PROMPT, 'cat > /dev/null & sleep 0.3\r'],
  [/Stopped.*\r\n\$ $/s, 'fg\r'],
  [/fg\r\ncat > \/dev\/null\r\n$/, '\x04'],
  [PROMPT, 'jobs; echo status $?\r'],
  [PROMPT, 'sleep 100 | cat\r'],
  [/sleep 100 \| cat\r\n$/, '\x1c'],
  [PROMPT, 'echo status $PIPESTATUS $?\r'],
  [PROMPT, 'x=mistake\x08\x08\x7f\x15echo rubbed out\r'],
  [PROMPT, 'stty -a | grep -o "intr = ^.\\|rows [0-9]*\\|-\\?echo "\r'],
  [PROMPT, 'stty -echo; read x; stty echo; echo got $x\r'],
  [/got \$x\r\n$/, 'secret\r'],
  [PROMPT, 'exit 7\r'],
];

/** Plays the session on a terminal; the screen's text and the exit status. */
function play(program: string, args: readonly string[]): Promise<{ screen: string; status: number }> {
  return new Promise((resolve) => {
    const terminal = pty.spawn(program, [...args], { cols: 80, rows: 24, env: { PATH: process.env.PATH ?? '' } });
    let screen = '';
    let since = '';
    let step = 0;
    terminal.onData((text) => {
      screen += text;
      since += text;
      const next = SESSION[step];
      if (next === undefined || !next[0].test(since)) return;
      step++;
      since = '';
      // The foreground program is to have reached its wait.
      setTimeout(() => terminal.write(next[1]), 300);
    });
    const guard = setTimeout(() => terminal.kill('SIGKILL'), 90_000);
    terminal.onExit(({ exitCode }) => {
      clearTimeout(guard);
      resolve({ screen, status: exitCode });
    });
  });
}

/** Process numbers differ from run to run. */
const normalise = ({ screen, status }: { screen: string; status: number }) => ({
  status,
  screen: screen.replace(/^\[(\d)\] \d+\r$/gm, '[$1] PID\r').split('\r\n'),
});

let native: Promise<{ screen: string; status: number }> | undefined;

test.each(
  ARCHITECTURES.flatMap((architecture) => [[architecture, 'user'] as const, [architecture, 'kernel'] as const]),
)("job control of %s's interactive bash, in %s mode, looks as i386's does natively", async (architecture, mode) => {
  const bash = mode === 'kernel' ? '/trusted/bin/bash' : '/usr/bin/bash';
  const root = roots.get(architecture)!;
  const script = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" env -i "$@"';
  native ??= play('unshare', [
    '-m',
    '-p',
    '-f',
    'sh',
    '-c',
    script,
    roots.get('i386')!,
    ...ENVIRONMENT,
    '/usr/bin/bash',
    ...BASH,
  ]);
  const environment = ENVIRONMENT.flatMap((variable) => ['--env', variable]);
  const ours = await play(KML, ['run', '--root', root, '--timeout', '100', ...environment, '--', bash, ...BASH]);
  expect(normalise(ours)).toEqual(normalise(await native));
});
