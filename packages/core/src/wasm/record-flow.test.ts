import { expect, test } from 'vitest';
import { defineLayout } from '../cpu/layout.ts';
import type { IrBlock } from '../ir/block.ts';
import { BlockBuilder } from '../ir/builder.ts';
import { STATE_BASE } from '../memory/memory-map.ts';
import { blockCode } from './block-code.ts';
import { planBlock } from './block-plan.ts';
import { EXIT_RECORD_ADDRESS, EXIT_WORDS_ADDRESS, MAX_HOMES, operandOffset, tagOffset } from './control-words.ts';
import { groupDeferred } from './deferral.ts';
import { flowGraph, successorsOf } from './flow-graph.ts';
import { analyseRecords } from './record-flow.ts';
import { CARRIED, RecordNames } from './record-names.ts';
import { ShapeTable } from './shapes.ts';
import { analyseSlots } from './slot-flow.ts';
import { slotTable } from './slots.ts';

const layout = defineLayout(['pc', 'mode', 'a', 'b', 'c', 'zero'].map((name) => ({ name, type: 'i32' })));
const [A, B, C, ZERO] = ['a', 'b', 'c', 'zero'].map((name) => layout.slot(name, 'i32'));

/** What is kept of the records of a region whose first block is the entry. */
function analyse(blocks: readonly IrBlock[]) {
  const slots = slotTable(layout, [['zero']]);
  const byPc = new Map(blocks.map((block) => [block.pc, block]));
  const successors = (block: IrBlock) => successorsOf(block.terminal, []);
  const graph = flowGraph({ entry: blocks[0]!.pc, blocks: byPc, successors }, (block) => blockCode(block, slots));
  const { groups } = groupDeferred(graph, slots);
  const { liveOut } = analyseSlots(graph, slots, true);
  const shapes = new ShapeTable();
  const plans = graph.nodes.map(({ code }, node) => code && planBlock(code, liveOut[node]!, groups, slots, shapes));
  const flow = analyseRecords({ graph, plans, groups, slots }, new RecordNames());
  const records = [...flow.byNote.values()].map(({ node, places, carried }) => ({
    pc: graph.nodes[node]!.pc,
    places: places.map((place) => (place.kind === 'slot' ? slots.name[place.slot] : place.kind)),
    carried,
  }));
  return { records, memoryCarried: flow.memoryCarried[0] };
}

function block(pc: number, ...insns: ((b: BlockBuilder) => void)[]): IrBlock {
  const b = new BlockBuilder(pc, 0);
  insns.forEach((emit, at) => {
    b.beginInstruction(pc + at, 1);
    emit(b);
  });
  return b.finish(pc + insns.length);
}

/** zero = first - second, as a comparison does: of a and b. */
const compare = (b: BlockBuilder): void => b.set(b.sub(b.get(A!), b.get(B!)), ZERO!);
const load = (b: BlockBuilder): void => b.set(b.load32(b.get(C!)), C!);
const leave = (b: BlockBuilder): void => b.endWith({ kind: 'return', target: b.get(C!) });
const goTo = (target: number) => (b: BlockBuilder) => b.endWith({ kind: 'jump', target });
const isZero = (b: BlockBuilder) => b.eqz(b.get(C!));

test('operands in registers and constants are named, and nothing is kept', () => {
  const large = (b: BlockBuilder): void => b.set(b.sub(b.get(A!), b.const(0x12345)), ZERO!);
  expect(analyse([block(0x1000, large, load, leave)]).records).toEqual([
    { pc: 0x1000, places: ['a', 'constant'], carried: false },
  ]);
});

test('an operand is kept if its register is written before the last exit', () => {
  const write = (b: BlockBuilder): void => b.set(b.const(5), A!);
  expect(analyse([block(0x1000, compare, write, load, leave)]).records[0]!.places).toEqual(['kept', 'b']);
  // Behind the last exit it may be: here the next comparison, with the constant in its shape, comes before the end.
  const again = analyse([block(0x1000, compare, load, write, compare, leave)]);
  expect(again.records.map(({ places }) => places)).toEqual([['a', 'b'], ['b']]);
});

test('an exit in a later block counts, also one around a loop', () => {
  const next = (b: BlockBuilder): void => b.set(b.add(b.get(A!), b.const(1)), A!);
  const loop = (...insns: ((b: BlockBuilder) => void)[]) =>
    analyse([
      block(0x1000, ...insns, (b) => b.endWith({ kind: 'branch', cond: isZero(b), taken: 0x1000, next: 0x2000 })),
      block(0x2000, compare, leave),
    ]).records[0]!;
  // The register is written at the loop's start, before the next comparison: the load between sees the old record.
  expect(loop(next, load, compare)).toMatchObject({ places: ['kept', 'b'], carried: true });
  expect(loop(load, next, compare)).toMatchObject({ places: ['a', 'b'], carried: true });
});

test('which record it is, is carried only to where several come together and someone looks', () => {
  const branches = (behind: (b: BlockBuilder) => void) =>
    analyse([
      block(0x1000, (b) => b.endWith({ kind: 'branch', cond: isZero(b), taken: 0x2000, next: 0x3000 })),
      block(0x2000, compare, goTo(0x4000)),
      block(0x3000, (b) => b.set(b.sub(b.get(B!), b.get(A!)), ZERO!), goTo(0x4000)),
      block(0x4000, behind, load, compare, leave),
    ]);
  const carried = (behind: (b: BlockBuilder) => void) => branches(behind).records.filter((record) => record.carried);
  expect(carried(load).map(({ pc }) => pc)).toEqual([0x2000, 0x3000].sort());
  expect(carried(compare)).toEqual([]);
  expect(branches(load).memoryCarried).toBe(false);
});

test('equal records that come together are one', () => {
  const { records } = analyse([
    block(0x1000, (b) => b.endWith({ kind: 'branch', cond: isZero(b), taken: 0x2000, next: 0x3000 })),
    block(0x2000, compare, goTo(0x4000)),
    block(0x3000, compare, goTo(0x4000)),
    block(0x4000, load, leave),
  ]);
  expect(records.map(({ carried }) => carried)).toEqual([false, false]);
});

test('a hand-over that too many records reach has their operands kept', () => {
  const ways = (count: number) => {
    const heads = Array.from({ length: count - 1 }, (_, way) =>
      block(0x1000 + way, (b) =>
        b.endWith({
          kind: 'branch',
          cond: b.eq(b.get(C!), b.const(way)),
          taken: 0x2000 + 16 * way,
          next: way === count - 2 ? 0x2000 + 16 * (count - 1) : 0x1001 + way,
        }),
      ),
    );
    const compares = Array.from({ length: count }, (_, way) =>
      block(0x2000 + 16 * way, (b) => b.set(b.sub(b.get(A!), b.const(1000 + way)), ZERO!), goTo(0x4000)),
    );
    return analyse([...heads, ...compares, block(0x4000, leave)]).records.flatMap(({ places }) => places);
  };
  expect(new Set(ways(4))).toEqual(new Set(['a', 'constant']));
  expect(new Set(ways(5))).toEqual(new Set(['kept']));
});

test('an exit record is completed from constants, the state, and what the exit stored', () => {
  const i32 = new Int32Array(0x4000);
  const names = new RecordNames();
  const word = names.word(7, [
    { kind: 'constant', value: -9 },
    { kind: 'slot', slot: 2, offset: 8 },
    { kind: 'kept' },
  ])!;
  i32[(STATE_BASE + 8) >> 2] = 42;
  i32[(EXIT_RECORD_ADDRESS + operandOffset(1, 2)) >> 2] = 43;
  i32[(EXIT_WORDS_ADDRESS >> 2) + 1] = word;
  names.complete(i32, { words: [0, CARRIED, 5], homes: [3, 1, 2] });
  const at = (home: number, operand: number) => i32[(EXIT_RECORD_ADDRESS + operandOffset(home, operand)) >> 2];
  expect([at(1, 0), at(1, 1), at(1, 2)]).toEqual([-9, 42, 43]);
  expect([1, 2].map((home) => i32[(EXIT_RECORD_ADDRESS + tagOffset(home)) >> 2])).toEqual([7, 5]);
  expect(i32[EXIT_RECORD_ADDRESS >> 2]).toBe(0b110 << MAX_HOMES);
});
