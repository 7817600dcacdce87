// Which functions of the bundle short runs call: V8 logs those that it compiles.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { node, root } from '../node.mjs';

const GUESTS = join(root, 'guest/bin');
const WORKLOADS = [
  'read1',
  'read8k',
  'write8k',
  'open',
  'stat',
  'signal',
  'fork',
  'exec',
  'pingpong',
  'yield',
  'pagefault',
  'mmap',
  'copy',
];
const SCRIPT = ['startup', 'echo a | cat', 'seq 9 | wc', ...WORKLOADS.map((name) => `workload ${name} 9 any`)].join(
  '; ',
);
/** Programs that get hot, each with an amount of work that takes a moment: what translates them is wanted, too. */
const HOT = [
  ['fib', '24'],
  ['nbody', '20'],
  ['sortree', '1'],
];

const inRoot = (arch, program, ...args) => [
  'run',
  '--root',
  join(GUESTS, arch),
  '--env',
  'PATH=/',
  '--',
  `/${program}`,
  ...args,
];

/** Runs on an architecture. The second one of a short program finds what the first one kept, as most runs do. */
function runsOn(arch) {
  const short = [['run', join(GUESTS, arch, 'true')], inRoot(arch, 'box', 'sh', '-c', SCRIPT)];
  return [...short, ...short, ...HOT.map((command) => inRoot(arch, ...command))];
}

/**
 * Positions in a script's text at which the functions begin that V8 compiled in short runs on these architectures.
 * `command`: Node's arguments that start a command line from a snapshot without them; `script`: the file it was made of.
 */
export function functionsOfRuns(command, script, architectures) {
  const scratch = mkdtempSync(join(tmpdir(), 'kml-build-'));
  const positions = new Set();
  try {
    for (const args of architectures.flatMap(runsOn)) {
      for (const position of compiledIn([...command, ...args], script, scratch)) positions.add(position);
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
  return [...positions].sort((a, b) => a - b);
}

function compiledIn(args, script, scratch) {
  const log = join(scratch, 'functions.log');
  const logging = ['--log-function-events', '--no-logfile-per-isolate', `--logfile=${log}`];
  const env = { ...process.env, XDG_CACHE_HOME: scratch };
  spawnSync(node, [...logging, ...args], { env, stdio: 'ignore', timeout: 60_000 });
  const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [];
  rmSync(log, { force: true });
  return positionsIn(
    lines.map((line) => line.split(',')),
    script,
  );
}

/** `script-details,ID,PATH,...` names a script; `function,interpreter,ID,START,END,...` says that a function was compiled. */
function positionsIn(rows, script) {
  const id = rows.find(([kind, , path]) => kind === 'script-details' && path === script)?.[1];
  const compiled = rows.filter(([kind, what, of]) => kind === 'function' && what === 'interpreter' && of === id);
  return compiled.map(([, , , start]) => Number(start));
}
