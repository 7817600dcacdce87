import { expect, test } from 'vitest';
import { defineLayout } from '../cpu/layout.ts';
import type { IrBlock, Terminal } from '../ir/block.ts';
import { BlockBuilder } from '../ir/builder.ts';
import { blockCode } from './block-code.ts';
import type { RegionBlocks } from './flow-graph.ts';
import { joinBlocks } from './join-blocks.ts';
import { slotTable } from './slots.ts';

const layout = defineLayout(['pc', 'mode', 'link', 'sum'].map((name) => ({ name, type: 'i32' })));
const [LINK, SUM] = ['link', 'sum'].map((name) => layout.slot(name, 'i32'));
const slots = slotTable(layout, [], []);

/** What a block does: count in `sum`, set the return address, or return to it. */
interface Plan {
  readonly link?: number;
  readonly to: readonly number[];
  readonly returns?: boolean;
}

function block(pc: number, { link, to, returns }: Plan): IrBlock {
  const b = new BlockBuilder(pc, 0);
  b.beginInstruction(pc, 2);
  b.set(b.add(b.get(SUM!), b.const(pc)), SUM!);
  b.beginInstruction(pc + 1, 3);
  if (link !== undefined) b.set(b.const(link), LINK!);
  const end = (): Terminal => {
    if (returns) return { kind: 'return', target: b.get(LINK!) };
    if (to.length === 2) return { kind: 'branch', cond: b.get(SUM!), taken: to[0]!, next: to[1]! };
    return { kind: 'jump', target: to[0]! };
  };
  b.endWith(end());
  return b.finish(pc + 2);
}

function join(plans: Readonly<Record<number, Plan>>, mayJoin = () => true) {
  const blocks = new Map(Object.entries(plans).map(([pc, plan]) => [Number(pc), block(Number(pc), plan)]));
  const successors = (of: IrBlock): readonly number[] => plans[of.pc]!.to;
  const region: RegionBlocks = { entry: 10, blocks, successors };
  const { blocks: left, successors: next } = joinBlocks(region, (ir) => blockCode(ir, slots), mayJoin);
  return [...left].map(([key, ir]) => ({ key, pcs: ir.insnPc, ends: ir.terminal.kind, next: next(ir), ir }));
}

const CALL = { 10: { link: 20, to: [30] }, 30: { to: [20], returns: true }, 20: { to: [40] } };

test('a callee in line that comes back is one block with its caller', () => {
  const [whole, ...rest] = join(CALL);
  expect(rest).toEqual([]);
  expect(whole).toMatchObject({ pcs: [10, 11, 30, 31, 20, 21], ends: 'jump', next: [40] });
  expect(whole!.ir).toMatchObject({ count: 6, cycles: 15, insnCycles: [2, 3, 2, 3, 2, 3], joins: [2, 4], endPc: 22 });
  const { graph, out } = blockCode(whole!.ir, slots);
  const sum = out.get(slots.byWord[SUM!.offset >> 2]!)!;
  expect(graph.imm[graph.b[sum]!]).toBe(60);
});

test('a return that is not known to come back stays one', () => {
  const unlinked = join({ ...CALL, 10: { to: [30] } });
  expect(unlinked.map(({ pcs, ends }) => [pcs.length, ends])).toEqual([
    [4, 'return'],
    [2, 'jump'],
  ]);
  const elsewhere = join({ ...CALL, 10: { link: 24, to: [30] } });
  expect(elsewhere.map(({ ends }) => ends)).toEqual(['return', 'jump']);
});

test('what is reached in several ways, the entry, and what may not be joined, keep blocks of their own', () => {
  const two = join({ 10: { to: [20, 30] }, 20: { to: [40] }, 30: { to: [40] }, 40: { to: [10] } });
  expect(two.map(({ key }) => key)).toEqual([10, 20, 30, 40]);
  expect(join({ 10: { to: [20] }, 20: { to: [20] } }).map(({ key }) => key)).toEqual([10, 20]);
  expect(join(CALL, () => false)).toHaveLength(3);
});
