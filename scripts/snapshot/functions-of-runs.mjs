// Which functions of the bundle short runs call: V8 logs those that it compiles.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
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

/** Runs on an architecture. The second one of a short program finds what the first one kept, as most runs do; machine code is kept by a second and found by a third. */
function runsOn(arch) {
  const short = [['run', join(GUESTS, arch, 'true')], inRoot(arch, 'box', 'sh', '-c', SCRIPT)];
  const hot = HOT.map((command) => inRoot(arch, ...command));
  return [...short, ...short, ...hot, hot[0], hot[0]];
}

/**
 * Where the functions begin that V8 compiled in short runs on these architectures, from a snapshot that has none of them
 * compiled: positions in a script's text, ascending, by the script's path or, for Node's own, the number V8 gives it.
 * `command`: Node's arguments that start a command line from that snapshot.
 */
export function functionsOfRuns(command, architectures) {
  const scratch = mkdtempSync(join(tmpdir(), 'kml-build-'));
  const byScript = new Map();
  try {
    for (const args of architectures.flatMap(runsOn)) {
      for (const [script, position] of compiledIn([...command, ...args], scratch)) {
        if (!byScript.has(script)) byScript.set(script, new Set());
        byScript.get(script).add(position);
      }
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
  return Object.fromEntries([...byScript].map(([script, at]) => [script, [...at].sort((a, b) => a - b)]));
}

function compiledIn(args, scratch) {
  const log = join(scratch, 'functions.log');
  const logging = ['--log-function-events', '--no-logfile-per-isolate', `--logfile=${log}`];
  const env = { ...process.env, XDG_CACHE_HOME: scratch };
  spawnSync(node, [...logging, ...args], { env, stdio: 'ignore', timeout: 60_000 });
  const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [];
  rmSync(log, { force: true });
  return functionsIn(lines.map((line) => line.split(',')));
}

/** `script-details,ID,PATH,...` names a script; `function,interpreter,ID,START,END,...` says that a function was compiled. */
function functionsIn(rows) {
  const paths = new Map(rows.filter(([kind]) => kind === 'script-details').map(([, id, path]) => [id, path]));
  const compiled = rows.filter(([kind, what, id]) => kind === 'function' && what === 'interpreter' && paths.has(id));
  return compiled.map(([, , id, start]) => [isAbsolute(paths.get(id)) ? paths.get(id) : id, Number(start)]);
}
