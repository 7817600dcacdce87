import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { optimisationsWithout } from '../engine/optimisations.ts';
import { type IrBlock, OP_STRIDE } from '../ir/block.ts';
import { blockCode } from './block-code.ts';
import { type FlowGraph, flowGraph } from './flow-graph.ts';
import { unrollLoops } from './loop-unrolling.ts';
import { slotTable } from './slots.ts';

const SLOTS = slotTable({ slots: [], size: 64 } as never, []);

/** A block of one instruction at `pc`; where it goes is the region's to say. */
function block(pc: number): IrBlock {
  return {
    pc,
    mode: 0,
    endPc: pc + 4,
    endMode: 0,
    count: 1,
    insnPc: [pc],
    insnFirstOp: [0],
    insnCycles: [1],
    cycles: 1,
    code: [],
    valueTypes: [],
    constants: [],
    terminal: { kind: 'jump', target: pc + 4 },
  } as unknown as IrBlock;
}

/** The graph of blocks numbered from 0 with these successors. */
function graphOf(
  succs: readonly (readonly number[])[],
  off: Parameters<typeof optimisationsWithout>[0] = [],
): FlowGraph {
  const blocks = new Map(succs.map((_, pc) => [pc, block(pc)]));
  const region = { entry: 0, blocks, successors: ({ pc }: IrBlock) => succs[pc]! };
  return flowGraph(region, (ir) => blockCode(ir, SLOTS), optimisationsWithout(off));
}

/** Addresses of the instructions done when `choices` says which successor is taken at each branch. */
function walk(graph: FlowGraph, choices: readonly number[]): number[] {
  const seen: number[] = [];
  let node = graph.nodes[0]!;
  for (let choice = 0; ; ) {
    seen.push(...(node.code?.block.insnPc ?? []));
    if (node.succs.length === 0) return seen;
    if (node.succs.length > 1 && choice === choices.length) return seen;
    const next = node.succs.length > 1 ? choices[choice++]! % node.succs.length : 0;
    if (seen.length > 1000) return seen;
    node = graph.nodes[node.succs[next]!]!;
  }
}

/** A loop of 1 and 2 that 0 enters at both. */
const TWO_ENTRIES = [[1, 2], [2], [1, 3], []];

describe('a loop of several entries', () => {
  test('is split so that control flow is reducible', () => {
    expect(graphOf(TWO_ENTRIES, ['splitLoops']).reducible).toBe(false);
    const graph = graphOf(TWO_ENTRIES);
    expect(graph.reducible).toBe(true);
    expect(graph.nodes.map(({ pc }) => pc).sort()).toHaveLength(5);
  });

  test('stays where the copies would be too many', () => {
    // Each of many nodes leads to each: no head leaves little to copy.
    const all = Array.from({ length: 40 }, (_, pc) => pc);
    const dense = graphOf([all.slice(1), ...all.slice(1).map(() => all.slice(1))]);
    expect(dense.reducible).toBe(false);
  });
});

describe('loops of one head', () => {
  test('are told apart', () => {
    // 0 loops by itself; 1 goes back to it too.
    const graph = graphOf([[0, 1], [0, 2], []]);
    const heads = graph.nodes.flatMap((_, index) => (graph.isLoop[index] ? [index] : []));
    expect(heads).toHaveLength(2);
    expect(graph.outerLoop[heads[1]!]).toBe(heads[0]);
    expect(graph.nodes[heads[0]!]!.code!.block.count).toBe(0);
    expect(graphOf([[0, 1], [0, 2], []], ['nestedLoops']).isLoop.filter(Boolean)).toHaveLength(1);
  });

  test('stay one where neither holds the other', () => {
    const graph = graphOf([[1, 2, 3], [0], [0], []]);
    expect(graph.isLoop.filter(Boolean)).toHaveLength(1);
  });
});

describe('a small loop', () => {
  const unrolled = (succs: readonly (readonly number[])[], chased?: readonly ReadonlySet<number>[]): FlowGraph =>
    unrollLoops(graphOf(succs), chased);
  /** Nodes at this address. */
  const copies = (graph: FlowGraph, pc: number): number => graph.nodes.filter((node) => node.pc === pc).length;

  test('has several turns behind one head, each with its way out', () => {
    const graph = unrolled([[1], [2, 3], [1], []]);
    expect([copies(graph, 1), copies(graph, 2), copies(graph, 3)]).toEqual([4, 4, 1]);
    expect(graph.isLoop.filter(Boolean)).toHaveLength(1);
    expect(graph.nodes.find(({ pc }) => pc === 3)!.preds).toHaveLength(4);
  });

  test('has one turn around another loop, with many nodes, or with addresses that are guessed', () => {
    const nest = unrolled([[1], [2], [2, 3], [1, 4], []]);
    expect([copies(nest, 1), copies(nest, 2), copies(nest, 3)]).toEqual([1, 4, 1]);
    expect(unrolled(Array.from({ length: 7 }, (_, pc) => [(pc + 1) % 7])).nodes).toHaveLength(7);
    expect(unrolled([[0]], [new Set([5])]).nodes).toHaveLength(1);
    expect(unrolled([[0]], [new Set()]).nodes).toHaveLength(4);
  });

  test('has as many turns as have few instructions, and few operations', () => {
    const sized = (count: number, operations = 1, moreTurns = false): FlowGraph => {
      const code = new Array<number>(operations * OP_STRIDE).fill(0);
      const blocks = new Map([[0, { ...block(0), count, code }]]);
      const region = { entry: 0, blocks, successors: () => [0] };
      return unrollLoops(
        flowGraph(region, (ir) => ({ ...blockCode(block(0), SLOTS), block: ir })),
        undefined,
        moreTurns,
      );
    };
    expect([1, 40, 60, 81].map((count) => sized(count).nodes.length)).toEqual([4, 4, 2, 1]);
    expect([200, 201, 400, 401].map((operations) => sized(1, operations).nodes.length)).toEqual([4, 3, 2, 1]);
    // Short ones have more.
    expect([1, 12, 13, 60].map((count) => sized(count, 1, true).nodes.length)).toEqual([8, 8, 4, 2]);
    expect(sized(1, 160, true).nodes).toHaveLength(5);
  });
});

test('the same instructions are done in the same order, whatever is split, told apart and laid out', () => {
  const node = fc.array(fc.nat(11), { maxLength: 3 });
  fc.assert(
    fc.property(
      fc.array(node, { minLength: 12, maxLength: 12 }),
      fc.array(fc.nat(5), { maxLength: 60 }),
      (succs, choices) => {
        // A region has no two edges from one node to another.
        const edges = succs.map((list) => [...new Set(list)]);
        const plain = graphOf(edges, ['splitLoops', 'nestedLoops']);
        for (const moreTurns of [false, true]) {
          const graph = unrollLoops(graphOf(edges), undefined, moreTurns);
          expect(walk(graph, choices)).toEqual(walk(plain, choices));
        }
      },
    ),
    { numRuns: 500 },
  );
});
