// Speed against QEMU user mode, and v86, in one run: docs/benchmarks.md. `pnpm bench --help` says what can be asked for.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Subject } from './bench/cells.mjs';
import { fail } from './bench/fail.mjs';
import { describeHost, load, needed, QEMU, versionOf } from './bench/host.mjs';
import { Stopwatch } from './bench/measure.mjs';
import { oneOf, parseOptions } from './bench/options.mjs';
import { benchPage } from './bench/page.mjs';
import { headerText, markdownTable, summaryText } from './bench/print.mjs';
import { Progress } from './bench/progress.mjs';
import { runBench } from './bench/run.mjs';
import { versionOfV86 } from './bench/v86/version.mjs';
import { node, root, step } from './node.mjs';

const options = parseOptions();
const say = (text) => {
  if (!options.json) console.log(text);
};

// Before the build: what is missing is said at once.
const v86 = options.groups.includes('v86') ? versionOfV86() : undefined;
step(node, [join(root, 'scripts/build.mjs')]);
const kml = join(root, 'bin/kml');
const known = JSON.parse(spawnSync(kml, ['archs', '--json'], { encoding: 'utf8' }).stdout)
  .map(({ name }) => name)
  .filter((name) => name in QEMU);
const archs = options.archs ?? known;
for (const arch of archs) oneOf('architecture', arch, known);
needed('taskset', 'util-linux');

const subjects = { ours: new Subject(root) };
if (options.against !== undefined) subjects.against = new Subject(resolve(options.against));
if (options.without !== undefined) {
  subjects[`without-${options.without}`] = new Subject(root, ['--without', options.without]);
  if (spawnSync(kml, ['run', '--without', options.without, join(root, 'guest/bin/ia32/true')]).status !== 0)
    fail(`no optimisation '${options.without}'; bin/kml run --without help lists them`);
}

const stopwatch = new Stopwatch(options.core);
const nodeStart = stopwatch.compare({ node: [node, '-e', '0'] }, Math.max(options.rounds, 5)).medians.node;
const report = {
  host: describeHost(options.core),
  versions: versions(),
  rounds: options.rounds,
  nodeStart,
};
say(headerText(report));
const context = {
  ...{ options, archs, subjects, stopwatch, nodeStart, node, kml, say },
  binaries: join(root, 'guest/bin'),
  progress: new Progress(options.json && !process.stderr.isTTY),
};
Object.assign(report, await runBench(context, say));
report.host.loadAtEnd = load();
say(summaryText(report.summary));
await write();

function versions() {
  return {
    KML: versionOf('git', '-C', root, 'log', '-1', '--format=%h %s'),
    ...(options.against !== undefined && {
      against: versionOf('git', '-C', resolve(options.against), 'log', '-1', '--format=%h %s'),
    }),
    QEMU: versionOf(needed(QEMU[archs[0]], 'qemu-user-static'), '--version'),
    Node: versionOf(node, '--version'),
    ...(v86 !== undefined && { v86 }),
  };
}

async function write() {
  mkdirSync(join(root, 'dist'), { recursive: true });
  const text = `${JSON.stringify(report, undefined, 2)}\n`;
  const file = join(root, 'dist/bench.json');
  writeFileSync(file, text);
  writeFileSync(join(root, 'dist/bench.md'), markdownTable(report.summary));
  const page = resolve(options.html ?? join(root, 'dist/bench.html'));
  writeFileSync(page, await benchPage(report, join(root, 'dist/report.mjs')));
  if (options.json) process.stdout.write(text);
  else say(`\nload at the end ${report.host.loadAtEnd}; charts: ${page}; numbers: ${file}`);
}
