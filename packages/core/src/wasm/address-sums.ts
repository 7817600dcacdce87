import { OP_NUMBER } from '../ir/ops.ts';
import { rootOf } from './access-run.ts';
import type { ValueGraph } from './value-graph.ts';

const O = OP_NUMBER;
/** Sums within sums are looked into up to so many levels. */
const MOST_LEVELS = 4;

/**
 * A value as another and a constant, wherever in its sums the constants stand: a + (i + 8) is (a + i) + 8, and so is an
 * index that is scaled. For addresses that differ by a constant without being written as such sums.
 */
export function sumOf(graph: ValueGraph, value: number, levels = MOST_LEVELS): { root: number; offset: number } {
  const { root, offset } = rootOf(graph, value);
  const op = graph.op[root];
  const b = graph.b[root]!;
  if (levels === 0 || (op !== O.add && (op !== O.shl || !graph.isConst(b)))) return { root, offset };
  const x = sumOf(graph, graph.a[root]!, levels - 1);
  if (op === O.shl) {
    if (x.offset === 0) return { root, offset };
    return { root: graph.pure(O.shl, x.root, b, -1, 0), offset: (offset + (x.offset << graph.imm[b]!)) | 0 };
  }
  const y = sumOf(graph, b, levels - 1);
  if (x.offset === 0 && y.offset === 0) return { root, offset };
  return { root: graph.pure(O.add, x.root, y.root, -1, 0), offset: (offset + x.offset + y.offset) | 0 };
}
