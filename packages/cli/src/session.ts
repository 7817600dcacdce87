import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  cacheDirectory,
  nodeClock,
  nodeEntropy,
  openCodeStore,
  openConsole,
  openHostCode,
  openNetwork,
  openSwap,
  seededEntropy,
} from '@kml/host-node';
import type { CodeStore, HostLog, Machine, MachineOptions, OptimisationName, RunResult } from '@kml/machine';
import { BUILD } from './build.ts';
import { Failure } from './failure.ts';
import { checkProfileFile, writeProfile } from './profile/write-profile.ts';
import { checkSaveOptions, type SaveOptions, saveTo } from './save-session.ts';
import { underSparingFlags, watchKernelEntries } from './sparing.ts';
import { openTrace } from './trace-file.ts';

/** What `run` and `restore` have in common. */
export interface SessionOptions extends SaveOptions {
  readonly net: 'none' | 'host';
  readonly strace?: string | true | undefined;
  readonly stats?: string | undefined;
  readonly profile?: string | undefined;
  readonly profileEvery: number;
  readonly audit?: true | undefined;
  readonly timeout?: number | undefined;
  readonly maxInstructions?: number | undefined;
  readonly interpret?: true | undefined;
  readonly without?: readonly OptimisationName[] | undefined;
  readonly codeCache: boolean;
  readonly hotness?: number | undefined;
}

/** A run of a machine on this process's terminal. */
export interface Session {
  /** What the machine gets from this host. */
  readonly machineOptions: MachineOptions;
  /** Runs it, once `begin` has brought it to its start, and ends the process with its status. Throws Failure. */
  run(machine: Machine, begin: () => void): Promise<never>;
}

/** Randomness: the same in every run under virtual time. */
export function entropyFor(time: 'real' | 'virtual') {
  return time === 'virtual' ? seededEntropy(1) : nodeEntropy;
}

/** Opens the console and what the options name. Throws Failure. */
export async function openSession(options: SessionOptions, log: HostLog | undefined): Promise<Session> {
  checkSaveOptions(options);
  if (options.profile !== undefined) checkProfileFile(options.profile);
  const trace = openTrace(options.strace);
  const wish = saveWish(options);
  const screen = openConsole();
  process.on('exit', () => screen.close());
  let wake = (): void => {};
  const network = options.net === 'host' ? await openNetwork(() => wake()) : undefined;
  const started = process.hrtime.bigint();
  const seconds = (): number => Number(process.hrtime.bigint() - started) / 1e9;
  return {
    machineOptions: {
      swapStore: openSwap(),
      interpret: options.interpret ?? false,
      ...(options.without && { without: options.without }),
      console: screen,
      clock: nodeClock,
      ...(network && { network }),
      ...(log && { log }),
      ...(options.codeCache && { codeStore: codeStore() }),
      ...(options.hotness !== undefined && { hotness: options.hotness }),
      ...(trace && { strace: trace.line }),
      ...(options.profile !== undefined && { profileEvery: options.profileEvery }),
    },

    async run(machine, begin) {
      screen.onInput = wake = () => machine.wake();
      // Node makes a stream of standard output at the first look.
      if (screen.isTty(1)) process.stdout.on('resize', () => machine.consoleResized());
      let result: RunResult;
      try {
        begin();
        result = await runAndSave(machine, options, wish);
      } finally {
        screen.close();
        trace?.close();
      }
      if (result.kind === 'panic') process.stderr.write(`${result.message}\n`);
      if (result.kind === 'limit') {
        machine.sync();
        const bound = result.limit === 'timeout' ? `${options.timeout} s` : `${options.maxInstructions} instructions`;
        process.stderr.write(`kml: ended after ${bound}\n`);
      }
      const profile = machine.profile();
      if (options.profile !== undefined && profile)
        writeProfile(options.profile, profile, process.argv.slice(2).join(' '));
      if (options.stats !== undefined) writeStats(options.stats, machine, result, seconds());
      const faults = options.audit && result.kind !== 'panic' ? machine.audit().faults : [];
      for (const fault of faults) process.stderr.write(`kml: audit: ${fault}\n`);
      // Nothing of the machine may keep the process: standard input may still be open.
      process.exit(faults.length > 0 ? 125 : result.kind === 'paused' ? 0 : result.status);
    },
  };
}

function codeStore(): CodeStore {
  return { ...openCodeStore(join(cacheDirectory(), 'code'), BUILD), hostCode: openHostCode(underSparingFlags) };
}

const STDOUT = 1;

/** The wish to be saved that SIGUSR1 makes, from now on: unheard, Node would start its debugger. */
interface SaveWish {
  early: boolean;
  pause: (() => void) | undefined;
}

function saveWish({ save }: SaveOptions): SaveWish {
  const wish: SaveWish = { early: false, pause: undefined };
  if (save === undefined) return wish;
  process.on('SIGUSR1', () => {
    if (wish.pause) wish.pause();
    else wish.early = true;
  });
  return wish;
}

/** Runs to the end, saving where asked to. 'paused': it was saved, and --save-exit ends the run there. */
async function runAndSave(machine: Machine, options: SessionOptions, wish: SaveWish): Promise<RunResult> {
  const { save, timeout, maxInstructions } = options;
  const deadline = timeout === undefined ? undefined : performance.now() + timeout * 1000;
  wish.pause = () => machine.pause();
  if (wish.early) machine.pause();
  let pauseAt = options.saveAt;
  watchKernelEntries(() => machine.kernelEntries());
  for (;;) {
    const result = await machine.run({
      ...(deadline !== undefined && { timeoutSeconds: Math.max(0, deadline - performance.now()) / 1000 }),
      ...(maxInstructions !== undefined && { maxInstructions }),
      ...(pauseAt !== undefined && { pauseAt }),
    });
    if (result.kind !== 'paused') {
      if (pauseAt !== undefined && result.kind !== 'limit')
        process.stderr.write(`kml: ended before instruction ${pauseAt}; nothing was saved there\n`);
      return result;
    }
    if (pauseAt !== undefined && machine.instructions >= pauseAt) pauseAt = undefined;
    if (options.saveExit) {
      machine.sync();
      saveTo(save!, machine);
      return result;
    }
    try {
      saveTo(save!, machine);
    } catch (error) {
      // The run is worth more than the save.
      if (!(error instanceof Failure)) throw error;
      process.stderr.write(`kml: ${error.message}\n`);
    }
  }
}

function writeStats(path: string, machine: Machine, exit: RunResult, hostSeconds: number): void {
  const peakHostMemory = process.resourceUsage().maxRSS * 1024;
  const stats = { ...machine.stats(), hostSeconds, peakHostMemory, exit };
  try {
    writeFileSync(path === '-' ? STDOUT : path, `${JSON.stringify(stats, undefined, 2)}\n`);
  } catch (error) {
    throw new Failure(`--stats ${path}: ${(error as NodeJS.ErrnoException).code}`);
  }
}
