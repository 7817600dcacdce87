import { OP_STRIDE } from '../ir/block.ts';
import { type FlowGraph, type FlowNode, graphOf } from './flow-graph.ts';
import { isSyncPoint } from './slot-flow.ts';

/** The turns of a loop that are laid out have no more instructions than this in all. */
const MOST_INSTRUCTIONS = 160;
/** Nor more operations of the IR: a turn of x87's code is long enough by itself. */
const MOST_OPERATIONS = 800;
/** So many turns at most. */
const MOST_TURNS = 4;
/** Of a loop of so few instructions more: what turns share (the clock, look-ups) is much of such a turn. */
const SHORT = 12;
const MOST_SHORT_TURNS = 8;
/** Loops of more nodes stay as they are. */
const MOST_NODES = 6;
/** At most so many instructions are added for each instruction of the region. */
const GROWTH = 1;
/** A region this small may grow more. */
const ALWAYS = 320;

/** An innermost loop: nodes of its body, head first, and the instructions of a turn (of all ways through it). */
interface Loop {
  readonly body: readonly number[];
  readonly size: number;
  /** Of the IR. */
  readonly operations: number;
}

/**
 * Lays several turns of small innermost loops out, one behind the other: the budget is asked for once for all of
 * them, and what a turn leaves in other registers than it found it in (a, b, c = b, c, d) needs no move but at the
 * last one's end, which matters where a loop carries more registers than the host has. Each turn keeps its own
 * ways out. Loops with calls stay as they are, for a call costs more than both, and so do those with `chased`
 * addresses (chased-addresses.ts), by node: each copy would carry a guess of its own.
 */
export function unrollLoops(graph: FlowGraph, chased?: readonly ReadonlySet<number>[], moreTurns = false): FlowGraph {
  if (!graph.reducible) return graph;
  let room = Math.max(ALWAYS, GROWTH * graph.nodes.reduce((sum, { code }) => sum + (code?.block.count ?? 0), 0));
  const nodes: FlowNode[] = graph.nodes.map((node) => ({ ...node, succs: [...node.succs], preds: [] }));
  for (const { body, size, operations } of smallLoops(graph)) {
    const most = moreTurns && size <= SHORT ? MOST_SHORT_TURNS : MOST_TURNS;
    const turns = Math.min(most, Math.floor(MOST_INSTRUCTIONS / size), Math.floor(MOST_OPERATIONS / operations));
    const added = size * (turns - 1);
    if (turns < 2 || added > room || body.some((index) => chased && chased[index]!.size > 0)) continue;
    room -= added;
    layOut(nodes, body, turns);
  }
  return nodes.length === graph.nodes.length ? graph : graphOf(nodes);
}

/** Innermost loops of few nodes, all of which go on within the region. */
function smallLoops(graph: FlowGraph): Loop[] {
  const bodies = new Map<number, number[]>();
  graph.loopOf.forEach((head, node) => {
    if (head < 0) return;
    const body = bodies.get(head);
    if (body) body.push(node);
    else bodies.set(head, [node]);
  });
  for (const head of graph.outerLoop) bodies.delete(head);
  return [...bodies.values()].flatMap((body) => {
    if (body.length > MOST_NODES) return [];
    let size = 0;
    let operations = 0;
    for (const index of body) {
      const { code } = graph.nodes[index]!;
      if (code === undefined || isSyncPoint(graph.nodes[index]!)) return [];
      size += code.block.count;
      operations += code.block.code.length / OP_STRIDE;
    }
    return size === 0 ? [] : [{ body, size, operations }];
  });
}

/** Adds copies of a loop's body, head first: each turn goes back to the next one's head, the last to the first's. */
function layOut(nodes: FlowNode[], body: readonly number[], turns: number): void {
  const head = body[0]!;
  const first = nodes.length;
  const placeInBody = new Map(body.map((index, place) => [index, place]));
  for (let turn = 1; turn < turns; turn++) {
    const start = first + (turn - 1) * body.length;
    const next = turn + 1 < turns ? start + body.length : head;
    for (const index of body) {
      const succs = nodes[index]!.succs.map((succ) => {
        if (succ === head) return next;
        const place = placeInBody.get(succ);
        return place === undefined ? succ : start + place;
      });
      nodes.push({ ...nodes[index]!, succs, preds: [] });
    }
  }
  for (const index of body) {
    const { succs } = nodes[index]!;
    succs.forEach((succ, at) => {
      if (succ === head) succs[at] = first;
    });
  }
}
