import { fileURLToPath } from 'node:url';
import pty from '@lydell/node-pty';
import { expect, test } from 'vitest';
import { ARCHS, guestDirectory } from './harness.ts';

const KML = fileURLToPath(new URL('../../bin/kml', import.meta.url));

/** Runs kml on a real pseudo-terminal; types `keys` once `cue` is on the screen. */
function onTerminal(args: string[], cue: string, keys: string): Promise<{ screen: string; status: number }> {
  return new Promise((resolve) => {
    const terminal = pty.spawn(KML, args, { cols: 80, rows: 24 });
    let screen = '';
    let typed = false;
    terminal.onData((text) => {
      screen += text;
      if (!typed && screen.includes(cue)) {
        typed = true;
        terminal.write(keys);
      }
    });
    terminal.onExit(({ exitCode }) => resolve({ screen, status: exitCode }));
  });
}

const CASES = ARCHS.flatMap((arch) => [
  [arch, []] as [string, string[]],
  [arch, ['--kernel-mode']] as [string, string[]],
]);

test.each(CASES)('%s: Ctrl-C on a real terminal ends an endless loop, with options %j', async (arch, options) => {
  const program = `${guestDirectory(arch)}spin`;
  const { status } = await onTerminal(['run', ...options, '--', program], 'spinning', '\x03');
  expect(status).toBe(128 + 2);
});

test.each(CASES)('%s: Ctrl-C on a real terminal ends the foreground loop, with options %j', async (arch, options) => {
  const program = `${guestDirectory(arch)}foreground`;
  const { screen, status } = await onTerminal(['run', ...options, '--', program], 'press Ctrl-C', '\x03');
  expect(screen).toContain('the loop was ended by signal 2');
  expect(status).toBe(0);
});
