import { styleText } from 'node:util';
import { nodeClock, seededEntropy } from '@kml/host-node';
import { createMachine, type MachineStats } from '@kml/machine';
import { debianBash } from './debian-bash.ts';
import { EXPERIMENTS, type Experiment } from './experiments.ts';
import { tourRoot } from './guest-programs.ts';
import { outcomeOf } from './outcome.ts';
import { renderTable } from './table.ts';
import { TourConsole } from './tour-console.ts';

type Mode = 'user' | 'kernel';

interface Row {
  title: string;
  mode: Mode;
  outcome: string;
  ok: boolean;
  stats: MachineStats;
  seconds: number;
}

const show = (text: string): void => void process.stdout.write(text);
const bold = (text: string): string => styleText('bold', text);

/** Runs all experiments; 0 if each ended as it must, else 1. */
export async function runTour(arch: string, withDebian: boolean): Promise<number> {
  show(`${bold('KML')}: programs under /trusted run at kernel privilege, and stay ordinary processes (${arch})\n`);
  const root = tourRoot(arch);
  const rows: Row[] = [];
  for (const experiment of EXPERIMENTS) {
    show(`\n${bold(experiment.title)}\n`);
    for (const mode of ['user', 'kernel'] as const) {
      const path = `${mode === 'kernel' ? '/trusted' : ''}/bin/${experiment.program}`;
      show(styleText('dim', `  $ ${[path, ...experiment.args.map(quoted)].join(' ')}\n`));
      rows.push(await runExperiment(arch, root, experiment, mode, path));
    }
  }
  if (withDebian) rows.push(...(await debianBash(arch, show)));
  show(`\n${renderTable(HEADINGS, rows.map(cells))}`);
  const bad = rows.filter((row) => !row.ok);
  if (bad.length > 0)
    show(`\n${bad.length} did not end as it must: ${bad.map((row) => `${row.title} (${row.mode})`).join('; ')}\n`);
  return bad.length > 0 ? 1 : 0;
}

async function runExperiment(
  arch: string,
  root: ReturnType<typeof tourRoot>,
  experiment: Experiment,
  mode: Mode,
  path: string,
): Promise<Row> {
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

const HEADINGS = [
  'experiment',
  'mode',
  'ended',
  'traps',
  'fast',
  'direct',
  'recognised',
  'faults',
  'ticks',
  'instructions',
  'seconds',
];

function cells({ title, mode, outcome, stats, seconds }: Row): string[] {
  const { trap, fast, direct, recognised, fault, interrupt } = stats.kernelEntries;
  return [
    title,
    mode,
    outcome,
    ...[trap, fast, direct, recognised, fault, interrupt, stats.instructions].map(String),
    seconds.toFixed(2),
  ];
}

function quoted(word: string): string {
  return /^[\w/.-]+$/.test(word) ? word : `'${word}'`;
}
