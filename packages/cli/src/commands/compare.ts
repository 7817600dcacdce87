import { Command, Option } from '@commander-js/extra-typings';
import { type Case, type Comparison, compare, csvOf } from '@kml/compare';
import type { ArchRegistry } from '@kml/machine';
import { openOutput } from '../compare/output.ts';
import { ENTRIES, MODES, planned } from '../compare/planned.ts';
import { nodePorts } from '../compare/ports.ts';
import { screenOf, workloadList } from '../compare/screen.ts';
import { pluginOption, registryOf } from '../plugins.ts';
import { openProgress } from '../progress.ts';
import { loadReport } from '../report.ts';
import { parseEnvironment, parseList, parseSeconds, parseSize, parseWhole } from '../values.ts';

const GUEST_MEMORY = 64 * 2 ** 20;
const gather = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
/** Host seconds after which a run is given up, unless the user says otherwise. */
const TIMEOUT_SECONDS = 600;

/** `kml compare`: the same work on every architecture, in both modes, by each way into the kernel. */
export function compareCommand() {
  return new Command('compare')
    .description('compare what workloads take on each architecture, in each mode, by each way into the kernel')
    .argument('[workloads...]', 'workloads by name or group (see --list); left out: all. With --program: its arguments')
    .option('--list', 'list the workloads')
    .option('--arch <isa,...>', 'architectures (default: all; see kml archs)', parseList())
    .option('--mode <mode,...>', 'user, kernel (default: both)', parseList(MODES))
    .option('--entry <way,...>', `${ENTRIES.join(', ')} (default: all that there are)`, parseList(ENTRIES))
    .option('--cpu <model,...>', "CPU models, or all (default: each architecture's first)", parseList())
    .option('--program <[isa=]path>', 'compare this program instead (repeat: one for each architecture)', gather)
    .option('--root <isa=path>', 'what the program of an architecture sees as /, as with kml run (repeat)', gather)
    .option('--env <name=value>', 'environment variable of the program (repeat)', parseEnvironment)
    .option('--memory <size>', 'guest memory', parseSize, GUEST_MEMORY)
    .option('--iterations <n>', 'units of each workload (default: its own number)', parseWhole(1, 1e9))
    .addOption(
      new Option('--time <kind>', "virtual: guest cycles, repeats bit for bit; real: the host's clock")
        .choices(['virtual', 'real'] as const)
        .default('virtual' as const),
    )
    .option('--host-time', 'show the seconds that runs take on this host (always with --time real)')
    .option('--mix', 'count instructions by class, too (everything is interpreted then)')
    .option('--timeout <seconds>', 'give a run up after so many host seconds', parseSeconds, TIMEOUT_SECONDS)
    .option('--json <file>', 'write all of it as JSON; - is standard output, without the table')
    .option(
      '--html <file>',
      'write a page with charts that needs nothing but a browser; - is standard output, without the table',
    )
    .option('--csv <file>', 'write it as CSV, a row a line; - is standard output, without the table')
    .addOption(pluginOption())
    .addHelpText(
      'after',
      `
  Shown is what one unit takes: the difference between a run of n and a run of 2 n units.

  --program: a static program of the host, or with --root a path in the root of its architecture; without
  isa= a path in every root given. If an argument has {n} in it, the program is run with n and with 2 n
  there; else it is run once, and shown is the whole run.

  Exit status: 0; 1 if a row failed: its calls did not come by the way it names, it did not end well,
  or it printed something else than on the other architectures; 125 if kml cannot do what is asked for.`,
    )
    .action(async (names, options) => {
      if (options.list) {
        process.stdout.write(workloadList());
        return;
      }
      const registry = await registryOf(options.plugin);
      const cases = await planned(names, registry, options);
      const json = openOutput('--json', options.json);
      const csv = openOutput('--csv', options.csv);
      const html = openOutput('--html', options.html);
      const comparison = await runAll(cases, options);
      json?.(`${JSON.stringify(comparison, undefined, 2)}\n`);
      csv?.(csvOf(comparison));
      html?.((await loadReport()).comparisonPage(comparison, cpuModelsOf(registry)));
      if (![options.json, options.csv, options.html].includes('-')) process.stdout.write(screenOf(comparison));
      process.exitCode = comparison.rows.some(({ verdict }) => verdict === 'failed') ? 1 : 0;
    });
}

function cpuModelsOf({ plugins }: ArchRegistry) {
  return plugins.flatMap(({ isa }) => isa.cpuModels);
}

interface RunOptions {
  readonly time: 'virtual' | 'real';
  readonly hostTime?: true | undefined;
  readonly mix?: true | undefined;
  readonly timeout: number;
  readonly memory: number;
}

async function runAll(cases: readonly Case[], options: RunOptions): Promise<Comparison> {
  const { time, hostTime = false, mix = false, timeout, memory } = options;
  // Progress is for those who wait and watch.
  const progress = openProgress(!process.stderr.isTTY);
  try {
    return await compare(cases, { time, hostTime, mix, memory, timeoutSeconds: timeout }, nodePorts, (it, index) =>
      progress.say(`${index + 1}/${cases.length} ${it.workload.name} ${it.plugin.name} ${it.mode} ${it.entry}`),
    );
  } finally {
    progress.end();
  }
}
