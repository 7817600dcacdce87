import type { Expanders } from '../disasm/expander.ts';

/** Printers of the Advanced SIMD instructions. */
export const neonExpanders: Expanders = {};
