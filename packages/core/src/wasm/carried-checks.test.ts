import { describe, expect, test } from 'vitest';
import { defineLayout } from '../cpu/layout.ts';
import type { IrBlock } from '../ir/block.ts';
import { BlockBuilder } from '../ir/builder.ts';
import { blockCode } from './block-code.ts';
import { carryChecks } from './carried-checks.ts';
import { type FlowGraph, flowGraph } from './flow-graph.ts';
import { unrollLoops } from './loop-unrolling.ts';
import { slotTable } from './slots.ts';
import { WayValues } from './way-values.ts';

const layout = defineLayout([
  ...['pc', 'mode', 'base', 'other'].map((name) => ({ name, type: 'i32' as const })),
  { name: 'words', bytes: 16 },
]);
const [BASE, OTHER] = ['base', 'other'].map((name) => layout.slot(name, 'i32'));
const WORDS = layout.array('words').offset;
const slots = slotTable(layout, []);

type Body = (b: BlockBuilder) => void;

/** A block at `pc` of one instruction, which goes on to `taken` or to `next`. */
function block(pc: number, body: Body, taken: number, next: number): IrBlock {
  const b = new BlockBuilder(pc, 0);
  b.beginInstruction(pc, 1);
  body(b);
  b.endWith({ kind: 'branch', cond: b.get(OTHER!), taken, next });
  return b.finish(pc + 4);
}

function carried(blocks: readonly IrBlock[], unrolled = true): FlowGraph {
  const byPc = new Map(blocks.map((each) => [each.pc, each]));
  const successors = ({ terminal }: IrBlock) => (terminal.kind === 'branch' ? [terminal.taken, terminal.next] : []);
  const region = { entry: blocks[0]!.pc, blocks: byPc, successors };
  const rolled = flowGraph(region, (ir) => blockCode(ir, slots));
  const graph = unrolled ? unrollLoops(rolled) : rolled;
  return carryChecks(graph, new WayValues(graph));
}

/** Which traps (and reads of words) of the graph's blocks are left, in order. */
function left({ nodes }: FlowGraph, kind = 'trapIf'): boolean[] {
  return nodes.flatMap(({ code }) => code?.statements ?? []).flatMap((each) => (each.kind === kind ? !each.dead : []));
}

const OUT = 0x900;
/** The turns of a loop of one block. */
const turns = (body: Body) => carried([block(0x100, body, 0x100, OUT)]);

const trapOnBits = (b: BlockBuilder, mask: number) => b.trapIf(b.and(b.get(BASE!), b.const(mask)), b.const(0), 1);
const advance = (b: BlockBuilder, step: number) => b.set(b.add(b.get(BASE!), b.const(step)), BASE!);

describe('of turns that are laid out', () => {
  test('the first asks whether an address is aligned that grows by a multiple', () => {
    const body: Body = (b) => {
      trapOnBits(b, 7);
      advance(b, 24);
    };
    expect(left(turns(body))).toEqual([true, false, false, false]);
  });

  test('each that may be the first asks where it grows by less', () => {
    const body: Body = (b) => {
      trapOnBits(b, 7);
      advance(b, 4);
    };
    // Two turns on it is aligned if it was.
    expect(left(turns(body))).toEqual([true, true, false, false]);
  });

  test('all ask for what each reads anew', () => {
    const body: Body = (b) => {
      b.set(b.load32(b.get(OTHER!)), BASE!);
      trapOnBits(b, 7);
    };
    expect(left(turns(body))).toEqual([true, true, true, true]);
  });

  test('a word of the state is read and asked about once, if nothing may write it', () => {
    const ask: Body = (b) => b.trapIf(b.eq(b.peek32(b.const(0), WORDS), b.const(5)), b.const(0), 1);
    const graph = turns(ask);
    expect(left(graph)).toEqual([true, false, false, false]);
    expect(left(graph, 'peek')).toEqual([true, false, false, false]);
    const written = turns((b) => {
      ask(b);
      b.poke32(b.const(0), b.get(BASE!), WORDS + 4);
    });
    expect(left(written)).toEqual([true, true, true, true]);
    const before = turns((b) => {
      b.poke32(b.const(0), b.get(BASE!), WORDS);
      ask(b);
    });
    expect(left(before)).toEqual([true, true, true, true]);
  });

  test('a word that someone else reads, too, is read in each', () => {
    const graph = turns((b) => {
      const word = b.peek32(b.const(0), WORDS);
      b.trapIf(b.eq(word, b.const(5)), b.const(0), 1);
      b.set(word, BASE!);
    });
    expect(left(graph, 'peek')).toEqual([true, true, true, true]);
  });
});

describe('of blocks one behind the other', () => {
  const ask: Body = (b) => trapOnBits(b, 3);
  const nothing: Body = () => undefined;

  test('a later one asks again where there are two ways to it', () => {
    const oneWay = [block(0x100, ask, 0x200, 0x300), block(0x200, nothing, OUT, 0x300), block(0x300, ask, OUT, OUT)];
    expect(left(carried(oneWay, false)).filter(Boolean)).toHaveLength(2);
    const two = [block(0x100, ask, 0x200, OUT), block(0x200, nothing, 0x300, OUT), block(0x300, ask, OUT, OUT)];
    expect(left(carried(two, false)).filter(Boolean)).toHaveLength(1);
  });

  test('the one where the region begins asks, whoever comes back to it', () => {
    expect(left(carried([block(0x100, ask, 0x100, OUT)], false))).toEqual([true]);
  });

  test('what is a multiple of its size for it was asked about crosses no page', () => {
    const access: Body = (b) => {
      ask(b);
      b.storeF32(b.get(BASE!), b.f32FromI32S(b.get(OTHER!)));
      b.storeF64(b.get(BASE!), b.f64FromI32S(b.get(OTHER!)));
      advance(b, 4);
    };
    const stores = turns(access).nodes.flatMap(({ code }) => code?.statements ?? []);
    const singles = stores.filter(({ kind, result, op }) => kind === 'store' && result < 0 && op === stores[1]!.op);
    expect(singles.map(({ aligned }) => aligned)).toEqual([false, true, true, true]);
  });
});
