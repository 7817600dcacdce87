import { type Row, row } from '../decode/row.ts';
import { add, or } from '../lift/alu.ts';

/** Two-operand arithmetic in its nine encodings. */
export const aluRows: readonly Row[] = [
  row('00 /r', 'add', 'Eb,Gb', 'alu', add, { lock: true }),
  row('01 /r', 'add', 'Ev,Gv', 'alu', add, { lock: true }),
  row('83 /1 ib', 'or', 'Ev,Isb', 'alu', or, { lock: true }),
];
