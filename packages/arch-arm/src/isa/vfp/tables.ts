import type { Row } from '../decode/row.ts';

/** VFP. */
export const vfpRows: readonly Row[] = [];
