import { OP_NUMBER, OP_SPECS } from '../ir/ops.ts';
import type { BlockCode } from './block-code.ts';
import type { FlowGraph } from './flow-graph.ts';
import { isSyncPoint } from './slot-flow.ts';
import { ENTRY, RESULT } from './value-graph.ts';

const O = OP_NUMBER;

/**
 * Values of a block as values of the block before it, where there is but one way to come to it: what it found in a
 * slot is what that one left there. So what has been found out on the way (carried-checks.ts, access-groups.ts) is
 * known of values that are other ones in each block, as an address that each turn of a loop adds to.
 */
export class WayValues {
  private readonly graph: FlowGraph;
  private readonly lifted = new Map<number, Map<number, number>>();

  constructor(graph: FlowGraph) {
    this.graph = graph;
  }

  /** The one node that goes on to `node`, within the region's locals; -1 where there is none, or several. */
  before(node: number): number {
    const { preds } = this.graph.nodes[node]!;
    const pred = preds[0];
    // The region is entered at its first node.
    if (node === 0 || preds.length !== 1 || pred! >= node) return -1;
    const { code } = this.graph.nodes[pred!]!;
    return code === undefined || isSyncPoint(this.graph.nodes[pred!]!) ? -1 : pred!;
  }

  /** A value of `node` in the graph of the node before it (which there is): -1 if it has none there. */
  lift(node: number, value: number): number {
    if (value < 0) return -1;
    let known = this.lifted.get(node);
    if (known === undefined) this.lifted.set(node, (known = new Map()));
    let result = known.get(value);
    if (result === undefined) {
      result = this.find(node, value);
      known.set(value, result);
    }
    return result;
  }

  private find(node: number, value: number): number {
    const code = this.graph.nodes[node]!.code!;
    const from = this.graph.nodes[this.before(node)]!.code!;
    const { op, a, b, c, imm, type } = code.graph;
    const number = op[value]!;
    if (number === ENTRY) {
      const slot = imm[value]!;
      if (slot < 0) return wordBehind(from, slot);
      return from.out.get(slot) ?? from.graph.entry(slot, type[value]!);
    }
    if (number === RESULT) {
      const word = wordOf(code, value);
      return word === undefined ? -1 : wordBehind(from, word);
    }
    if (number === O.const32) return from.graph.const32(imm[value]!);
    // Constants are numbered in each block.
    if (OP_SPECS[number]!.imm === 'constant' && code.block !== from.block) return -1;
    const args = [a[value]!, b[value]!, c[value]!].map((arg) => (arg < 0 ? -1 : this.lift(node, arg)));
    if (OP_SPECS[number]!.args.some((_, place) => args[place]! < 0)) return -1;
    return from.graph.pure(number, args[0]!, args[1]!, args[2]!, imm[value]!);
  }
}

/**
 * A word of the CPU's state that is no slot (peek32) stands for itself in a graph as the entry of a slot below 0,
 * as long as nothing may have written it.
 */
const wordSlot = (offset: number): number => -1 - offset;

/** Statements that may write words of the state. */
const writesWords = (kind: string): boolean => kind === 'poke' || kind === 'helper';

/** The word (wordSlot) that a value was read from, at a constant place, before anything may have written it. */
function wordOf({ statements, graph }: BlockCode, value: number): number | undefined {
  for (const { kind, op, a, imm, result } of statements) {
    if (writesWords(kind)) return undefined;
    if (result !== value) continue;
    return kind === 'peek' && op === O.peek32 && graph.isConst(a) ? wordSlot(graph.imm[a]! + imm) : undefined;
  }
  return undefined;
}

/** What a word holds behind a block: the value that it was read as last, or what it held at the block's start; -1: it may have been written. */
function wordBehind({ statements, graph }: BlockCode, word: number): number {
  for (let at = statements.length - 1; at >= 0; at--) {
    const { kind, op, a, imm, result } = statements[at]!;
    if (writesWords(kind)) return -1;
    if (kind === 'peek' && op === O.peek32 && graph.isConst(a) && wordSlot(graph.imm[a]! + imm) === word) return result;
  }
  return graph.entry(word, 'i32');
}
