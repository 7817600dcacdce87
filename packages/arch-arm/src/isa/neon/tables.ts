import type { Row } from '../decode/row.ts';

/** Advanced SIMD. */
export const neonRows: readonly Row[] = [];
