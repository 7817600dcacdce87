import { OP_NUMBER } from '../ir/ops.ts';
import type { ValueGraph } from './value-graph.ts';

const O = OP_NUMBER;

/** Depth to which 64-bit values are taken apart. */
const DEPTH = 6;

/** The lower (0) or upper (1) word of a 64-bit value, taken apart where it was put together from words. */
export function wordOf(graph: ValueGraph, value: number, half: 0 | 1): number {
  const simple = knownWord(graph, value, half, DEPTH);
  if (simple >= 0) return simple;
  if (half === 0) return graph.unfolded(O.wrap, value, -1);
  const shift = graph.unfolded(O.extendU, graph.const32(32), -1);
  return graph.unfolded(O.wrap, graph.unfolded(O.shrU64, value, shift), -1);
}

/** The same, -1 where it is not known in terms of words. */
export function knownWord(graph: ValueGraph, value: number, half: 0 | 1, depth = DEPTH): number {
  if (depth === 0) return -1;
  const constant = graph.constant64(value);
  if (constant !== undefined) return graph.const32(constant[half]);
  const a = graph.a[value]!;
  const b = graph.b[value]!;
  switch (graph.op[value]) {
    case O.extendU:
      return half === 0 ? a : graph.const32(0);
    case O.extendS:
      return half === 0 ? a : -1;
    case O.shl64:
      if (!isShift32(graph, b)) return -1;
      return half === 0 ? graph.const32(0) : someWord(graph, a, 0, depth);
    case O.shrU64:
      if (!isShift32(graph, b)) return -1;
      return half === 1 ? graph.const32(0) : knownWord(graph, a, 1, depth - 1);
    case O.and64:
    case O.or64:
      return bothWords(graph, value, half, depth);
    default:
      return -1;
  }
}

function isShift32(graph: ValueGraph, amount: number): boolean {
  const constant = graph.constant64(amount);
  return constant !== undefined && constant[1] === 0 && constant[0] === 32;
}

/** A word of a value that may be anything. */
function someWord(graph: ValueGraph, value: number, half: 0 | 1, depth: number): number {
  const known = knownWord(graph, value, half, depth - 1);
  if (known >= 0) return known;
  if (half === 0) return graph.unfolded(O.wrap, value, -1);
  return graph.unfolded(O.wrap, graph.unfolded(O.shrU64, value, graph.unfolded(O.extendU, graph.const32(32), -1)), -1);
}

/** A word of A and B, A or B: where one side settles it, or both are known. */
function bothWords(graph: ValueGraph, value: number, half: 0 | 1, depth: number): number {
  const isAnd = graph.op[value] === O.and64;
  const a = graph.a[value]!;
  const b = graph.b[value]!;
  const left = knownWord(graph, a, half, depth - 1);
  const right = knownWord(graph, b, half, depth - 1);
  if (left < 0 && right < 0) return -1;
  const settles = (word: number): boolean => word >= 0 && graph.isConst(word) && graph.imm[word] === (isAnd ? 0 : -1);
  const passes = (word: number): boolean => word >= 0 && graph.isConst(word) && graph.imm[word] === (isAnd ? -1 : 0);
  if (settles(left)) return left;
  if (settles(right)) return right;
  if (passes(left)) return right >= 0 ? right : someWord(graph, b, half, depth);
  if (passes(right)) return left >= 0 ? left : someWord(graph, a, half, depth);
  if (left < 0 || right < 0) return -1;
  return graph.pure(isAnd ? O.and : O.or, left, right, -1, 0);
}
