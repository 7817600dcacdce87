import { resolve } from 'node:path';
import { Option } from '@commander-js/extra-typings';
import { type ArchPlugin, type ArchRegistry, MachineError, registryWith } from '@kml/machine';
import { Failure } from './failure.ts';
import { loadModule } from './load-module.ts';

const gather = (module: string, before: string[] = []): string[] => [...before, module];

/** `--plugin`: an ES module whose default export is an ArchPlugin. */
export function pluginOption() {
  return new Option('--plugin <module>', 'architecture from an ES module of the host (repeat for more)').argParser(
    gather,
  );
}

/** The standard architectures and those of the modules given with --plugin. */
export async function registryOf(modules: readonly string[] | undefined): Promise<ArchRegistry> {
  const plugins: ArchPlugin[] = [];
  for (const module of modules ?? []) plugins.push(await loadPlugin(module));
  try {
    return registryWith(plugins);
  } catch (error) {
    if (error instanceof MachineError) throw new Failure(`--plugin: ${error.message}`);
    throw error;
  }
}

async function loadPlugin(module: string): Promise<ArchPlugin> {
  let exports: { default?: unknown };
  try {
    exports = await loadModule(resolve(module));
  } catch (error) {
    throw new Failure(`--plugin ${module}: ${(error as Error).message.split('\n')[0]}`);
  }
  const plugin = exports.default as Partial<ArchPlugin> | undefined;
  if (typeof plugin?.name !== 'string' || !plugin.isa?.lift || !plugin.abi?.checkElf) {
    throw new Failure(`--plugin ${module}: its default export is no ArchPlugin (name, isa, abi)`);
  }
  return plugin as ArchPlugin;
}
