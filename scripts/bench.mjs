// Speed against QEMU user mode, in one run and ISA by ISA: six CPU-bound guest programs, what getpid costs
// by each way into the kernel, and for IA-32 the start of a shell. Prints tables and writes dist/bench.json.
// Pinned to one core where taskset is there.
//
//     node scripts/bench.mjs [--json] [--arch NAME]...
//
// --json prints the report instead. KML_BENCH_ROUNDS: samples of each command (5).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { node, root, step } from './node.mjs';

/** CPU-bound programs, with amounts of work that take QEMU about a second. */
const PROGRAMS = { sieve: 160, sha256: 1000, quicksort: 40, interp: 150_000, fib: 38, list: 300_000 };
const QEMU = {
  ia32: 'qemu-i386-static',
  arm: 'qemu-arm-static',
  mips: 'qemu-mips-static',
  mipsel: 'qemu-mipsel-static',
  ppc: 'qemu-ppc-static',
};
/** The ISA that this host's CPU runs itself. */
const NATIVE = process.arch === 'x64' ? 'ia32' : undefined;
const ROUNDS = Number(process.env.KML_BENCH_ROUNDS ?? 5);
const CALLS = 2_000_000;

const { values: options } = parseArgs({
  options: { json: { type: 'boolean' }, arch: { type: 'string', multiple: true } },
});
step(node, [join(root, 'scripts/build.mjs')]);
const kml = join(root, 'bin/kml');
const listed = spawnSync(kml, ['archs', '--json'], { encoding: 'utf8' });
const known = JSON.parse(listed.stdout).map(({ name }) => name);
const archs = options.arch ?? known;
const has = (tool) => spawnSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' }).status === 0;
const say = (text) => {
  if (!options.json) console.log(text);
};

for (const arch of archs) {
  if (!known.includes(arch) || !QEMU[arch]) fail(`no architecture '${arch}'; there is ${known.join(', ')}`);
  if (!has(QEMU[arch])) fail(`bench compares with ${QEMU[arch]}: install Debian's qemu-user-static`);
}

const pin = has('taskset') ? ['taskset', '-c', '0'] : [];
const guest = (arch, name) => join(root, 'guest/bin', arch, name);
// Without the variables that make Node read certificates at start.
const env = { PATH: process.env.PATH, HOME: homedir(), LC_ALL: 'C' };

const report = { rounds: ROUNDS, nodeStart: compare({ node: [node, '-e', '0'] }).node, archs: {}, start: {} };
say(
  `CPU seconds, median of ${ROUNDS} interleaved runs; KML includes Node's own start (${report.nodeStart.cpu.toFixed(2)})`,
);
for (const arch of archs) report.archs[arch] = benchArch(arch);
say(
  `\ngeometric means of speed to QEMU's: ${archs.map((arch) => `${arch} ${report.archs[arch].speedToQemu.toFixed(2)}`).join(', ')}`,
);
if (archs.includes('ia32')) report.start = benchStart();
mkdirSync(join(root, 'dist'), { recursive: true });
const text = `${JSON.stringify(report, undefined, 2)}\n`;
writeFileSync(join(root, 'dist/bench.json'), text);
if (options.json) process.stdout.write(text);
else say('written to dist/bench.json');

function fail(message) {
  console.error(message);
  process.exit(1);
}

/** User and system CPU seconds, and wall seconds, of a command with its children. */
function time(command) {
  const script = 'TIMEFORMAT="%U %S %R"; time "$@" >/dev/null 2>&1';
  const result = spawnSync('bash', ['-c', script, 'bash', ...pin, ...command], { encoding: 'utf8', env });
  const [user, system, wall] = result.stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { cpu: user + system, wall };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function geometricMean(values) {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** Medians of interleaved rounds, by name. */
function compare(commands) {
  const samples = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, command] of Object.entries(commands)) samples[name].push(time(command));
  }
  return Object.fromEntries(
    Object.entries(samples).map(([name, list]) => [
      name,
      { cpu: median(list.map((sample) => sample.cpu)), wall: median(list.map((sample) => sample.wall)) },
    ]),
  );
}

function benchArch(arch) {
  const columns = [...(arch === NATIVE ? ['native'] : []), 'qemu', 'kml', 'kernel'];
  say(`\n${arch.padEnd(12)}${columns.map((name) => name.padStart(8)).join('')}  speed/qemu`);
  const programs = {};
  const ratios = [];
  for (const [name, amount] of Object.entries(PROGRAMS)) {
    const program = [guest(arch, name), String(amount)];
    const result = compare({
      ...(arch === NATIVE && { native: program }),
      qemu: [QEMU[arch], ...program],
      kml: [kml, 'run', ...program],
      kernel: [kml, 'run', '--kernel-mode', ...program],
    });
    programs[name] = result;
    const ratio = result.qemu.cpu / result.kml.cpu;
    ratios.push(ratio);
    const cells = columns.map((column) => result[column].cpu.toFixed(2).padStart(8)).join('');
    say(`${name.padEnd(12)}${cells}  ${ratio.toFixed(2).padStart(10)}`);
  }
  const speedToQemu = geometricMean(ratios);
  say(`geometric mean of speed to QEMU's: ${speedToQemu.toFixed(2)}`);
  return { programs, speedToQemu, entries: benchEntries(arch) };
}

/** Host nanoseconds of a getpid in kernel mode, by each way in. */
function benchEntries(arch) {
  const calls = (...args) => [kml, 'run', '--kernel-mode', '--recognise', 'off', guest(arch, 'calls'), ...args];
  const entries = compare({
    trap: calls('trap', String(CALLS)),
    direct: calls('vsyscall', String(CALLS)),
    none: calls('trap', '0'),
  });
  const each = (name) => ((entries[name].cpu - entries.none.cpu) / CALLS) * 1e9;
  const [trapNs, directNs] = [each('trap'), each('direct')];
  say(
    `getpid in kernel mode, host ns a call: by trap ${trapNs.toFixed(0)}, by direct call ${directNs.toFixed(0)}, ratio ${(trapNs / directNs).toFixed(1)}`,
  );
  return { trapNs, directNs };
}

/** The start of Debian's bash, where there is a root of Debian's. */
function benchStart() {
  const debian = join(process.env.KML_CACHE ?? join(homedir(), '.cache/kml'), 'roots/acceptance-i386');
  if (!existsSync(join(debian, 'usr/bin/bash'))) {
    say(`bash -c true: left out, no Debian root at ${debian} (pnpm test:real makes it)`);
    return {};
  }
  const commands = {
    qemu: [QEMU.ia32, '-L', debian, join(debian, 'usr/bin/bash'), '-c', 'true'],
    kml: [kml, 'run', '--root', debian, '--', '/usr/bin/bash', '-c', 'true'],
  };
  // From a warm disk, and with the lifted code of an earlier run.
  for (const [program, ...args] of Object.values(commands)) spawnSync(program, args, { env, stdio: 'ignore' });
  const start = compare(commands);
  const beyond = (start.kml.wall - report.nodeStart.wall) / start.qemu.wall;
  say(
    `bash -c true, wall seconds: qemu ${start.qemu.wall.toFixed(3)}, kml ${start.kml.wall.toFixed(3)}, beyond Node's start ${beyond.toFixed(1)} times qemu`,
  );
  return start;
}
