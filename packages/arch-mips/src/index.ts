import { mipsel as mipselIsa, mips as mipsIsa } from './isa/index.ts';
import { mips as mipsAbi, mipsel as mipselAbi } from './linux/index.ts';

/** The MIPS architecture (MIPS32 Release 2, o32), big-endian: its CPU, and what Linux looks like on it. */
export const mips = { name: 'mips', isa: mipsIsa, abi: mipsAbi, debian: ['mips'], oci: ['mips'] };
/** The same, little-endian. */
export const mipsel = { name: 'mipsel', isa: mipselIsa, abi: mipselAbi, debian: ['mipsel'], oci: ['mipsle'] };
