import { Command, Option } from '@commander-js/extra-typings';
import { openSaveFile, type SaveFile, SaveFileError } from '@kml/host-node';
import { type ArchRegistry, type HostDirectory, restoreMachine, type SaveHeader } from '@kml/machine';
import { describeSave, headerOf } from '../describe-save.ts';
import { Failure } from '../failure.ts';
import { guarded } from '../guarded.ts';
import { guestRoot, hostDirectory } from '../guest-root.ts';
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
  saveAtOption,
  saveExitOption,
  saveOption,
  statsOption,
  straceOption,
  timeoutOption,
  withoutOption,
} from '../run-options.ts';
import { SAVE_VERSION } from '../save-session.ts';
import { entropyFor, openSession } from '../session.ts';
import { parseMount } from '../values.ts';

/** `kml restore`: goes on with a machine that was saved. */
export function restoreCommand() {
  return new Command('restore')
    .description('go on with a machine that kml run --save has saved')
    .argument('<file>', 'file that it was saved to')
    .option('--info', 'print what is in the file, and run nothing')
    .option('--json', 'with --info: as JSON')
    .option('--root <path>', 'where its root is now (default: where it was)')
    .option('--mount <host:guest>', 'where the host directory mounted there is now (repeat for more)', parseMount)
    .addOption(
      new Option('--time <kind>', 'clock to go on with (default: as it had)').choices(['real', 'virtual'] as const),
    )
    .addOption(pluginOption())
    .addOption(timeoutOption())
    .addOption(maxInstructionsOption())
    .addOption(saveOption())
    .addOption(saveAtOption())
    .addOption(saveExitOption())
    .addOption(netOption())
    .addOption(straceOption())
    .addOption(statsOption())
    .addOption(profileOption())
    .addOption(profileEveryOption())
    .addOption(auditOption())
    .addOption(interpretOption())
    .addOption(withoutOption())
    .addOption(noCodeCacheOption())
    .addOption(hotnessOption())
    .addOption(logLevelOption())
    .addOption(logFormatOption())
    .action(async (path, options) => {
      const file = opened(path);
      if (options.info) {
        process.stdout.write(
          options.json ? `${JSON.stringify(file.header, undefined, 2)}\n` : describeSave(path, file),
        );
        return;
      }
      const header = headerOf(path, file);
      const log = await openLog(options.logLevel, options.logFormat);
      const registry = await registryOf(options.plugin);
      const session = await openSession(options, log);
      const time = options.time ?? header.time;
      const directories = await openDirectories(header, registry, options);
      const saved = { header, parts: file.parts };
      const given = { ...session.machineOptions, directories, time, entropy: entropyFor(time) };
      const { machine, warnings } = restored(path, () => restoreMachine(saved, SAVE_VERSION, given, registry));
      file.close();
      for (const warning of warnings) process.stderr.write(`kml: warning: ${warning}\n`);
      await session.run(machine, () => {});
    });
}

/** Throws Failure. */
function opened(path: string): SaveFile {
  return restored(path, () => openSaveFile(path));
}

/** What is wrong with the file, or with restoring it, is a line that begins with its name. */
function restored<T>(path: string, action: () => T): T {
  try {
    return guarded(action);
  } catch (error) {
    if (error instanceof SaveFileError || error instanceof Failure) throw new Failure(`${path}: ${error.message}`);
    throw error;
  }
}

/** The machine's host directories, where they were or where the options say. Throws Failure. */
async function openDirectories(
  { directories, writeRoot }: SaveHeader,
  registry: ArchRegistry,
  options: { root?: string; mount?: readonly { host: string; guest: string }[] },
): Promise<Map<string, HostDirectory>> {
  const found = new Map<string, HostDirectory>();
  for (const { name, origin } of directories ?? []) {
    if (origin.kind === 'memory') continue;
    const moved = options.mount?.find(({ guest }) => guest === name)?.host;
    if (name !== 'root') found.set(name, hostDirectory(moved ?? origin.path, 'mount'));
    else {
      const root = await guestRoot(options.root ?? origin.path, registry, { write: writeRoot || undefined });
      found.set(name, root.directory);
    }
  }
  return found;
}
