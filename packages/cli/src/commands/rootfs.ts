import { Command } from '@commander-js/extra-typings';
import { makeRootfs, RootfsError } from '@kml/host-node';
import { debianName, rootArchitectures } from '../debian.ts';
import { Failure } from '../failure.ts';
import { openProgress } from '../progress.ts';

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
      const progress = openProgress(options.quiet);
      const architecture = debianName(options.arch);
      try {
        const { packages } = await makeRootfs({
          directory,
          architecture,
          packages: options.packages,
          progress: progress.say,
        });
        progress.end();
        process.stdout.write(packages === 0 ? `${directory} is up to date\n` : `${directory}: ${packages} packages\n`);
      } catch (error) {
        progress.end();
        if (error instanceof RootfsError) throw new Failure(error.message);
        throw error;
      }
    });
}
