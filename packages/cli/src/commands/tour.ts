import { Command } from '@commander-js/extra-typings';
import { standardRegistry } from '@kml/machine';
import { Failure } from '../failure.ts';
import { runTour } from '../tour/tour.ts';

/** `kml tour`: the experiments of Kernel Mode Linux, live. */
export function tourCommand() {
  return new Command('tour')
    .description('run the experiments of Kernel Mode Linux, in user mode and in kernel mode')
    .option('--arch <isa>', 'architecture (see kml archs)', 'ia32')
    .option('--no-debian', "leave out Debian's bash (which is fetched where the host has apt)")
    .action(async (options) => {
      const { plugins } = standardRegistry();
      if (!plugins.some(({ name }) => name === options.arch)) {
        throw new Failure(`no architecture '${options.arch}'; there is ${plugins.map(({ name }) => name).join(', ')}`);
      }
      process.exitCode = await runTour(options.arch, options.debian);
    });
}
