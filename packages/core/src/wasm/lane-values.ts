import { OP_NUMBER, type ValueType } from '../ir/ops.ts';
import type { ValueGraph } from './value-graph.ts';

const O = OP_NUMBER;

/** The value of a slot (v128 or f64) from those of its lanes. */
export function joinLanes(graph: ValueGraph, type: ValueType, lanes: readonly number[]): number {
  if (type === 'f64') return joinHalves(graph, lanes[0]!, lanes[1]!);
  const isDouble = graph.type[lanes[0]!] === 'f64';
  let vector = graph.pure(isDouble ? O.splatF64 : O.splatF32, lanes[0]!, -1, -1, 0);
  for (let lane = 1; lane < lanes.length; lane++) {
    vector = graph.pure(isDouble ? O.withLaneF64 : O.withLaneF32, vector, lanes[lane]!, -1, lane);
  }
  return vector;
}

function joinHalves(graph: ValueGraph, low: number, high: number): number {
  const word = (half: number): number => graph.pure(O.extendU, graph.pure(O.bitsOfF32, half, -1, -1, 0), -1, -1, 0);
  const shift = graph.pure(O.extendU, graph.const32(32), -1, -1, 0);
  const upper = graph.pure(O.shl64, word(high), shift, -1, 0);
  return graph.pure(O.f64OfBits, graph.pure(O.or64, word(low), upper, -1, 0), -1, -1, 0);
}

/** A lane, as f64 or f32, of a slot's value. */
export function laneOf(graph: ValueGraph, value: number, type: ValueType, lane: number): number {
  if (graph.type[value] === 'v128') return graph.pure(type === 'f64' ? O.laneF64 : O.laneF32, value, -1, -1, lane);
  let bits = graph.pure(O.bitsOfF64, value, -1, -1, 0);
  if (lane === 1) bits = graph.pure(O.shrU64, bits, graph.pure(O.extendU, graph.const32(32), -1, -1, 0), -1, 0);
  return graph.pure(O.f32OfBits, graph.pure(O.wrap, bits, -1, -1, 0), -1, -1, 0);
}
