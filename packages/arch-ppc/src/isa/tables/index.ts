import type { Row } from '../decode/row.ts';
import { controlRows } from './control.ts';
import { floatRows } from './float.ts';
import { integerRows } from './integer.ts';
import { memoryRows } from './memory.ts';
import { systemRows } from './system.ts';

/** Every instruction. */
export const rows: readonly Row[] = [...integerRows, ...memoryRows, ...controlRows, ...floatRows, ...systemRows];
