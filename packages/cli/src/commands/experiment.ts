import { Command } from '@commander-js/extra-typings';
import { EXPERIMENTS, type Experiment, type ExperimentReport } from '@kml/experiment';
import { openOutput } from '../compare/output.ts';
import { renderCsv } from '../experiment/csv.ts';
import { renderText } from '../experiment/text.ts';
import { Failure } from '../failure.ts';
import { openProgress } from '../progress.ts';
import { loadReport } from '../report.ts';
import { guestProgram } from '../tour/guest-programs.ts';

/** `kml experiment`: repeats what was published on Kernel Mode Linux, and shows it beside. */
export function experimentCommand() {
  return new Command('experiment')
    .description('repeat a published experiment on Kernel Mode Linux, its figures beside ours')
    .argument('[name]', 'which (left out: list them)')
    .option('--json <file>', 'write what was found as JSON; - is standard output, without the report')
    .option('--csv <file>', 'write the figures as CSV, one a line; - is standard output, without the report')
    .option('--html <file>', 'write it as a page with charts, in one file; - is standard output, without the report')
    .addHelpText(
      'after',
      `
  All of it is in virtual time: the figures are the same on every run and on every host.`,
    )
    .action(async (name, options) => {
      if (name === undefined) return list();
      const experiment = EXPERIMENTS.find((candidate) => candidate.name === name);
      if (experiment === undefined) {
        throw new Failure(`no experiment '${name}'; there is ${EXPERIMENTS.map((one) => one.name).join(', ')}`);
      }
      const json = openOutput('--json', options.json);
      const csv = openOutput('--csv', options.csv);
      const page = openOutput('--html', options.html);
      const report = await run(experiment);
      json?.(`${JSON.stringify(report, undefined, 2)}\n`);
      csv?.(renderCsv(report));
      page?.((await loadReport()).experimentPage(report));
      if (![options.json, options.csv, options.html].includes('-')) process.stdout.write(`${renderText(report)}\n`);
    });
}

function list(): void {
  for (const { name, title } of EXPERIMENTS) process.stdout.write(`${name.padEnd(10)}${title}\n`);
}

async function run(experiment: Experiment): Promise<ExperimentReport> {
  // Progress is for those who wait and watch.
  const progress = openProgress(!process.stderr.isTTY);
  try {
    return await experiment.run({ guestProgram, progress: (what) => progress.say(what) });
  } finally {
    progress.end();
  }
}
