// Speed against QEMU user mode, in one run: six CPU-bound guest programs, shell start, and what getpid costs
// by each way into the kernel. Prints a table and writes dist/bench.json. Pinned to one core where taskset is there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { node, root, step } from './node.mjs';

/** CPU-bound programs, with amounts of work that take QEMU about a second. */
const PROGRAMS = { sieve: 160, sha256: 1000, quicksort: 40, interp: 150_000, fib: 38, list: 300_000 };
const ROUNDS = Number(process.env.KML_BENCH_ROUNDS ?? 5);
const has = (tool) => spawnSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' }).status === 0;
const pin = has('taskset') ? ['taskset', '-c', '0'] : [];
if (!has('qemu-i386-static')) {
  console.error("bench compares with qemu-i386-static: install Debian's qemu-user-static");
  process.exit(1);
}
step(node, [join(root, 'scripts/build.mjs')]);

const kml = join(root, 'bin/kml');
const guest = (name) => join(root, 'guest/bin/ia32', name);
// Without the variables that make Node read certificates at start.
const env = { PATH: process.env.PATH, HOME: homedir(), LC_ALL: 'C' };

/** User and system CPU seconds, and wall seconds, of a command with its children. */
function time(command) {
  const script = 'TIMEFORMAT="%U %S %R"; time "$@" >/dev/null 2>&1';
  const result = spawnSync('bash', ['-c', script, 'bash', ...pin, ...command], { encoding: 'utf8', env });
  const [user, system, wall] = result.stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { cpu: user + system, wall };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const geometricMean = (values) => Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

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

const report = { rounds: ROUNDS, programs: {}, start: {}, entries: {} };
const nodeStart = compare({ node: [node, '-e', '0'] }).node;
report.nodeStart = nodeStart;

console.log(
  `CPU seconds, median of ${ROUNDS} interleaved runs; KML includes Node's own start (${nodeStart.cpu.toFixed(2)})`,
);
console.log(`${'program'.padEnd(12)} native    qemu     kml  kernel mode  speed/qemu`);
const ratios = [];
for (const [name, amount] of Object.entries(PROGRAMS)) {
  const program = [guest(name), String(amount)];
  const result = compare({
    native: program,
    qemu: ['qemu-i386-static', ...program],
    kml: [kml, 'run', ...program],
    kernel: [kml, 'run', '--kernel-mode', ...program],
  });
  report.programs[name] = result;
  const ratio = result.qemu.cpu / result.kml.cpu;
  ratios.push(ratio);
  const cells = [result.native, result.qemu, result.kml].map(({ cpu }) => cpu.toFixed(2).padStart(7)).join(' ');
  console.log(
    `${name.padEnd(12)}${cells}  ${result.kernel.cpu.toFixed(2).padStart(11)}  ${ratio.toFixed(2).padStart(10)}`,
  );
}
report.speedToQemu = geometricMean(ratios);
console.log(`geometric mean of speed to QEMU's: ${report.speedToQemu.toFixed(2)}`);

const debian = join(process.env.KML_CACHE ?? join(homedir(), '.cache/kml'), 'roots/acceptance-i386');
if (existsSync(join(debian, 'usr/bin/bash'))) {
  const start = compare({
    qemu: ['qemu-i386-static', '-L', debian, join(debian, 'usr/bin/bash'), '-c', 'true'],
    kml: [kml, 'run', '--root', debian, '--', '/usr/bin/bash', '-c', 'true'],
  });
  report.start = start;
  const beyond = (start.kml.wall - nodeStart.wall) / start.qemu.wall;
  console.log(
    `bash -c true, wall seconds: qemu ${start.qemu.wall.toFixed(3)}, kml ${start.kml.wall.toFixed(3)}, beyond Node's start ${beyond.toFixed(1)} times qemu`,
  );
} else console.log(`bash -c true: left out, no Debian root at ${debian} (pnpm test:real makes it)`);

const calls = 2_000_000;
const entries = compare({
  trap: [kml, 'run', '--kernel-mode', guest('calls'), 'trap', String(calls)],
  direct: [kml, 'run', '--kernel-mode', guest('calls'), 'vsyscall', String(calls)],
  none: [kml, 'run', '--kernel-mode', guest('calls'), 'trap', '0'],
});
const each = (name) => ((entries[name].cpu - entries.none.cpu) / calls) * 1e9;
report.entries = { trapNs: each('trap'), directNs: each('direct') };
console.log(
  `getpid in kernel mode, host ns a call: by trap ${each('trap').toFixed(0)}, by direct call ${each('direct').toFixed(0)}, ratio ${(each('trap') / each('direct')).toFixed(1)}`,
);

mkdirSync(join(root, 'dist'), { recursive: true });
writeFileSync(join(root, 'dist/bench.json'), `${JSON.stringify(report, undefined, 2)}\n`);
console.log('written to dist/bench.json');
