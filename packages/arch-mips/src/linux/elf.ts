import type { ElfHeaderFacts } from '@kml/kernel';

const ELFCLASS32 = 1;
const ELFDATA2LSB = 1;
const ELFDATA2MSB = 2;
const EM_MIPS = 8;
const EM_MIPS_RS3_LE = 10;

/** e_flags. System V ABI, MIPS supplement; binutils include/elf/mips.h (facts) */
const EF_MIPS_ABI2 = 0x20;
const EF_MIPS_32BITMODE = 0x100;
const EF_MIPS_ABI = 0xf000;
const EF_MIPS_ABI_O32 = 0x1000;
const EF_MIPS_ARCH = 0xf000_0000;
const EF_MIPS_ARCH_ASE_MICROMIPS = 0x0200_0000;

/** Instruction sets that a MIPS32 Release 2 processor runs, by EF_MIPS_ARCH; 64-bit ones only in 32-bit mode. */
const RUNS: ReadonlySet<number> = new Set([0x0, 0x1000_0000, 0x5000_0000, 0x7000_0000]);
const RUNS_IN_32BIT_MODE: ReadonlySet<number> = new Set([0x2000_0000, 0x3000_0000]);

/** Why an ELF file is not o32 code for this byte order, or undefined. Linux 6.1 arch/mips/kernel/elf.c: arch_elf_pt_proc, elf_check_arch */
export function refuseElf(header: ElfHeaderFacts, byteOrder: 'big' | 'little'): string | undefined {
  const data = byteOrder === 'little' ? ELFDATA2LSB : ELFDATA2MSB;
  if (header.class !== ELFCLASS32 || header.data !== data) return `not a 32-bit ${byteOrder}-endian file`;
  if (header.machine !== EM_MIPS && header.machine !== EM_MIPS_RS3_LE)
    return `made for machine ${header.machine}, not MIPS`;
  const { flags } = header;
  if (flags & EF_MIPS_ABI2) return 'an n32 program';
  const abi = flags & EF_MIPS_ABI;
  if (abi !== 0 && abi !== EF_MIPS_ABI_O32) return 'not of the o32 ABI';
  if (flags & EF_MIPS_ARCH_ASE_MICROMIPS) return 'microMIPS code';
  const arch = (flags & EF_MIPS_ARCH) >>> 0;
  if (RUNS.has(arch)) return undefined;
  if (RUNS_IN_32BIT_MODE.has(arch) && flags & EF_MIPS_32BITMODE) return undefined;
  return 'made for an instruction set that this processor has not';
}
