/** Options that several commands have; each is made anew, for Commander keeps them. */
import { Option } from '@commander-js/extra-typings';
import { LOG_LEVELS } from './log.ts';
import { parseOptimisation } from './optimisations.ts';
import { parseSeconds, parseWhole } from './values.ts';

const MOST = Number.MAX_SAFE_INTEGER;

export const timeoutOption = () =>
  new Option('--timeout <seconds>', 'end the run after so many seconds (status 124)').argParser(parseSeconds);

export const maxInstructionsOption = () =>
  new Option('--max-instructions <n>', 'end the run after so many instructions since boot (status 124)').argParser(
    parseWhole(1, MOST),
  );

export const saveOption = () =>
  new Option('--save <file>', 'save the machine to this file on SIGUSR1, for kml restore; the run goes on');

export const saveAtOption = () =>
  new Option('--save-at <n>', 'save it after so many instructions since boot').argParser(parseWhole(1, MOST));

export const saveExitOption = () => new Option('--save-exit', 'end the run where it was saved (status 0)');

export const netOption = () =>
  new Option('--net <kind>', "what programs reach beyond the machine: nothing, or the host's network as their own")
    .choices(['none', 'host'] as const)
    .default('none' as const);

export const straceOption = () =>
  new Option('--strace [file]', 'print every system call, on standard error or to a file');

export const statsOption = () =>
  new Option(
    '--stats <file>',
    'write counters of the run as JSON (-: on standard output, after all that programs print)',
  );

export const recogniseOption = () =>
  new Option(
    '--recognise <how>',
    "system-call traps in kernel mode: on: go the way of direct calls, counted apart; off: the CPU's traps",
  )
    .choices(['on', 'off'] as const)
    .default('on' as const);

export const profileOption = () =>
  new Option(
    '--profile <file>',
    'write where instructions, cycles and host time went, by stack: .json for speedscope, .svg a flame graph, .folded for other tools',
  );

export const profileEveryOption = () =>
  new Option('--profile-every <n>', 'instructions between its samples').argParser(parseWhole(1, MOST)).default(99_991);

export const auditOption = () =>
  new Option('--audit', "at the end, check the kernel's own accounts: what leaked is named (status 125)");

export const interpretOption = () => new Option('--interpret', 'never translate to WebAssembly');

/** `--without help` prints what there is, and ends the process. */
export const withoutOption = () =>
  new Option(
    '--without <optimisation>',
    "switch one of the engine's optimisations off, to measure it or to find one at fault (repeat for more; help: list them)",
  ).argParser(parseOptimisation);

export const noCodeCacheOption = () => new Option('--no-code-cache', 'neither use nor keep code of earlier runs');

export const hotnessOption = () =>
  new Option('--hotness <n>', 'executions of a block before it is translated').argParser(parseWhole(1, 1e9)).hideHelp();

export const logLevelOption = () =>
  new Option('--log-level <level>', 'log on standard error').choices(LOG_LEVELS).default('silent' as const);

export const logFormatOption = () =>
  new Option('--log-format <format>', 'pretty lines or JSON').choices(['pretty', 'json'] as const);
