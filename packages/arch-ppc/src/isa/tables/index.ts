import type { Row } from '../decode/row.ts';
import { systemRows } from './system.ts';

/** Every instruction. */
export const rows: readonly Row[] = [...systemRows];
