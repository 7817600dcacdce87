import { writeFileSync } from 'node:fs';
import { Command } from '@commander-js/extra-typings';
import { EXPERIMENTS, type ExperimentReport } from '@kml/experiment';
import { renderCsv } from '../experiment/csv.ts';
import { renderText } from '../experiment/text.ts';
import { Failure } from '../failure.ts';
import { guestProgram } from '../tour/guest-programs.ts';

/** `kml experiment`: repeats what was published on Kernel Mode Linux, and shows it beside. */
export function experimentCommand() {
  return new Command('experiment')
    .description('repeat a published experiment on Kernel Mode Linux, and show its figures beside ours')
    .argument('[name]', 'which (default: list them)')
    .option('--json <file>', 'write what was found as JSON (- for standard output, instead of the report)')
    .option('--csv <file>', 'write the figures as CSV (- for standard output, instead of the report)')
    .action(async (name, options) => {
      if (name === undefined) return list();
      const experiment = EXPERIMENTS.find((candidate) => candidate.name === name);
      if (experiment === undefined) {
        throw new Failure(`no experiment '${name}'; there is ${EXPERIMENTS.map((one) => one.name).join(', ')}`);
      }
      const report = await experiment.run({ guestProgram, progress });
      progress();
      write(report, options);
    });
}

function list(): void {
  for (const { name, title } of EXPERIMENTS) process.stdout.write(`${name.padEnd(10)}${title}\n`);
}

function write(report: ExperimentReport, options: { json?: string | undefined; csv?: string | undefined }): void {
  const outputs: (readonly [file: string | undefined, option: string, text: () => string])[] = [
    [options.json, '--json', () => `${JSON.stringify(report, undefined, 2)}\n`],
    [options.csv, '--csv', () => renderCsv(report)],
  ];
  for (const [file, option, text] of outputs) if (file !== undefined) writeOutput(option, file, text());
  if (!outputs.some(([file]) => file === '-')) process.stdout.write(`${renderText(report)}\n`);
}

function writeOutput(option: string, file: string, text: string): void {
  if (file === '-') {
    process.stdout.write(text);
    return;
  }
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new Failure(`${option} ${file}: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** A line on a terminal that the next one replaces; nothing where standard error is not one. */
function progress(what = ''): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${what}`);
}
