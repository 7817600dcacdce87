import type { Expanders } from '../disasm/expander.ts';

/** Printers of the VFP instructions. */
export const vfpExpanders: Expanders = {};
