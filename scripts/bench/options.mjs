// The bench's command line.
import { parseArgs } from 'node:util';
import { fail } from './fail.mjs';
import { GROUP_NAMES } from './groups.mjs';

export const MODES = ['user', 'kernel'];

const HELP = `Usage: pnpm bench [options]

Measures KML against QEMU user mode (and v86 on the integer programs of ia32), in CPU time, user and
system, of runs interleaved on one core; prints each ratio beside its target.

  --arch NAME      this architecture only (repeat for more)
  --group NAME     this group only (repeat for more): ${GROUP_NAMES.join(', ')}
  --program NAME   this program only (repeat for more)
  --mode MODE      user or kernel mode only
  --against DIR    measure another checkout of KML, too (it must be built), with the programs of this one
  --without NAME   measure this checkout without an optimisation, too (kml run --without help)
  --html FILE      write the charts there (default: dist/bench.html)
  --json           print the report as JSON, and no table
  --help

KML_BENCH_ROUNDS   runs of each command, of which the median counts (5)
KML_BENCH_CORE     the core that all is run on (0)

All of it takes an hour (KML_BENCH_ROUNDS=3: 45 minutes), one architecture 10 minutes, one group of it 1 to 3; it
says how long is left.
`;

/** The options. Prints help or one line about what is wrong, and ends the process. */
export function parseOptions() {
  const { values } = parsed();
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  for (const mode of values.mode ?? []) oneOf('mode', mode, MODES);
  for (const group of values.group ?? []) oneOf('group', group, GROUP_NAMES);
  return {
    archs: values.arch,
    groups: values.group ?? GROUP_NAMES,
    programs: values.program,
    modes: values.mode ?? MODES,
    against: values.against,
    without: values.without,
    html: values.html,
    json: values.json ?? false,
    rounds: whole('KML_BENCH_ROUNDS', 5, 1),
    core: whole('KML_BENCH_CORE', 0, 0),
  };
}

function parsed() {
  const many = { type: 'string', multiple: true };
  const options = {
    ...{ arch: many, group: many, program: many, mode: many },
    ...{ against: { type: 'string' }, without: { type: 'string' }, html: { type: 'string' } },
    ...{ json: { type: 'boolean' }, help: { type: 'boolean' } },
  };
  try {
    return parseArgs({ options });
  } catch (error) {
    fail(`${error.message.split('\n')[0]}\npnpm bench --help says what there is`);
  }
}

/** Ends the process where the value is not one of these. */
export function oneOf(what, value, known) {
  if (!known.includes(value)) fail(`no ${what} '${value}'; there is ${known.join(', ')}`);
}

function whole(name, otherwise, least) {
  const text = process.env[name] ?? String(otherwise);
  if (!/^\d+$/.test(text) || Number(text) < least) fail(`${name}=${text}: not a whole number from ${least} on`);
  return Number(text);
}
