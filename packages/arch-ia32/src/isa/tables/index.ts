import type { Row } from '../decode/row.ts';
import { aluRows } from './alu.ts';
import { bitRows } from './bit.ts';
import { controlRows } from './control.ts';
import { miscRows } from './misc.ts';
import { mmxRows } from './mmx.ts';
import { moveRows } from './move.ts';
import { multiplyRows } from './multiply.ts';
import { shiftRows } from './shift.ts';
import { sseRows } from './sse.ts';
import { stackRows } from './stack.ts';
import { stringRows } from './string.ts';
import { systemRows } from './system.ts';
import { x87Rows } from './x87.ts';

/** Every instruction form of the machine. */
export const rows: readonly Row[] = [
  ...aluRows,
  ...moveRows,
  ...shiftRows,
  ...multiplyRows,
  ...bitRows,
  ...stackRows,
  ...controlRows,
  ...stringRows,
  ...miscRows,
  ...systemRows,
  ...x87Rows,
  ...mmxRows,
  ...sseRows,
];
