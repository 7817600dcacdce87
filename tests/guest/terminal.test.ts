import { fileURLToPath } from 'node:url';
import pty from '@lydell/node-pty';
import { expect, test } from 'vitest';

const KML = fileURLToPath(new URL('../../bin/kml', import.meta.url));
const FOREGROUND = fileURLToPath(new URL('../../guest/bin/ia32/foreground', import.meta.url));

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

test.each([[[]], [['--kernel-mode']]])(
  'Ctrl-C on a real terminal ends the foreground loop, with options %j',
  async (options) => {
    const { screen, status } = await onTerminal(['run', ...options, '--', FOREGROUND], 'press Ctrl-C', '\x03');
    expect(screen).toContain('the loop was ended by signal 2');
    expect(status).toBe(0);
  },
);
