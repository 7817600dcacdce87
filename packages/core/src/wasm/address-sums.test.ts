import { expect, test } from 'vitest';
import { OP_NUMBER } from '../ir/ops.ts';
import { sumOf } from './address-sums.ts';
import { ValueGraph } from './value-graph.ts';

const { add, shl, xor } = OP_NUMBER;

test('addresses that differ by a constant have one root, wherever it stands', () => {
  const graph = new ValueGraph();
  const [a, i] = [graph.entry(0, 'i32'), graph.entry(1, 'i32')];
  const sum = (x: number, y: number) => graph.pure(add, x, y, -1, 0);
  const scaled = (x: number) => graph.pure(shl, x, graph.const32(3), -1, 0);
  const plus = (x: number, n: number) => sum(x, graph.const32(n));
  const { root, offset } = sumOf(graph, sum(a, scaled(i)));
  expect(offset).toBe(0);
  expect(sumOf(graph, plus(sum(a, scaled(plus(i, -1))), 4))).toEqual({ root, offset: -4 });
  expect(sumOf(graph, plus(sum(plus(a, 0x10), scaled(i)), 4))).toEqual({ root, offset: 0x14 });
  expect(sumOf(graph, sum(plus(a, 0x7fff_ffff), scaled(plus(i, 1))))).toEqual({ root, offset: -0x7fff_fff9 });
  // What is not a sum stands by itself.
  const other = graph.pure(xor, plus(i, 8), a, -1, 0);
  expect(sumOf(graph, plus(other, 4))).toEqual({ root: other, offset: 4 });
});
