import { expect, test } from 'vitest';
import { defineLayout } from '../cpu/layout.ts';
import type { IrBlock } from '../ir/block.ts';
import { BlockBuilder } from '../ir/builder.ts';
import { blockCode } from './block-code.ts';
import { analyseClock, type Charge, type ChargeRules } from './clock-flow.ts';
import { flowGraph, successorsOf } from './flow-graph.ts';
import { slotTable } from './slots.ts';

const layout = defineLayout(['pc', 'mode', 'a'].map((name) => ({ name, type: 'i32' })));
const A = layout.slot('a', 'i32');
const slots = slotTable(layout, []);

/** A block of `count` instructions of two cycles each, that goes on to one or two others, or returns. */
function block(pc: number, count: number, ...succs: number[]): IrBlock {
  const b = new BlockBuilder(pc, 0);
  for (let i = 0; i < count; i++) b.beginInstruction(pc + i, 2);
  const [taken, next] = succs;
  if (taken === undefined) b.endWith({ kind: 'return', target: b.get(A) });
  else if (next === undefined) b.endWith({ kind: 'jump', target: taken });
  else b.endWith({ kind: 'branch', cond: b.get(A), taken, next });
  return b.finish(pc + count);
}

const RULES: ChargeRules = { atOnce: false, isKernelText: () => false };

/** Instructions pending at the start of and behind each block, by address; of kernel text entry cycles, too. */
function pending(blocks: readonly IrBlock[], rules = RULES) {
  const byPc = new Map(blocks.map((ir) => [ir.pc, ir]));
  const successors = (ir: IrBlock) => successorsOf(ir.terminal, []);
  const graph = flowGraph({ entry: blocks[0]!.pc, blocks: byPc, successors }, (ir) => blockCode(ir, slots));
  const { before, behind } = analyseClock(graph, rules);
  const show = ({ instructions, cycles, entry }: Charge) => {
    expect(cycles).toBe(2 * instructions);
    return entry === 0 ? instructions : { instructions, entry };
  };
  return Object.fromEntries(graph.nodes.map(({ pc }, node) => [pc, [show(before[node]!), show(behind[node]!)]]));
}

test('what is executed on a straight way adds up', () => {
  expect(pending([block(10, 3, 20), block(20, 4, 30), block(30, 1)])).toEqual({ 10: [0, 3], 20: [3, 7], 30: [7, 8] });
});

test('a loop is charged where it goes back, so that nothing more is pending at its head', () => {
  const loop = pending([block(10, 5, 20), block(20, 2, 30), block(30, 3, 20, 40), block(40, 1)]);
  expect(loop).toEqual({ 10: [0, 5], 20: [5, 7], 30: [7, 5], 40: [5, 6] });
});

test('where ways meet, a branch goes straight, and the longer way is charged', () => {
  const skip = pending([block(10, 5, 30, 20), block(20, 4, 30), block(30, 1)]);
  expect(skip).toEqual({ 10: [0, 5], 20: [5, 9], 30: [5, 6] });
});

test('where blocks are charged as they begin nothing is pending', () => {
  const some = pending([block(10, 5, 20), block(20, 4, 30), block(30, 1)], { ...RULES, atOnce: true });
  expect(some).toEqual({ 10: [0, 0], 20: [0, 0], 30: [0, 0] });
});

test('entry cycles add up beside, of kernel text alone', () => {
  const some = pending([block(10, 5, 20), block(20, 4, 30), block(30, 1)], {
    ...RULES,
    isKernelText: (pc) => pc === 20,
  });
  const behind = { instructions: 9, entry: 8 };
  expect(some).toEqual({ 10: [0, 5], 20: [5, behind], 30: [behind, { instructions: 10, entry: 8 }] });
});

test('ways of the same cost are not the same where one leads through kernel text', () => {
  const rules = { ...RULES, isKernelText: (pc: number) => pc === 20 };
  const both = pending([block(10, 5, 20, 30), block(20, 4, 40), block(30, 4, 40), block(40, 1)], rules);
  const expected = [both[20]![1], both[30]![1]];
  expect(expected).toEqual([{ instructions: 9, entry: 8 }, 9]);
  expect(expected).toContainEqual(both[40]![0]);
});
