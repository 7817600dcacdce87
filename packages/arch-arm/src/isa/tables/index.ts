import type { Row } from '../decode/row.ts';
import { neonRows } from '../neon/tables.ts';
import { vfpRows } from '../vfp/tables.ts';

/** Every encoding this CPU has. */
export const rows: readonly Row[] = [...vfpRows, ...neonRows];
