import { standardRegistry } from './container.ts';
import { describeElf, type ElfDescription } from './describe-elf.ts';

/** What an ELF file is, and whether a machine of the standard composition would run it. Never throws. */
export function describe(bytes: Uint8Array): ElfDescription {
  return describeElf(bytes, standardRegistry().plugins);
}
