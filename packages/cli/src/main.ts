import { Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { VERSION } from './build.ts';
import { archsCommand } from './commands/archs.ts';
import { compareCommand } from './commands/compare.ts';
import { cpuCommand } from './commands/cpu.ts';
import { experimentCommand } from './commands/experiment.ts';
import { explainCommand } from './commands/explain.ts';
import { infoCommand } from './commands/info.ts';
import { restoreCommand } from './commands/restore.ts';
import { rootfsCommand } from './commands/rootfs.ts';
import { runCommand } from './commands/run.ts';
import { tourCommand } from './commands/tour.ts';
import { Failure } from './failure.ts';

/** Commander's own, which it would make when the line is parsed. */
const HELP = ['-h, --help', 'display help for command'] as const;

/** What makes each command, by its name; in the order of the help. */
const COMMANDS: ReadonlyMap<string, () => CommandUnknownOpts> = new Map<string, () => CommandUnknownOpts>([
  ['run', runCommand],
  ['restore', restoreCommand],
  ['info', infoCommand],
  ['archs', archsCommand],
  ['cpu', cpuCommand],
  ['explain', explainCommand],
  ['rootfs', rootfsCommand],
  ['tour', tourCommand],
  ['compare', compareCommand],
  ['experiment', experimentCommand],
]);

/** Command lines that are made already, by the word that they begin with. */
const prepared = new Map<string, Command>();

/** Makes the command line for a command before it is known that it is asked for: the start-up snapshot has it then. */
export function prepareCommand(name: string): void {
  prepared.set(name, commandLine(name));
}

/** The command line: parses it, does what it says, and sets the exit status. */
export async function main(): Promise<void> {
  const word = process.argv[2];
  const program = prepared.get(word ?? '') ?? commandLine(word);
  process.on('uncaughtException', (error) => process.exit(report(error)));
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Knows the commands that a line whose first word this is may mean. */
function commandLine(word: string | undefined): Command {
  const program = new Command('kml')
    .description('Runs unmodified 32-bit Linux programs, in user mode and at kernel privilege (Kernel Mode Linux).')
    .version(VERSION)
    .addHelpText(
      'after',
      `
  Exit status of run and restore: the program's own; 128+N if signal N ended it; 124 if a limit did;
  125 if kml itself failed; 126 if the program cannot be run; 127 if it is not found.`,
    )
    .helpOption(...HELP)
    .enablePositionalOptions();

  for (const make of makersFor(word)) {
    const command = make();
    program.addCommand(command);
    command
      .exitOverride()
      .showHelpAfterError(false)
      .helpOption(...HELP);
    command.configureOutput({ outputError: (text, write) => write(`kml: ${text.replace(/^error: /, '')}`) });
  }
  program.exitOverride();
  program.configureOutput({ outputError: (text, write) => write(`kml: ${text.replace(/^error: /, '')}`) });
  return program;
}

/** A command that is named first is the only one that is made: a short run would wait for the others. */
function makersFor(word: string | undefined): Iterable<() => CommandUnknownOpts> {
  const named = word === undefined ? undefined : COMMANDS.get(word);
  return named ? [named] : COMMANDS.values();
}

/** Says in a line what went wrong. Gives the exit status. */
function report(error: unknown): number {
  // Whoever read the output has enough of it, as `head` has; a shell shows the same status for a program killed by SIGPIPE.
  if ((error as NodeJS.ErrnoException).code === 'EPIPE') return 141;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 125;
  if (error instanceof Failure) {
    process.stderr.write(`kml: ${error.message}\n`);
    return error.status;
  }
  process.stderr.write(`kml: internal error: ${(error as Error).message}\n`);
  if (process.env.KML_DEBUG) process.stderr.write(`${(error as Error).stack}\n`);
  return 125;
}
