import { expect, test } from 'vitest';
import { type IrBlock, OP_A, OP_B, OP_DST, OP_IMM, OP_NUM, OP_STRIDE } from '../ir/block.ts';
import { hostFuses } from '../ir/host-fusion.ts';
import { OP_NUMBER as O, OPS } from '../ir/ops.ts';
import { foldLane } from './lane-fold.ts';
import { laneUses, viewFor } from './lane-slots.ts';
import { joinLanes, laneOf } from './lane-values.ts';
import type { SlotTable } from './slots.ts';
import { ValueGraph } from './value-graph.ts';

const NONE = { whole: 0, doubleReads: 0, doubleWrites: 0, singleReads: 0, singleWrites: 0 };

test('a slot is kept as it is mostly used', () => {
  expect(viewFor({ ...NONE, whole: 3 }, 'v128')).toBe('v128');
  expect(viewFor({ ...NONE, doubleReads: 4, doubleWrites: 2 }, 'v128')).toBe('f64');
  expect(viewFor({ ...NONE, singleReads: 4, singleWrites: 2 }, 'v128')).toBe('f32');
  expect(viewFor({ ...NONE, whole: 5, doubleReads: 1 }, 'v128')).toBe('v128');
  expect(viewFor({ ...NONE, singleReads: 2, singleWrites: 2 }, 'f64')).toBe('f32');
  expect(viewFor({ ...NONE, whole: 4, singleReads: 1 }, 'f64')).toBe('f64');
});

test('a slot that gets a vector made of lanes is used by lanes; a copy of another slot or a constant counts as nothing', () => {
  const slots = { byWord: [0, 1, 2, 3], type: ['v128', 'v128', 'v128', 'v128'] } as unknown as SlotTable;
  const operation = (number: number, dst: number, a = -1, b = -1, imm = 0): number[] => {
    const words = new Array<number>(OP_STRIDE).fill(-1);
    words[OP_NUM] = number;
    words[OP_DST] = dst;
    words[OP_A] = a;
    words[OP_B] = b;
    words[OP_IMM] = imm;
    return words;
  };
  // Slot 0: zeros with a double in the lowest lane; 1: a copy of 3; 2: what was loaded.
  const code = [
    operation(O.constV, 0),
    operation(O.loadF64, 1, 9),
    operation(O.withLaneF64, 2, 0, 1, 0),
    operation(O.setV, -1, 2, -1, 0),
    operation(O.getV, 3, -1, -1, 12),
    operation(O.setV, -1, 3, -1, 4),
    operation(O.loadV, 4, 9),
    operation(O.setV, -1, 4, -1, 8),
  ].flat();
  const valueTypes = ['v128', 'f64', 'v128', 'v128', 'v128'];
  const uses = laneUses([{ code, valueTypes } as unknown as IrBlock], slots);
  expect(Object.fromEntries(uses)).toEqual({ 0: { ...NONE, doubleWrites: 1 }, 2: { ...NONE, whole: 1 } });
});

test('lanes put together and taken apart are what they were, in any type', () => {
  const graph = new ValueGraph();
  const doubles = [graph.entry(0, 'f64'), graph.entry(1, 'f64')];
  const vector = joinLanes(graph, 'v128', doubles);
  expect([0, 1].map((lane) => laneOf(graph, vector, 'f64', lane))).toEqual(doubles);
  const written = graph.pure(O.withLane64, vector, graph.pure(O.bitsOfF64, doubles[1]!, -1, -1, 0), -1, 0);
  expect([0, 1].map((lane) => laneOf(graph, written, 'f64', lane))).toEqual([doubles[1], doubles[1]]);
  const singles = [2, 3, 4, 5].map((slot) => graph.entry(slot, 'f32'));
  const quad = joinLanes(graph, 'v128', singles);
  expect([0, 1, 2, 3].map((lane) => laneOf(graph, quad, 'f32', lane))).toEqual(singles);
});

test('the halves of a pair, and one of them written', () => {
  const graph = new ValueGraph(true, [new Int32Array([-1, 0]), new Int32Array([0, -1])]);
  const halves = [graph.entry(0, 'f32'), graph.entry(1, 'f32')];
  const pair = joinLanes(graph, 'f64', halves);
  expect([0, 1].map((lane) => laneOf(graph, pair, 'f32', lane))).toEqual(halves);
  const word = graph.entry(2, 'i32');
  const kept = graph.pure(
    O.and64,
    graph.pure(O.bitsOfF64, pair, -1, -1, 0),
    graph.pure(O.const64, -1, -1, -1, 1),
    -1,
    0,
  );
  const bits = graph.pure(O.or64, kept, graph.pure(O.extendU, word, -1, -1, 0), -1, 0);
  const changed = graph.pure(O.f64OfBits, bits, -1, -1, 0);
  expect(laneOf(graph, changed, 'f32', 0)).toBe(graph.pure(O.f32OfBits, word, -1, -1, 0));
  expect(laneOf(graph, changed, 'f32', 1)).toBe(halves[1]);
});

test('a lane of what is not known stays', () => {
  const graph = new ValueGraph();
  expect(foldLane(graph, O.laneF64, graph.entry(0, 'v128'), 1)).toBe(-1);
});

test('whether the host fuses is found out by what it computes', () => {
  expect(typeof hostFuses()).toBe('boolean');
  expect(OPS.fusedF64x2.args).toEqual(['v128', 'v128', 'v128']);
});
