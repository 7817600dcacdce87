import { OP_NUMBER } from '../ir/ops.ts';
import type { BlockCode, Statement } from './block-code.ts';
import type { ValueGraph } from './value-graph.ts';

const O = OP_NUMBER;

/** From how many words on a run pays. */
const LEAST = 3;
const MOST = 16;

/** A value as a value that is not such a sum, and a constant. */
export function rootOf(graph: ValueGraph, value: number): { root: number; offset: number } {
  const constant = graph.b[value]!;
  if (graph.op[value] !== O.add || !graph.isConst(constant)) return { root: value, offset: 0 };
  return { root: graph.a[value]!, offset: graph.imm[constant]! };
}

function follows(graph: ValueGraph, first: Statement, next: Statement | undefined, distance: number): boolean {
  if (next?.op !== first.op || next.insn !== first.insn) return false;
  const one = rootOf(graph, first.a);
  const other = rootOf(graph, next.a);
  return one.root === other.root && other.offset === ((one.offset + distance) | 0);
}

/**
 * The words that one instruction loads, or stores, from ascending addresses (a register list), beginning
 * with statement `at`: how many statements. 0 where they are not enough to be dealt with together.
 */
export function runLength(code: BlockCode, at: number): number {
  const { statements, graph } = code;
  const first = statements[at]!;
  if (first.op !== O.load32 && first.op !== O.store32) return 0;
  if (graph.isConst(first.a)) return 0;
  let length = 1;
  while (length < MOST && follows(graph, first, statements[at + length], 4 * length)) length++;
  return length < LEAST ? 0 : length;
}
