import { arm as isa } from './isa/index.ts';
import { armEabi as abi } from './linux/index.ts';

/** The ARM architecture: its CPU (ARMv7-A), and what Linux looks like on it with the EABI. */
export const arm = { name: 'arm', isa, abi, debian: ['armhf', 'armel'], oci: ['arm'] };
