import { Command } from '@commander-js/extra-typings';
import { type ArchDescription, describeArch } from '@kml/machine';
import { pluginOption, registryOf } from '../plugins.ts';
import { textTable } from '../text-table.ts';

/** `kml archs`: the architectures, with what they cover. */
export function archsCommand() {
  return new Command('archs')
    .description('list the architectures: CPU models, instructions, system calls')
    .option('--json', 'as JSON')
    .addOption(pluginOption())
    .action(async (options) => {
      const archs = (await registryOf(options.plugin)).plugins.map(describeArch);
      process.stdout.write(options.json ? `${JSON.stringify(archs, undefined, 2)}\n` : table(archs));
    });
}

const HEAD = ['arch', 'ABI', 'byte order', 'instructions', 'system calls', 'CPU models'];

function table(archs: readonly ArchDescription[]): string {
  return textTable([HEAD, ...archs.map(rowOf)]);
}

function rowOf({ name, abi, byteOrder, instructions, syscalls, cpuModels }: ArchDescription): string[] {
  const { numbers, full, partial, stub } = syscalls;
  const calls = `${full} full, ${partial} partial, ${stub} answer only, of ${numbers}`;
  const models = cpuModels.map((model) => `${model.name} (${model.title}, ${model.clockHz / 1e6} MHz)`);
  return [name, abi, byteOrder, `${instructions} forms`, calls, models.join(', ')];
}
