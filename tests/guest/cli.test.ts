import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const KML = fileURLToPath(new URL('../../bin/kml', import.meta.url));
const GUESTS = fileURLToPath(new URL('../../guest/bin/ia32/', import.meta.url));
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kml-cli-'));
  const box = readFileSync(`${GUESTS}box`);
  writeFileSync(join(directory, 'text'), 'just words\n');
  writeFileSync(join(directory, 'empty'), '');
  writeFileSync(join(directory, 'script'), '#!/bin/sh\n');
  writeFileSync(join(directory, 'short'), box.subarray(0, 40));
  writeFileSync(join(directory, 'cut'), box.subarray(0, 300));
  const mips = Buffer.from(box);
  mips.writeUInt16LE(8, 18);
  writeFileSync(join(directory, 'mips'), mips);
});
afterAll(() => rmSync(directory, { recursive: true }));

function kml(args: readonly string[], input = '') {
  const { stdout, stderr, status } = spawnSync(KML, args, { encoding: 'utf8', input, cwd: directory, timeout: 60_000 });
  return { stdout, stderr, status };
}

describe('run', () => {
  test("prints what the program prints and exits with the program's status", () => {
    expect(kml(['run', '--', `${GUESTS}box`, 'echo', 'hello', '--root'])).toEqual({
      stdout: 'hello --root\n',
      stderr: '',
      status: 0,
    });
    expect(kml(['run', `${GUESTS}box`, 'nosuch']).status).toBe(127);
  });

  test('passes standard input on', () => {
    expect(kml(['run', `${GUESTS}box`, 'wc'], 'one two\nthree\n').stdout).toBe('2 3 14\n');
  });

  test('a fatal signal is 128 + its number, in both modes', () => {
    expect(kml(['run', `${GUESTS}nullwrite`]).status).toBe(139);
    expect(kml(['run', '--kernel-mode', `${GUESTS}nullwrite`]).status).toBe(139);
  });

  test.each([
    ['--timeout', '0.3'],
    ['--max-instructions', '1000000'],
  ])('%s ends the run with status 124', (option, value) => {
    const { status, stderr } = kml(['run', option, value, `${GUESTS}spin`]);
    expect(status).toBe(124);
    expect(stderr).toMatch(/^kml: ended after .*\n$/);
  });

  test('--timeout ends a program whose time goes by in the kernel', () => {
    for (const memory of [
      ['--memory', '1200M'],
      ['--memory', '32M', '--swap', '1200M'],
    ]) {
      const { status, stdout } = kml(['run', ...memory, '--timeout', '0.5', `${GUESTS}bigread`]);
      expect(status).toBe(124);
      expect(stdout).toBe('reading\n');
    }
  });

  test('--stats writes the counters as JSON, --strace the calls', () => {
    const { status } = kml([
      'run',
      '--kernel-mode',
      '--stats',
      'stats.json',
      '--strace',
      'trace',
      `${GUESTS}calls`,
      'vsyscall',
      '10',
    ]);
    expect(status).toBe(0);
    const stats = JSON.parse(readFileSync(join(directory, 'stats.json'), 'utf8'));
    expect(stats).toMatchObject({ arch: 'ia32', exit: { kind: 'exit', status: 0 }, syscalls: { getpid: 10 } });
    expect(stats.kernelEntries.direct).toBeGreaterThanOrEqual(11);
    expect(stats.hostSeconds).toBeGreaterThan(0);
    expect(readFileSync(join(directory, 'trace'), 'utf8').match(/getpid\(\) *= \d+/g)).toHaveLength(10);
  });

  test('a host directory shows at a mount point, read-only where so asked', () => {
    writeFileSync(join(directory, 'note'), 'seen from inside\n');
    expect(kml(['run', '--mount', `${directory}:/mnt:ro`, `${GUESTS}box`, 'cat', '/mnt/note']).stdout).toBe(
      'seen from inside\n',
    );
  });
});

describe('bad input gets one clear line', () => {
  const cases: [name: string, args: string[], status: number, line: RegExp][] = [
    ['no such file', ['run', 'nosuch'], 127, /nosuch: no such file/],
    ['a directory', ['run', '.'], 126, /is a directory/],
    ['not ELF', ['run', 'text'], 126, /text: is not an ELF file/],
    ['empty', ['run', 'empty'], 126, /is empty/],
    ['a script without a root', ['run', 'script'], 126, /is a script/],
    ['half a header', ['run', 'short'], 126, /truncated/],
    ['cut off', ['run', 'cut'], 126, /truncated/],
    ['another ISA', ['run', 'mips'], 126, /is for MIPS.*runs ia32/],
    ['a 64-bit program', ['run', process.execPath], 126, /is for x86-64, 64-bit/],
    ['no such root', ['run', '--root', 'nosuch', 'sh'], 125, /root nosuch: no such directory/],
    [
      'not in the root',
      ['run', '--root', '.', '--', '/bin/nosuch'],
      127,
      /\/bin\/nosuch: no such file in the guest root/,
    ],
    ['nonsense size', ['run', '--memory', 'lots', 'text'], 125, /'lots' is no size/],
    ['too little memory', ['run', '--memory', '64K', `${GUESTS}box`], 125, /memory must be from/],
    ['unknown CPU model', ['run', '--cpu', 'z80', `${GUESTS}box`], 125, /no CPU model 'z80'; there is pentium4/],
    ['unknown option', ['run', '--nosuch', 'x'], 125, /unknown option '--nosuch'/],
    ['bad mount', ['run', '--mount', 'here', 'x'], 125, /HOST:GUEST/],
    ['bad user', ['run', '--user', 'root', 'x'], 125, /UID\[:GID\]/],
    ['no command', ['nosuch'], 125, /unknown command 'nosuch'/],
    [
      'stats that cannot be written',
      ['run', '--stats', '/nosuch/dir/s', `${GUESTS}box`, 'true'],
      125,
      /--stats \/nosuch\/dir\/s/,
    ],
    ['info on a text', ['info', 'text'], 126, /is not an ELF file/],
  ];
  test.each(cases)('%s', (_name, args, status, line) => {
    const result = kml(args);
    expect(result.stderr).toMatch(line);
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
    expect(result.stderr).toMatch(/^kml: /);
    expect(result.status).toBe(status);
  });
});

test('info describes a program', () => {
  const { stdout, status } = kml(['info', `${GUESTS}box`]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/ISA +IA-32\n/);
  expect(stdout).toMatch(/linked +statically\n/);
  expect(stdout).toMatch(/here +runs\n/);
  expect(JSON.parse(kml(['info', '--json', `${GUESTS}box`]).stdout)).toMatchObject({ isa: 'IA-32', runnable: true });
});

test('help names every command and the exit statuses', () => {
  const { stdout, status } = kml(['--help']);
  expect(status).toBe(0);
  for (const word of ['run', 'info', 'rootfs', 'tour', '124', '125', '126', '127']) expect(stdout).toContain(word);
});
