import { styleText } from 'node:util';
import { nodeClock, seededEntropy } from '@kml/host-node';
import { createMachine } from '@kml/machine';
import { EXPERIMENTS, type Experiment } from './experiments.ts';
import { tourRoot } from './guest-programs.ts';
import { outcomeOf } from './outcome.ts';
import { TourConsole } from './tour-console.ts';
import type { Mode, TourRow } from './tour-row.ts';

/** Runs all experiments on an architecture, in both modes. @param show is given what happens, as text for the terminal */
export async function runExperiments(arch: string, show: (text: string) => void): Promise<TourRow[]> {
  const root = tourRoot(arch);
  const rows: TourRow[] = [];
  for (const experiment of EXPERIMENTS) {
    show(`\n${styleText('bold', experiment.title)}\n`);
    for (const mode of ['user', 'kernel'] as const) {
      const path = `${mode === 'kernel' ? '/trusted' : ''}/bin/${experiment.program}`;
      show(styleText('dim', `  $ ${[path, ...experiment.args.map(quoted)].join(' ')}\n`));
      rows.push(await runExperiment(arch, root, experiment, mode, path, show));
    }
  }
  return rows;
}

async function runExperiment(
  arch: string,
  root: ReturnType<typeof tourRoot>,
  experiment: Experiment,
  mode: Mode,
  path: string,
  show: (text: string) => void,
): Promise<TourRow> {
  const screen = new TourConsole(show, experiment.type ?? []);
  const machine = createMachine({
    arch,
    root,
    console: screen,
    clock: nodeClock,
    entropy: seededEntropy(1),
    time: 'virtual',
    memory: (experiment.memoryMiB ?? 64) << 20,
    swap: (experiment.swapMiB ?? 0) * 2 ** 20,
  });
  const started = performance.now();
  machine.load({ path, argv: [path, ...experiment.args], env: { PATH: `${mode === 'kernel' ? '/trusted' : ''}/bin` } });
  const result = await machine.run({ timeoutSeconds: 60 });
  screen.finish();
  return {
    title: experiment.name,
    mode,
    outcome: outcomeOf(result),
    ok: result.status === experiment.expect,
    stats: machine.stats(),
    seconds: (performance.now() - started) / 1000,
  };
}

function quoted(word: string): string {
  return /^[\w/.-]+$/.test(word) ? word : `'${word}'`;
}
