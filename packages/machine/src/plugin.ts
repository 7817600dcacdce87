import type { IsaBackend } from '@kml/core';
import type { LinuxAbi } from '@kml/kernel';
import type { ServiceIdentifier } from 'inversify';
import { MachineError } from './machine-error.ts';

/** An architecture: its CPU and what Linux looks like on it. Each arch package exports one. */
export interface ArchPlugin {
  /** Name on the command line: 'ia32'. */
  readonly name: string;
  readonly isa: IsaBackend;
  readonly abi: LinuxAbi;
  /** Debian's names of the architectures whose programs run on it, the usual one first; none if left out. */
  readonly debian?: readonly string[];
  /** Names of it in OCI images (Go's GOARCH values): 'arm'; none if left out. */
  readonly oci?: readonly string[];
}

const token = <T>(name: string) => Symbol.for(name) as ServiceIdentifier<T>;

/** Every plugin binds itself to TArchPlugin once; the registry collects them all. */
export const TArchPlugin = token<ArchPlugin>('kml.ArchPlugin');
export const TArchRegistry = token<ArchRegistry>('kml.ArchRegistry');

/** The architectures of this composition, by name. */
export class ArchRegistry {
  readonly plugins: readonly ArchPlugin[];

  /** @throws MachineError where two have one name. */
  constructor(plugins: readonly ArchPlugin[]) {
    const twice = plugins.find(({ name }, index) => plugins.findIndex((plugin) => plugin.name === name) !== index);
    if (twice) throw new MachineError(`two plugins have the name '${twice.name}'`);
    this.plugins = plugins;
  }

  find(name: string): ArchPlugin | undefined {
    return this.plugins.find((plugin) => plugin.name === name);
  }
}
