import { Command } from '@commander-js/extra-typings';
import { makeRootfs, RootfsError } from '@kml/host-node';
import { debianName, rootArchitectures } from '../debian.ts';
import { Failure } from '../failure.ts';

/** `kml rootfs`: a guest root from Debian packages. */
export function rootfsCommand() {
  return new Command('rootfs')
    .description("make a guest root from Debian packages and what they depend on, through the host's apt")
    .argument('<dir>', 'directory to make')
    .option('--arch <arch>', `architecture, by Debian's name or ours (${rootArchitectures().join(', ')})`, 'i386')
    .requiredOption('--packages <names>', 'packages, separated by commas', (text) =>
      text.split(',').filter((name) => name !== ''),
    )
    .option('--quiet', 'no progress')
    .action(async (directory, options) => {
      const live = process.stderr.isTTY;
      const progress = (line: string): void => {
        if (options.quiet) return;
        process.stderr.write(live ? `\r\x1b[K${line.slice(0, (process.stderr.columns ?? 80) - 1)}` : `${line}\n`);
      };
      const architecture = debianName(options.arch);
      try {
        const { packages } = await makeRootfs({
          directory,
          architecture,
          packages: options.packages,
          progress,
        });
        if (live && !options.quiet) process.stderr.write('\r\x1b[K');
        process.stdout.write(packages === 0 ? `${directory} is up to date\n` : `${directory}: ${packages} packages\n`);
      } catch (error) {
        if (live && !options.quiet) process.stderr.write('\r\x1b[K');
        if (error instanceof RootfsError) throw new Failure(error.message);
        throw error;
      }
    });
}
