import { Command, Option } from '@commander-js/extra-typings';
import { runTour } from '../tour/tour.ts';

/** `kml tour`: the experiments of Kernel Mode Linux, live. */
export function tourCommand() {
  return new Command('tour')
    .description('run the experiments of Kernel Mode Linux, in user mode and in kernel mode')
    .addOption(new Option('--arch <isa>', 'architecture').choices(['ia32'] as const).default('ia32' as const))
    .option('--no-debian', "leave out Debian's bash (which is fetched where the host has apt)")
    .action(async (options) => {
      process.exitCode = await runTour(options.arch, options.debian);
    });
}
