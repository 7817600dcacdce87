import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ComparisonRow } from '@kml/compare';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ARCHS, guestDirectory } from './harness.ts';

const KML = fileURLToPath(new URL('../../bin/kml', import.meta.url));
const PLUGIN = fileURLToPath(new URL('plugin.ts', import.meta.url));
const GUESTS = guestDirectory();
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kml-cli-'));
  const box = readFileSync(`${GUESTS}box`);
  writeFileSync(join(directory, 'text'), 'just words\n');
  writeFileSync(join(directory, 'empty'), '');
  writeFileSync(join(directory, 'script'), '#!/bin/sh\n');
  writeFileSync(join(directory, 'short'), box.subarray(0, 40));
  writeFileSync(join(directory, 'cut'), box.subarray(0, 300));
  const sparc = Buffer.from(box);
  sparc.writeUInt16LE(2, 18);
  writeFileSync(join(directory, 'sparc'), sparc);
  writeFileSync(join(directory, 'plugin.mjs'), 'export default { name: "broken" };\n');
});
afterAll(() => rmSync(directory, { recursive: true }));

function kml(args: readonly string[], input = '') {
  const { stdout, stderr, status } = spawnSync(KML, args, { encoding: 'utf8', input, cwd: directory, timeout: 60_000 });
  return { stdout, stderr, status };
}

describe('run', () => {
  test('counters on standard output come after what the program printed', () => {
    const [printed, ...counters] = kml(['run', '--stats', '-', `${GUESTS}box`, 'echo', 'hello']).stdout.split('\n');
    expect(printed).toBe('hello');
    expect(JSON.parse(counters.join('\n'))).toMatchObject({ exit: { kind: 'exit', status: 0 } });
  });

  test('ends without a word where nobody reads on', () => {
    const script = `"$0" explain ${GUESTS}box | head -n 1; echo "${'$'}{PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script, KML], { encoding: 'utf8', timeout: 60_000 });
    expect(stdout).toMatch(/: the region at .*\n141\n$/);
    expect(stderr).toBe('');
  });

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

  test('--without switches optimisations off, and lists them', () => {
    const { status, stdout } = kml(['run', '--without', 'help']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^jump-tables +\S.*$/m);
    const without = ['--without', 'translation', '--without', 'stored-code', '--stats', 'without.json'];
    expect(kml(['run', ...without, `${GUESTS}vmcalls`, '2']).stdout).toBe('9e130196\n');
    const stats = JSON.parse(readFileSync(join(directory, 'without.json'), 'utf8'));
    expect(stats.engine.regionsTranslated).toBe(0);
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
    ['another ISA', ['run', 'sparc'], 126, /is for SPARC; this machine runs ia32/],
    ['a 64-bit program', ['run', process.execPath], 126, /is for x86-64, 64-bit/],
    ['no such root', ['run', '--root', 'nosuch', 'sh'], 125, /root nosuch: no such file or directory/],
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
    [
      'unknown optimisation',
      ['run', '--without', 'sleep', `${GUESTS}box`],
      125,
      /There is no optimisation 'sleep'; --without help lists them/,
    ],
    ['unknown architecture', ['run', '--arch', 'vax', `${GUESTS}box`], 125, /no architecture 'vax'; there is ia32/],
    ['no such plugin', ['run', '--plugin', 'nosuch.mjs', `${GUESTS}box`], 125, /--plugin nosuch.mjs: /],
    ['a module that is no plugin', ['archs', '--plugin', 'plugin.mjs'], 125, /--plugin plugin.mjs: .*no ArchPlugin/],
    [
      'a tour whose report cannot be written',
      ['tour', '--report', '/no/such/place'],
      125,
      /--report \/no\/such\/place: ENOENT/,
    ],
    ['a page to open that is not made', ['tour', '--arch', 'arm', '--open'], 125, /--open needs --report/],
    ['a tour of nowhere', ['tour', '--arch', 'vax'], 125, /no architecture 'vax'/],
    [
      'no such Debian architecture',
      ['rootfs', 'new', '--arch', 'vax', '--packages', 'dash'],
      125,
      /no Debian architecture 'vax'/,
    ],
    ['bad mount', ['run', '--mount', 'here', 'x'], 125, /HOST:GUEST/],
    ['bad user', ['run', '--user', 'root', 'x'], 125, /UID\[:GID\]/],
    ['no command', ['nosuch'], 125, /unknown command 'nosuch'/],
    [
      'stats that cannot be written',
      ['run', '--stats', '/nosuch/dir/s', `${GUESTS}box`, 'true'],
      125,
      /--stats \/nosuch\/dir\/s/,
    ],
    ['explain a text', ['explain', 'text'], 126, /text: is not an ELF file/],
    ['explain a symbol that is not there', ['explain', `${GUESTS}fib`, 'nosuch'], 125, /has no symbol 'nosuch'/],
    ['explain an address without code', ['explain', `${GUESTS}fib`, '0x10'], 125, /no code at 0x10/],
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
  expect(stdout).toMatch(/ISA +IA-32 \(architecture ia32\)\n/);
  expect(stdout).toMatch(/linked +statically\n/);
  expect(stdout).toMatch(/here +runs\n/);
  expect(JSON.parse(kml(['info', '--json', `${GUESTS}box`]).stdout)).toMatchObject({
    isa: 'IA-32',
    arch: 'ia32',
    runnable: true,
  });
});

describe.each(ARCHS)('%s', (arch) => {
  const guests = guestDirectory(arch);

  test('a program of the host says itself which machine it needs', () => {
    expect(kml(['run', `${guests}box`, 'echo', arch])).toEqual({ stdout: `${arch}\n`, stderr: '', status: 0 });
    expect(kml(['run', '--arch', arch, `${guests}box`, 'echo', arch]).stdout).toBe(`${arch}\n`);
    const other = ARCHS.find((candidate) => candidate !== arch);
    if (other) {
      const refused = kml(['run', '--arch', other, `${guests}box`, 'true']);
      expect(refused).toMatchObject({ status: 126, stderr: expect.stringMatching(/^kml: .* not \w+\n$/) });
    }
  });

  test('so does one in a root: found in PATH, behind links, and as the interpreter of a script', () => {
    const root = join(directory, `root-${arch}`);
    mkdirSync(join(root, 'usr/bin'), { recursive: true });
    mkdirSync(join(root, 'opt'));
    copyFileSync(`${guests}box`, join(root, 'usr/bin/box'));
    symlinkSync('usr/bin', join(root, 'bin'));
    symlinkSync('/usr/bin/box', join(root, 'usr/bin/sh'));
    for (const tool of ['echo', 'cat']) symlinkSync('box', join(root, 'usr/bin', tool));
    writeFileSync(join(root, 'opt/script'), '#!/bin/cat\nread by cat\n', { mode: 0o755 });
    const stats = join(directory, `stats-${arch}.json`);
    expect(kml(['run', '--root', root, '--stats', stats, 'echo', 'found']).stdout).toBe('found\n');
    expect(JSON.parse(readFileSync(stats, 'utf8'))).toMatchObject({ arch });
    expect(kml(['run', '--root', root, '--', '/bin/sh', '-c', 'echo piped | cat']).stdout).toBe('piped\n');
    expect(kml(['run', '--root', root, '/opt/script']).stdout).toBe('#!/bin/cat\nread by cat\n');
    const elsewhere = ['--root', directory, '--mount', `${root}:/mnt`];
    expect(kml(['run', ...elsewhere, '--', '/mnt/usr/bin/echo', 'mounted']).stdout).toBe('mounted\n');
  });

  test('info names the architecture', () => {
    expect(JSON.parse(kml(['info', '--json', `${guests}box`]).stdout)).toMatchObject({ arch, runnable: true });
  });

  test('archs lists it with what it covers', () => {
    expect(kml(['archs']).stdout).toMatch(new RegExp(`^${arch} +\\S+ +(little|big) +\\d+ forms +\\d+ full, `, 'm'));
    const all = JSON.parse(kml(['archs', '--json']).stdout) as { name: string }[];
    const one = all.find(({ name }) => name === arch) as unknown as Record<string, number & Record<string, number>>;
    expect(one.instructions).toBeGreaterThan(50);
    expect(one.syscalls!.full).toBeGreaterThan(200);
    const { numbers, full, partial, stub, missing } = one.syscalls as Record<string, number>;
    expect(full! + partial! + stub! + missing!).toBe(numbers);
    expect(one.cpuModels!.length).toBeGreaterThan(0);
  });

  test('an instruction that is not there is SIGILL and one line on the log', () => {
    const { status, stderr } = kml(['run', '--log-level', 'info', '--log-format', 'json', `${guests}undefined`]);
    expect(status).toBe(132);
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    const about = lines.filter(({ msg }) => msg === 'illegal instruction');
    expect(about).toHaveLength(1);
    expect(about[0]).toMatchObject({
      comm: 'undefined',
      code: expect.stringMatching(/^[0-9a-f]{8}: [0-9a-f]{2}( [0-9a-f]{2})* {2}\S/),
    });
    const [, address, bytes, text] = /^([0-9a-f]{8}): (.*) {2}(.*)$/.exec(about[0]!.code!)!;
    const shown = kml(['explain', `${guests}undefined`, `0x${address}`]);
    expect(shown.status).toBe(0);
    expect(shown.stdout).toContain(`0x${address!.replace(/^0+/, '')}: ${text} `);
    expect(shown.stdout).toContain(`    ${bytes} `);
  });
});

describe.each(ARCHS)('explain on %s', (arch) => {
  const fib = `${guestDirectory(arch)}fib`;

  test('shows the stages of a region side by side', () => {
    const { stdout, stderr, status } = kml(['explain', fib]);
    expect([stderr, status]).toEqual(['', 0]);
    expect(stdout).toMatch(new RegExp(`\\(${arch}\\): the region at 0x[0-9a-f]+, \\d+ blocks, \\d+ instructions\n`));
    expect(stdout).toMatch(/guest code +\| IR as lifted +\| IR after the passes\n0x[0-9a-f]+: \S/);
    expect(stdout).toMatch(/v\d+: i32 = get /);
    expect(stdout).toContain('WebAssembly (a module of');
    expect(stdout).toMatch(/\n {2,}local\.get \d+\n/);
  });

  test('finds the entry point by itself, and any address by number', () => {
    const { entry } = JSON.parse(kml(['info', '--json', fib]).stdout) as { entry: number };
    const at = (place: string[]) =>
      JSON.parse(kml(['explain', '--json', fib, ...place]).stdout) as Record<string, unknown>;
    const first = at([]);
    expect(first).toMatchObject({ arch, address: entry });
    expect(at([`0x${entry.toString(16)}`])).toEqual(first);
    const [block] = first.blocks as { instructions: { address: number; bytes: string; text: string }[] }[];
    const [one, two] = block!.instructions;
    expect(two!.address - one!.address).toBe(one!.bytes.split(' ').length);
  });
});

test('the tour: every experiment ends as it must, in both modes, on every architecture', () => {
  const [first, ...others] = ARCHS;
  const { stdout, stderr, status } = kml(['tour', '--no-debian', '--no-report']);
  expect([stderr, status]).toEqual(['', 0]);
  expect(stdout).toContain(`(${first})`);
  expect(stdout).toMatch(/\nnull write +user +signal 11 .*\nnull write +kernel +signal 11 /);
  expect(stdout.match(/ (?:user|kernel) +(?:exit 0|signal 11) /g)).toHaveLength(12);
  for (const arch of others) {
    expect(stdout).toMatch(new RegExp(`\n${arch} +user +6 of 6 +[1-9]\\d+ .*\n${arch} +kernel +6 of 6 `));
  }
});

test('the tour on one architecture, with a report: what a call costs, and the page that says more', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kml-tour-'));
  try {
    const page = join(directory, 'page.html');
    const { stdout, stderr, status } = kml(['tour', '--no-debian', '--arch', 'ppc', '--report', page]);
    expect([stderr, status]).toEqual(['', 0]);
    expect(stdout.match(/ (?:user|kernel) +(?:exit 0|signal 11) /g)).toHaveLength(12);
    const [headings, , cells] = /\narch +CPU model .*\n.*\nppc .*\n/.exec(stdout)![0].trim().split('\n');
    const table = new Map(headings!.split(/ {2,}/).map((name, at) => [name, cells!.split(/ {2,}/)[at]]));
    const [user, direct] = [Number(table.get('user trap')), Number(table.get('kernel direct'))];
    expect(direct).toBeLessThan(user);
    expect(stdout).toMatch(new RegExp(`23 workloads on ppc, \\d+ rows in all, with charts: ${page}\n`));
    const data = /<script type="application\/json" id="comparison">(.*?)<\/script>/s.exec(
      readFileSync(page, 'utf8'),
    )![1]!;
    const rows: ComparisonRow[] = JSON.parse(data).rows;
    const called = rows.filter(({ workload }) => workload.name === 'getpid').map(({ perUnit }) => perUnit!.cycles);
    expect(called).toEqual(expect.arrayContaining([user, direct]));
    expect(rows.filter(({ workload, perUnit }) => (workload.group === 'cpu') === (perUnit!.mix !== undefined))).toEqual(
      [],
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a plugin of the user takes part', () => {
  const list = JSON.parse(kml(['archs', '--json', '--plugin', PLUGIN]).stdout) as { name: string }[];
  expect(list.map(({ name }) => name)).toEqual([...ARCHS, 'ia32-again']);
  const { stdout, status } = kml(['run', '--plugin', PLUGIN, '--arch', 'ia32-again', `${GUESTS}box`, 'echo', 'hello']);
  expect([stdout, status]).toEqual(['hello\n', 0]);
});

test('help names every command and the exit statuses', () => {
  const { stdout, status } = kml(['--help']);
  expect(status).toBe(0);
  for (const word of ['run', 'info', 'archs', 'explain', 'rootfs', 'tour', '124', '125', '126', '127'])
    expect(stdout).toContain(word);
});
