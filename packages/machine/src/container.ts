import { Container, ContainerModule } from 'inversify';
import { type ArchPlugin, ArchRegistry, TArchPlugin, TArchRegistry } from './plugin.ts';
import { STANDARD_PLUGINS } from './standard-plugins.ts';

/** A container module that offers one architecture. */
export function archModule(plugin: ArchPlugin): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(TArchPlugin).toConstantValue(plugin);
  });
}

/** The composition root: the architectures of this repository, and any others given. */
export function createContainer(extra: readonly ContainerModule[] = []): Container {
  const container = new Container();
  container.load(...STANDARD_PLUGINS.map(archModule), ...extra);
  container
    .bind(TArchRegistry)
    .toResolvedValue(
      (plugins: ArchPlugin[]) => new ArchRegistry(plugins),
      [{ serviceIdentifier: TArchPlugin, isMultiple: true }],
    )
    .inSingletonScope();
  return container;
}

/** A registry with further architectures beside the standard ones. */
export function registryWith(plugins: readonly ArchPlugin[]): ArchRegistry {
  return plugins.length === 0 ? standardRegistry() : createContainer(plugins.map(archModule)).get(TArchRegistry);
}

let registry: ArchRegistry | undefined;

/** The registry of the standard composition; made at first use. */
export function standardRegistry(): ArchRegistry {
  registry ??= createContainer().get(TArchRegistry);
  return registry;
}
