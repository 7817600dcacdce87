/** For test suites: the instruction rows, and a CPU to run code on. */
export type { Form } from '../decode/form.ts';
export { makeForm } from '../decode/form.ts';
export type { Operand } from '../decode/operand.ts';
export type { Row } from '../decode/row.ts';
export { rows } from '../tables/index.ts';
export * from './flat-machine.ts';
