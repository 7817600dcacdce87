import { basename } from 'node:path';
import { Command, Option } from '@commander-js/extra-typings';
import { type ArchRegistry, archOfProgram, createMachine, describeElf, memoryDirectory, takesElf } from '@kml/machine';
import { Failure } from '../failure.ts';
import { guarded } from '../guarded.ts';
import { commandOf, guestRoot, hostDirectory, type ImageDefaults } from '../guest-root.ts';
import { readHostFile } from '../host-file.ts';
import { openLog } from '../log.ts';
import { pluginOption, registryOf } from '../plugins.ts';
import {
  auditOption,
  hotnessOption,
  interpretOption,
  logFormatOption,
  logLevelOption,
  maxInstructionsOption,
  netOption,
  noCodeCacheOption,
  profileEveryOption,
  profileOption,
  recogniseOption,
  saveAtOption,
  saveExitOption,
  saveOption,
  statsOption,
  straceOption,
  timeoutOption,
  withoutOption,
} from '../run-options.ts';
import { entropyFor, openSession } from '../session.ts';
import { knownHere, preparedByAll, rememberArchitecture } from '../snapshot-part.ts';
import { parseEnvironment, parseMount, parseSize, parseUser, parseWhole } from '../values.ts';

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
    .option('--rewrite', 'kernel mode: turn trap instructions into direct calls as they are first executed')
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
    .addOption(timeoutOption())
    .addOption(maxInstructionsOption())
    .addOption(saveOption())
    .addOption(saveAtOption())
    .addOption(saveExitOption())
    .addOption(netOption())
    .addOption(straceOption())
    .addOption(statsOption())
    .addOption(recogniseOption())
    .addOption(profileOption())
    .addOption(profileEveryOption())
    .addOption(auditOption())
    .addOption(interpretOption())
    .addOption(withoutOption())
    .addOption(noCodeCacheOption())
    .addOption(hotnessOption())
    .addOption(logLevelOption())
    .addOption(logFormatOption())
    .passThroughOptions()
    .action(async (given, rest, options) => {
      const prepare = async () => {
        const log = await openLog(options.logLevel, options.logFormat);
        const registry = await registryOf(options.plugin);
        const image = options.root === undefined ? undefined : await guestRoot(options.root, registry, options);
        const [program, ...args] = given === undefined ? commandOf(image) : [given, ...rest];
        const host = image === undefined ? hostProgram(program, registry, options.arch) : undefined;
        const root = host?.root ?? image!.directory;
        const mounts = (options.mount ?? []).map(({ host, guest, readOnly }) => ({
          host: hostDirectory(host, 'mount'),
          guest,
          readOnly,
        }));
        const start = startOf(host?.path ?? program, program, args, { ...image?.defaults, ...options });
        const found = archOfProgram({ root, mounts }, { ...start, searchPath: start.env.PATH }, registry)?.name;
        const arch = knownHere(options.arch ?? found);
        return { log, registry, root, mounts, start, arch, found, program };
      };
      const { log, registry, root, mounts, start, arch, found, program } = await preparedByAll(prepare);
      if (found !== undefined && options.codeCache) rememberArchitecture(found, options.root ?? program);
      const session = await openSession(options, log);
      const machine = guarded(() =>
        createMachine(
          {
            ...session.machineOptions,
            root,
            writeRoot: options.write ?? false,
            kernelMode: options.kernelMode ?? false,
            recognise: options.recognise === 'on' && !options.rewrite,
            rewrite: options.rewrite ?? false,
            memory: options.memory,
            swap: options.swap,
            hz: options.hz,
            time: options.time,
            entropy: entropyFor(options.time),
            mounts,
            ...(arch !== undefined && { arch }),
            ...(options.cpu !== undefined && { cpu: options.cpu }),
          },
          registry,
        ),
      );
      await session.run(machine, () => guarded(() => machine.load(start)));
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
