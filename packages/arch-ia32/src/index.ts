import { ia32 as isa } from './isa/index.ts';
import { i386 as abi } from './linux/index.ts';

/** The IA-32 architecture: its CPU, and what Linux looks like on it. */
export const ia32 = { name: 'ia32', isa, abi, debian: ['i386'], oci: ['386'] };
