import { Command } from '@commander-js/extra-typings';
import { type CpuDescription, describeCpus } from '@kml/machine';
import { Failure } from '../failure.ts';
import { pluginOption, registryOf } from '../plugins.ts';
import { textTable } from '../text-table.ts';

/** `kml cpu`: the CPU models; with a name, what the model charges and where each figure comes from. */
export function cpuCommand() {
  return new Command('cpu')
    .description(
      'list the CPU models, or show what one charges: cycles by class of instructions and by work of the kernel, with sources',
    )
    .argument('[model]', 'name of a model')
    .option('--arch <name>', 'models of this architecture only')
    .option('--json', 'as JSON')
    .addOption(pluginOption())
    .action(async (name, options) => {
      const { plugins } = await registryOf(options.plugin);
      const models = ofArch(plugins.flatMap(describeCpus), options.arch);
      const shown = name === undefined ? models : find(models, name);
      if (options.json)
        process.stdout.write(`${JSON.stringify(name === undefined ? shown : shown[0], undefined, 2)}\n`);
      else process.stdout.write(name === undefined ? list(shown) : describe(shown[0]!));
    });
}

function ofArch(models: readonly CpuDescription[], arch: string | undefined): readonly CpuDescription[] {
  if (arch === undefined) return models;
  const some = models.filter((model) => model.arch === arch);
  if (some.length > 0) return some;
  const archs = [...new Set(models.map((model) => model.arch))];
  throw new Failure(`no architecture '${arch}'; there is ${archs.join(', ')}`);
}

/** At least one: byte orders of an architecture have the same models. */
function find(models: readonly CpuDescription[], name: string): readonly CpuDescription[] {
  const found = models.filter((model) => model.name === name);
  if (found.length > 0) return found;
  const names = [...new Set(models.map((model) => model.name))];
  throw new Failure(`no CPU model '${name}'; there is ${names.join(', ')}`);
}

function list(models: readonly CpuDescription[]): string {
  const rows = models.map((model) => [
    model.name,
    model.arch,
    `${model.clockHz / 1e6} MHz`,
    share(model),
    model.isDefault ? `${model.title} (default)` : model.title,
  ]);
  return textTable([['model', 'arch', 'clock', 'sourced', 'is'], ...rows], [2]);
}

/** How many of its figures are not assumed. */
function share({ costs, work }: CpuDescription): string {
  const all = [...costs, ...work];
  return `${all.filter(({ source }) => !source.startsWith('assumed')).length} of ${all.length}`;
}

function describe({ title, arch, clockHz, costs, work }: CpuDescription): string {
  const number = (cycles: number): string => String(Math.round(cycles * 1000) / 1000);
  const costRows = costs.map(({ name, cycles, source }) => [name, number(cycles), source]);
  const workRows = work.map(({ name, cycles, unit, source }) => [name, number(cycles), unit, source]);
  return [
    `${title}: ${arch}, ${clockHz / 1e6} MHz\n\n`,
    textTable([['class of instructions', 'cycles', 'source'], ...costRows], [1]),
    '\n',
    textTable([['work of the kernel', 'cycles', 'for', 'source'], ...workRows], [1]),
  ].join('');
}
