import { standardRegistry } from './container.ts';
import { describeElf, type ElfDescription } from './describe-elf.ts';
import type { ArchRegistry } from './plugin.ts';

/** What an ELF file is, and whether a machine of a composition (the standard one) would run it. Never throws. */
export function describe(bytes: Uint8Array, registry: ArchRegistry = standardRegistry()): ElfDescription {
  return describeElf(bytes, registry.plugins);
}
