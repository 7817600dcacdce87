import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Command, Option } from '@commander-js/extra-typings';
import {
  cacheDirectory,
  nodeClock,
  nodeEntropy,
  openCodeStore,
  openConsole,
  openSwap,
  seededEntropy,
} from '@kml/host-node';
import {
  type ArchRegistry,
  archOfProgram,
  createMachine,
  describeElf,
  MachineError,
  memoryDirectory,
  type RunResult,
  takesElf,
} from '@kml/machine';
import { BUILD } from '../build.ts';
import { Failure } from '../failure.ts';
import { commandOf, guestRoot, hostDirectory, type ImageDefaults } from '../guest-root.ts';
import { readHostFile } from '../host-file.ts';
import { LOG_LEVELS, openLog } from '../log.ts';
import { pluginOption, registryOf } from '../plugins.ts';
import { parseEnvironment, parseMount, parseSeconds, parseSize, parseUser, parseWhole } from '../values.ts';

const MIB = 2 ** 20;

/** `kml run`: runs a program to its end. */
export function runCommand() {
  return new Command('run')
    .description('run a program; its options follow --')
    .argument(
      '[program]',
      "path in the guest root (or a name in PATH); without --root, a static program on the host; left out: the image's own",
    )
    .argument('[args...]', 'arguments of the program')
    .option(
      '--root <path>',
      'what the program sees as /: a host directory (never modified, unless with --write), a tar archive (plain, gz, xz, zst) or an OCI image layout',
    )
    .option('--write', 'changes under / go to the host directory itself')
    .option('--kernel-mode', 'run it as if it were under /trusted: at kernel privilege')
    .option('--memory <size>', 'guest memory', parseSize, 256 * MIB)
    .option('--swap <size>', 'swap space for pages that are paged out', parseSize, 0)
    .option('--arch <isa>', "architecture (default: the program's; see kml archs)")
    .addOption(pluginOption())
    .option('--cpu <model>', 'CPU model (costs, clock rate)')
    .option('--hz <n>', 'timer interrupts a second', parseWhole(10, 10000), 100)
    .addOption(
      new Option('--time <kind>', "real: the host's clock; virtual: guest cycles, repeats bit for bit")
        .choices(['real', 'virtual'] as const)
        .default('real' as const),
    )
    .option('--env <name=value>', 'environment variable (repeat for more)', parseEnvironment)
    .option('--cwd <dir>', "working directory (default: the image's, or /)")
    .option('--user <uid[:gid]>', "run as this user (default: the image's, or 0)", parseUser)
    .option('--mount <host:guest[:ro]>', 'show a host directory at a guest path (repeat for more)', parseMount)
    .option('--timeout <seconds>', 'end the run after so many seconds (status 124)', parseSeconds)
    .option(
      '--max-instructions <n>',
      'end the run after so many instructions (status 124)',
      parseWhole(1, Number.MAX_SAFE_INTEGER),
    )
    .option('--strace [file]', 'print every system call, on standard error or to a file')
    .option('--stats <file>', 'write counters of the run as JSON')
    .option('--audit', "at the end, check the kernel's own accounts: what leaked is named (status 125)")
    .option('--interpret', 'never translate to WebAssembly')
    .option('--no-code-cache', 'neither use nor keep lifted code of earlier runs')
    .addOption(
      new Option('--hotness <n>', 'executions of a block before it is translated')
        .argParser(parseWhole(1, 1e9))
        .hideHelp(),
    )
    .addOption(
      new Option('--log-level <level>', 'log on standard error').choices(LOG_LEVELS).default('silent' as const),
    )
    .addOption(new Option('--log-format <format>', 'pretty lines or JSON').choices(['pretty', 'json'] as const))
    .passThroughOptions()
    .action(async (given, rest, options) => {
      const log = await openLog(options.logLevel, options.logFormat);
      const registry = await registryOf(options.plugin);
      const image = options.root === undefined ? undefined : await guestRoot(options.root, registry, options);
      const [program, ...args] = given === undefined ? commandOf(image) : [given, ...rest];
      const host = image === undefined ? hostProgram(program, registry, options.arch) : undefined;
      const trace = openTrace(options.strace);
      const screen = openConsole();
      const started = process.hrtime.bigint();
      const root = host?.root ?? image!.directory;
      const mounts = (options.mount ?? []).map(({ host, guest, readOnly }) => ({
        host: hostDirectory(host, 'mount'),
        guest,
        readOnly,
      }));
      const start = startOf(host?.path ?? program, program, args, { ...image?.defaults, ...options });
      const arch =
        options.arch ?? archOfProgram({ root, mounts }, { ...start, searchPath: start.env.PATH }, registry)?.name;
      const machine = guarded(() =>
        createMachine(
          {
            root,
            writeRoot: options.write ?? false,
            kernelMode: options.kernelMode ?? false,
            memory: options.memory,
            swap: options.swap,
            swapStore: openSwap(),
            hz: options.hz,
            time: options.time,
            interpret: options.interpret ?? false,
            console: screen,
            clock: nodeClock,
            entropy: options.time === 'virtual' ? seededEntropy(1) : nodeEntropy,
            mounts,
            ...(arch !== undefined && { arch }),
            ...(log && { log }),
            ...(options.codeCache && { codeStore: openCodeStore(join(cacheDirectory(), 'code'), BUILD) }),
            ...(options.cpu !== undefined && { cpu: options.cpu }),
            ...(options.hotness !== undefined && { hotness: options.hotness }),
            ...(trace && { strace: trace.line }),
          },
          registry,
        ),
      );
      screen.onInput = () => machine.wake();
      // Node makes a stream of standard output at the first look.
      if (screen.isTty(1)) process.stdout.on('resize', () => machine.consoleResized());
      const restore = (): void => screen.close();
      process.on('exit', restore);
      let result: RunResult;
      try {
        guarded(() => machine.load(start));
        result = await machine.run({
          ...(options.timeout !== undefined && { timeoutSeconds: options.timeout }),
          ...(options.maxInstructions !== undefined && { maxInstructions: options.maxInstructions }),
        });
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
      if (options.stats !== undefined) {
        const hostSeconds = Number(process.hrtime.bigint() - started) / 1e9;
        const stats = {
          ...machine.stats(),
          hostSeconds,
          peakHostMemory: process.resourceUsage().maxRSS * 1024,
          exit: result,
        };
        write(options.stats, `${JSON.stringify(stats, undefined, 2)}\n`);
      }
      const faults = options.audit && result.kind !== 'panic' ? machine.audit().faults : [];
      for (const fault of faults) process.stderr.write(`kml: audit: ${fault}\n`);
      // Nothing of the machine may keep the process: standard input may still be open.
      process.exit(faults.length > 0 ? 125 : result.status);
    });
}

interface StartOptions extends ImageDefaults {
  readonly env?: Record<string, string> | undefined;
}

/** A root that holds one host program, which must be static. */
function hostProgram(path: string, registry: ArchRegistry, arch: string | undefined) {
  const bytes = readHostFile(path, 127, 126);
  const facts = describeElf(bytes, registry);
  if (!facts.runnable) throw new Failure(`${path}: ${facts.problem}`, 126);
  const wanted = arch === undefined ? undefined : registry.find(arch);
  if (wanted && !takesElf(wanted, bytes)) {
    throw new Failure(`${path}: is for ${facts.isa} (architecture ${facts.arch}), not ${arch}`, 126);
  }
  if (facts.interpreter !== undefined) {
    throw new Failure(
      `${path}: is dynamically linked (needs ${facts.interpreter}); give a root that has it with --root`,
      126,
    );
  }
  const at = `/bin/${basename(path)}`;
  return { path: at, root: memoryDirectory({ [at]: bytes, '/tmp/': bytes, '/trusted/bin/': bytes, '/etc/': bytes }) };
}

function startOf(path: string, name: string, args: readonly string[], options: StartOptions) {
  const basics = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    TERM: process.env.TERM ?? 'dumb',
  };
  const env = { ...basics, ...options.imageEnv, ...options.env };
  return { path, argv: [name, ...args], env, cwd: options.cwd ?? '/', ...(options.user ?? { uid: 0, gid: 0 }) };
}

function openTrace(where: string | true | undefined): { line: (text: string) => void; close: () => void } | undefined {
  if (where === undefined) return undefined;
  if (where === true) return { line: (text) => void process.stderr.write(`${text}\n`), close() {} };
  try {
    const fd = openSync(where, 'w');
    return { line: (text) => void writeSync(fd, `${text}\n`), close: () => closeSync(fd) };
  } catch (error) {
    throw new Failure(`--strace ${where}: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new Failure(`--stats ${path}: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** What the machine refuses becomes a line for the user. */
function guarded<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof MachineError) throw new Failure(error.message, error.status);
    throw error;
  }
}
