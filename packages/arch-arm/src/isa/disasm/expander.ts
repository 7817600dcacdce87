import type { Insn } from '../lift/insn.ts';

/** Prints a part of an instruction. */
export type Expander = (x: Insn) => string;

/** Printers by the name they have in a row's syntax. */
export type Expanders = Readonly<Record<string, Expander>>;
