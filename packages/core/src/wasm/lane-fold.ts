import { OP_NUMBER, OP_SPECS, type ValueType } from '../ir/ops.ts';
import { wordOf } from './half-fold.ts';
import type { ValueGraph } from './value-graph.ts';

const O = OP_NUMBER;

/** Bytes of the lanes that operations put into vectors. */
const WRITTEN = new Map<number, number>([
  [O.withLane32, 4],
  [O.withLane64, 8],
  [O.withLaneF32, 4],
  [O.withLaneF64, 8],
]);
/** Bytes of the lanes that operations take out of them. */
const READ = new Map<number, number>([
  [O.lane32, 4],
  [O.lane64, 8],
  [O.laneF32, 4],
  [O.laneF64, 8],
]);
const SELECT: Readonly<Record<ValueType, number>> = {
  i32: O.select,
  i64: O.select64,
  f32: O.selectF32,
  f64: O.selectF64,
  v128: O.selectV,
};
/** Operations on each other's type of the same width. */
const CONVERT: Readonly<Record<string, number>> = {
  i32f32: O.f32OfBits,
  f32i32: O.bitsOfF32,
  i64f64: O.f64OfBits,
  f64i64: O.bitsOfF64,
};

/** Whether the operation takes a lane out of a vector. */
export function readsLane(op: number): boolean {
  return READ.has(op);
}

/** Bytes of the lane that the operation puts into a vector, undefined if it does no such thing. */
export function writtenBytes(op: number): number | undefined {
  return WRITTEN.get(op);
}

/** The vector has been put together from lanes, all of which are known. */
function isJoined(graph: ValueGraph, vector: number): boolean {
  let root = vector;
  while (WRITTEN.has(graph.op[root]!)) root = graph.a[root]!;
  return graph.op[root] === O.splatF64 || graph.op[root] === O.splatF32;
}

/**
 * A lane of a vector that had lanes written: what was written there, in the type wanted, or the lane of
 * what was there before. -1 where the operation is to stay as it is.
 */
export function foldLane(graph: ValueGraph, op: number, vector: number, lane: number): number {
  const bytes = READ.get(op)!;
  const at = lane * bytes;
  let from = vector;
  for (;;) {
    const inner = graph.op[from]!;
    const written = WRITTEN.get(inner);
    if (written === undefined) break;
    const place = graph.imm[from]! * written;
    if (place < at + bytes && at < place + written) {
      if (written >= bytes) return part(graph, op, graph.b[from]!, at - place);
      return isJoined(graph, from) ? fromWords(graph, op, from, lane) : stay(graph, op, from, vector, lane);
    }
    from = graph.a[from]!;
  }
  const root = graph.op[from]!;
  if (root === O.splatF64) return part(graph, op, graph.a[from]!, at & 7 & (8 - bytes));
  if (root === O.splatF32) return bytes === 4 ? part(graph, op, graph.a[from]!, 0) : fromWords(graph, op, from, lane);
  if (root === O.selectV && (isJoined(graph, graph.a[from]!) || isJoined(graph, graph.b[from]!))) {
    const type = OP_SPECS[op]!.result!;
    const first = graph.pure(op, graph.a[from]!, -1, -1, lane);
    return graph.pure(SELECT[type], first, graph.pure(op, graph.b[from]!, -1, -1, lane), graph.c[from]!, 0);
  }
  return stay(graph, op, from, vector, lane);
}

function stay(graph: ValueGraph, op: number, from: number, vector: number, lane: number): number {
  return from === vector ? -1 : graph.pure(op, from, -1, -1, lane);
}

/** What `op` reads out of a lane's value of at least its width, `offset` (0 or 4) bytes in. */
function part(graph: ValueGraph, op: number, value: number, offset: number): number {
  const wanted = OP_SPECS[op]!.result!;
  const has = graph.type[value]!;
  if (READ.get(op) === 8 || has === 'i32' || has === 'f32') return convert(graph, value, wanted);
  const bits = convert(graph, value, 'i64');
  return convert(graph, wordOf(graph, bits, offset === 0 ? 0 : 1), wanted);
}

function convert(graph: ValueGraph, value: number, wanted: ValueType): number {
  const has = graph.type[value]!;
  return has === wanted ? value : graph.pure(CONVERT[has + wanted]!, value, -1, -1, 0);
}

/** A 64-bit lane out of its two words. */
function fromWords(graph: ValueGraph, op: number, vector: number, lane: number): number {
  const word = (half: number): number =>
    graph.pure(O.extendU, graph.pure(O.lane32, vector, -1, -1, 2 * lane + half), -1, -1, 0);
  const upper = graph.pure(O.shl64, word(1), graph.pure(O.extendU, graph.const32(32), -1, -1, 0), -1, 0);
  return convert(graph, graph.pure(O.or64, word(0), upper, -1, 0), OP_SPECS[op]!.result!);
}
