/** For test suites: the instruction rows, and what tells which row an instruction is of. */
export { Decoder } from '../decode/decode.ts';
export { type Encoding, parseEncoding } from '../decode/encoding.ts';
export { type FieldName, Fields } from '../decode/fields.ts';
export type { InstructionSet, Row } from '../decode/row.ts';
export { Insn } from '../lift/insn.ts';
export { neonRows } from '../neon/tables/index.ts';
export { rows } from '../tables/index.ts';
export { readFpscr, writeFpscr } from '../vfp/fpscr.ts';
export { vfpRows } from '../vfp/tables/index.ts';
export { CODE, DATA, NOWHERE, READ_ONLY, TestMachine, VECTORS } from './machine.ts';
