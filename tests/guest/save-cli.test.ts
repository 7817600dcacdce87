import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { guestDirectory } from './harness.ts';

const KML = fileURLToPath(new URL('../../bin/kml', import.meta.url));
const BOX = `${guestDirectory()}box`;
/** Some 100,000 instructions before it sleeps, about as many after. */
const SCRIPT = ['sh', '-c', 'seq 90 | cat | wc; sleep 1; seq 120 | cat | wc'];
const [BEFORE, AFTER] = ['90 90 261\n', '120 120 372\n'];
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kml-save-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function kml(...args: string[]) {
  const { stdout, stderr, status } = spawnSync(KML, args, { encoding: 'utf8', cwd: directory, timeout: 60_000 });
  return { stdout, stderr, status };
}

const statsOf = (name: string): Record<string, unknown> => JSON.parse(readFileSync(join(directory, name), 'utf8'));

/** Instructions of the script under virtual time. */
function length(): number {
  expect(kml('run', '--time', 'virtual', '--stats', 'whole', BOX, ...SCRIPT).status).toBe(0);
  return statsOf('whole').instructions as number;
}

test('--save-at saves and goes on; restore ends as the run does, with its statistics', () => {
  const middle = Math.floor(length() / 2);
  const run = kml(
    'run',
    '--time',
    'virtual',
    '--save',
    'saved',
    '--save-at',
    `${middle}`,
    '--stats',
    'run',
    BOX,
    ...SCRIPT,
  );
  expect(run).toEqual({ stdout: BEFORE + AFTER, stderr: '', status: 0 });
  const restored = kml('restore', '--stats', 'restored', 'saved');
  expect(restored).toMatchObject({ stderr: '', status: 0 });
  expect((BEFORE + AFTER).endsWith(restored.stdout)).toBe(true);
  for (const name of ['instructions', 'cycles', 'syscalls', 'kernelEntries', 'ticks', 'pageFaults', 'forks', 'execs']) {
    expect(statsOf('restored')[name], name).toEqual(statsOf('whole')[name]);
    expect(statsOf('run')[name], name).toEqual(statsOf('whole')[name]);
  }
  expect(readdirSync(directory).sort()).toEqual(['restored', 'run', 'saved', 'whole']);
});

test('--save-exit ends the run with status 0 where it was saved; limits count from boot', () => {
  const run = ['run', '--time', 'virtual', '--save', 'saved', '--save-exit', '--save-at', '20000', BOX, ...SCRIPT];
  expect(kml(...run)).toEqual({ stdout: '', stderr: '', status: 0 });
  expect(kml('restore', '--interpret', 'saved')).toEqual({ stdout: BEFORE + AFTER, stderr: '', status: 0 });
  const limited = kml('restore', '--max-instructions', '30000', 'saved');
  expect(limited).toEqual({ stdout: '', stderr: 'kml: ended after 30000 instructions\n', status: 124 });
  // A restored machine can be saved again.
  expect(kml('restore', '--save', 'again', '--save-at', '20500', '--save-exit', 'saved').status).toBe(0);
  expect(kml('restore', 'again')).toEqual({ stdout: BEFORE + AFTER, stderr: '', status: 0 });
  const late = kml('run', '--save', 'late', '--save-at', '99000000', BOX, 'echo', 'hi');
  expect(late).toMatchObject({ stdout: 'hi\n', status: 0 });
  expect(late.stderr).toBe('kml: ended before instruction 99000000; nothing was saved there\n');
});

test('SIGUSR1 saves a machine that waits, and it goes on', async () => {
  const child = spawn(KML, ['run', '--save', 'saved', BOX, 'sh', '-c', 'echo begin; cat'], { cwd: directory });
  let output = '';
  child.stdout.on('data', (bytes: Buffer) => {
    output += bytes;
    if (output === 'begin\n') child.kill('SIGUSR1');
  });
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  while (!existsSync(join(directory, 'saved'))) await new Promise((resolve) => setTimeout(resolve, 20));
  child.stdin.end('typed\n');
  expect(await ended).toBe(0);
  expect(output).toBe('begin\ntyped\n');
  const { stdout, status } = spawnSync(KML, ['restore', 'saved'], {
    cwd: directory,
    input: 'other\n',
    encoding: 'utf8',
  });
  expect({ stdout, status }).toEqual({ stdout: 'other\n', status: 0 });
});

test('--info and kml info say what is in the file', () => {
  kml(
    'run',
    '--time',
    'virtual',
    '--memory',
    '16M',
    '--save',
    'saved',
    '--save-at',
    '50000',
    '--save-exit',
    BOX,
    ...SCRIPT,
  );
  const { stdout, status } = kml('restore', '--info', 'saved');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^machine {4}ia32, CPU pentium4, 16 MiB of memory$/m);
  expect(stdout).toMatch(/^stands at {2}instruction 50000, \d+\.\d+ s after boot \(virtual time\)$/m);
  expect(stdout).toMatch(/^ +2 {2}box {2}\w+, child of 1$/m);
  expect(kml('info', 'saved').stdout).toBe(stdout);
  const header = JSON.parse(kml('restore', '--info', '--json', 'saved').stdout);
  expect(header).toMatchObject({ arch: 'ia32', instructions: 50000, memory: 16 << 20, time: 'virtual' });
});

describe('what is refused, in one line, with status 125', () => {
  beforeEach(() => {
    kml('run', '--time', 'virtual', '--save', 'saved', '--save-at', '50000', '--save-exit', BOX, ...SCRIPT);
  });
  const refused = (line: RegExp | string, ...args: string[]): void => {
    const { stdout, stderr, status } = kml(...args);
    expect([stdout, status]).toEqual(['', 125]);
    expect(stderr).toMatch(line);
    expect(stderr.split('\n')).toHaveLength(2);
  };

  test('files that are no save files, or no whole ones', () => {
    writeFileSync(join(directory, 'text'), 'just words\n');
    writeFileSync(join(directory, 'empty'), '');
    refused(/^kml: text: is no file that kml saved a machine to$/m, 'restore', 'text');
    refused(/^kml: empty: is no file/, 'restore', 'empty');
    refused(/^kml: nosuch: no such file or directory$/m, 'restore', 'nosuch');
    refused(/^kml: \.: is a directory$/m, 'restore', '.');
    const whole = readFileSync(join(directory, 'saved'));
    for (const length of [9, 40, 200, whole.length >> 1, whole.length - 1]) {
      writeFileSync(join(directory, 'cut'), whole.subarray(0, length));
      refused(/^kml: cut: is (damaged or cut short|no file)/, 'restore', 'cut');
    }
    for (const at of [20, 300, whole.length >> 1, whole.length - 5]) {
      const broken = Buffer.from(whole);
      broken[at]! ^= 0x20;
      writeFileSync(join(directory, 'broken'), broken);
      refused(/^kml: broken: is damaged or cut short/, 'restore', 'broken');
    }
  });

  test('files of another version', () => {
    const whole = readFileSync(join(directory, 'saved'));
    whole.writeUInt32LE(9, 8);
    writeFileSync(join(directory, 'form'), whole);
    refused(/^kml: form: has form 9, which this kml does not know/, 'restore', 'form');
  });

  test('options that make no sense', () => {
    refused(/^kml: --save-at needs --save FILE$/m, 'run', '--save-at', '5', BOX, 'echo');
    refused(/^kml: --save-exit needs --save FILE$/m, 'run', '--save-exit', BOX, 'echo');
    refused(
      /^kml: --save no\/such\/place: no such file/,
      'run',
      '--save',
      'no/such/place',
      '--save-at',
      '5',
      '--save-exit',
      BOX,
      'echo',
    );
  });
});

describe('host files', () => {
  const root = (): string => join(directory, 'root');
  const host = (name: string): string => join(root(), name);
  beforeEach(() => {
    mkdirSync(host('bin'), { recursive: true });
    for (const name of ['sh', 'cat', 'sleep']) writeFileSync(host(`bin/${name}`), readFileSync(BOX), { mode: 0o755 });
    writeFileSync(host('words'), 'words of the host\n'.repeat(1000));
    // The program is at work on /words, open and read in part, or at the start of it.
    const script = ['sh', '-c', 'cat /words; sleep 1; cat /words'];
    const saving = ['--save', 'saved', '--save-at', '3000', '--save-exit'];
    expect(kml('run', '--time', 'virtual', '--root', root(), ...saving, 'bin/sh', ...script.slice(1)).status).toBe(0);
  });

  test('are opened again where they were, or where --root says', () => {
    expect(kml('restore', 'saved')).toMatchObject({ stderr: '', status: 0 });
    renameSync(root(), join(directory, 'elsewhere'));
    expect(kml('restore', 'saved')).toEqual({
      stdout: '',
      stderr: `kml: root ${root()}: no such file or directory\n`,
      status: 125,
    });
    expect(kml('restore', '--root', 'elsewhere', 'saved')).toMatchObject({ stderr: '', status: 0 });
  });

  test('that have changed are named in a warning, one that is gone ends it', () => {
    writeFileSync(host('bin/sh'), Buffer.concat([readFileSync(BOX), Buffer.from('more')]), { mode: 0o755 });
    const { stderr, status } = kml('restore', 'saved');
    expect(stderr).toBe("kml: warning: the host's file bin/sh has changed since the machine was saved\n");
    expect(status).toBe(0);
    rmSync(host('bin/sh'));
    expect(kml('restore', 'saved')).toEqual({
      stdout: '',
      stderr: "kml: saved: the saved machine uses the host's file bin/sh, which is gone\n",
      status: 125,
    });
  });
});
