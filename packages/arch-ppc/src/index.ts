import { ppc as isa } from './isa/index.ts';
import { powerpc as abi } from './linux/index.ts';

/** The 32-bit PowerPC architecture: its CPU, and what Linux looks like on it. */
export const ppc = { name: 'ppc', isa, abi, debian: ['powerpc'], oci: ['ppc'] };
