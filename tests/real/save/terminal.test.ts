import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pty from '@lydell/node-pty';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { debianRoot } from '../debian/root.ts';

const KML = fileURLToPath(new URL('../../../bin/kml', import.meta.url));
const PROMPT = /(^|\n)\$ $/;
const directory = mkdtempSync(join(tmpdir(), 'kml-save-terminal-'));
const file = join(directory, 'saved');
afterAll(() => rmSync(directory, { recursive: true }));

let root: string;
beforeAll(async () => {
  root = await debianRoot();
});

/** A program on a terminal of so many lines and columns. */
class Session {
  screen = '';
  readonly ended: Promise<number>;
  private readonly terminal: pty.IPty;
  private since = '';
  private seen: () => void = () => {};

  constructor(args: readonly string[], rows: number, cols: number) {
    this.terminal = pty.spawn(KML, [...args], { rows, cols, env: { PATH: process.env.PATH ?? '' } });
    this.terminal.onData((text) => {
      this.screen += text;
      this.since += text;
      this.seen();
    });
    this.ended = new Promise((resolve) => this.terminal.onExit(({ exitCode }) => resolve(exitCode)));
  }

  get pid(): number {
    return this.terminal.pid;
  }

  /** Resolves when the text since the last keys matches. */
  shows(text: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const guard = setTimeout(() => reject(new Error(`no ${text} in ${JSON.stringify(this.screen)}`)), 60_000);
      this.seen = () => {
        if (!text.test(this.since)) return;
        clearTimeout(guard);
        this.seen = () => {};
        resolve();
      };
      this.seen();
    });
  }

  type(keys: string): void {
    this.since = '';
    this.terminal.write(keys);
  }

  async command(line: string): Promise<void> {
    this.type(`${line}\r`);
    await this.shows(PROMPT);
  }
}

test('an interactive shell goes on in another terminal, with the line half typed and its jobs', async () => {
  const environment = ['HOME=/root', 'TERM=dumb', 'LC_ALL=C', 'PS1=$ '].flatMap((variable) => ['--env', variable]);
  const bash = ['/usr/bin/bash', '--norc', '--noprofile', '-i'];
  const first = new Session(['run', '--save', file, '--root', root, ...environment, '--', ...bash], 24, 80);
  await first.shows(PROMPT);
  await first.command('x=21; cd /tmp; echo kept > file; exec 5<file');
  await first.command('sleep 1000 &');
  first.type('echo $((x * 2)) ha');
  await first.shows(/ ha$/);
  process.kill(first.pid, 'SIGUSR1');
  await first.shows(/saved to .* at instruction \d+/);
  expect(existsSync(file)).toBe(true);
  // The first goes on as if nothing had been.
  first.type('nd\r');
  await first.shows(/\n42 hand\r\n\$ $/);
  first.type('exit 4\r');
  expect(await first.ended).toBe(4);

  const second = new Session(['restore', file], 33, 99);
  second.type('lf\r');
  await second.shows(/42 half\r\n\$ $/);
  await second.command('cat <&5; pwd; stty size; jobs; echo $LINES $COLUMNS');
  expect(second.screen).toMatch(/kept\r\n\/tmp\r\n33 99\r\n\[1\].*Running +sleep 1000 &\r\n33 99\r\n\$ $/);
  await second.command('kill %1; wait; echo status $?');
  // The line discipline: Ctrl-C.
  second.type('sleep 1000\r');
  await second.shows(/sleep 1000\r\n$/);
  setTimeout(() => second.type('\x03'), 500);
  await second.shows(PROMPT);
  second.type('exit 5\r');
  expect(await second.ended).toBe(5);
});
