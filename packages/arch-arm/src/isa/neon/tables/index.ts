import type { Row } from '../../decode/row.ts';
import { longRows } from './long.ts';
import { memoryRows } from './memory.ts';
import { miscRows } from './misc.ts';
import { shiftAndImmediateRows } from './shift.ts';
import { threeRows } from './three.ts';

/** Advanced SIMD: every encoding, A32 and T32. ARM ARM DDI0406C A7.4, A7.7. */
export const neonRows: readonly Row[] = [
  ...threeRows,
  ...longRows,
  ...shiftAndImmediateRows,
  ...miscRows,
  ...memoryRows,
];
