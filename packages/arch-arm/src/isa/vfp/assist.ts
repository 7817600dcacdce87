/**
 * Floating-point instructions done by host code as a whole, exactly: those whose operands or results
 * are unusual (trapIf with FP_ASSIST), and all of them in rounding modes that WebAssembly lacks.
 */
import type { Cpu, I32 } from '@kml/core';
import { defineRoutine } from '../host-functions.ts';
import type { Insn } from '../lift/insn.ts';
import { goOn } from '../system/step.ts';
import { FP_ASSIST } from '../vectors.ts';
import { MODE_FP_ROUND } from './fpscr.ts';

/** Does an instruction on the state in memory. Register numbers and what else it needs (9 bits) come from its order. */
export type Exact = (cpu: Cpu, d: number, n: number, m: number, extra: number) => void;

const exacts: Exact[] = [];

/** Registers host code for an instruction; its number. */
export function defineExact(exact: Exact): number {
  exacts.push(exact);
  if (exacts.length > 256) throw new RangeError('the number of an exact operation has 8 bits');
  return exacts.length - 1;
}

/** An order: which host code, on what. */
export function order(exact: number, d: number, n: number, m: number, extra = 0): number {
  return (exact << 24) | (d << 19) | (n << 14) | (m << 9) | extra;
}

function execute(cpu: Cpu, word: number): void {
  exacts[word >>> 24]!(cpu, (word >>> 19) & 31, (word >>> 14) & 31, (word >>> 9) & 31, word & 511);
}

/** The whole instruction of an order; goes on at `next`, behind it in its IT block. */
export function assist(cpu: Cpu, word: number, next: number): void {
  execute(cpu, word);
  goOn(cpu, next);
}

const EXECUTE = defineRoutine((cpu, word, _b, _c, next) => {
  execute(cpu, word);
  goOn(cpu, next);
});

/** Ends the block with the instruction done by host code. */
export function doExactly(x: Insn, word: number): void {
  x.endsBlock();
  x.system(EXECUTE, x.const(word));
}

/** Whether arithmetic that rounds is host code's in this mode. */
export function roundsElsewhere(x: Insn): boolean {
  return (x.mode & MODE_FP_ROUND) !== 0;
}

/** Leaves the instruction to host code where `unusual` is not 0. */
export function assistIf(x: Insn, unusual: I32, word: number): void {
  x.trapIf(unusual, FP_ASSIST, x.const(word));
}
