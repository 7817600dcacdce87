import type { IrBlock } from '../ir/block.ts';
import type { BlockCode } from './block-code.ts';
import { emptyBlock } from './empty-block.ts';
import type { FlowGraph, FlowNode } from './flow-graph.ts';

/**
 * Separates loops that share their head. A region often begins at the head of an inner loop, which then
 * is the head of the loops around it as well; as one loop all that any of them writes would be carried
 * around the innermost. A way back to the head whose loop holds the whole loop of another way back goes
 * to an empty node before the head instead (D. Callahan's "separating nested loops" of LLVM's
 * LoopSimplify). Gives the nodes with the new ones behind them, entry first; undefined if there is nothing to do.
 */
export function separateNests(graph: FlowGraph, code: (block: IrBlock) => BlockCode): FlowNode[] | undefined {
  const heads = graph.nodes.flatMap((_, head) => {
    const outer = graph.isLoop[head] ? outerLatches(graph, head) : [];
    return outer.length > 0 ? [{ head, outer: new Set(outer) }] : [];
  });
  if (heads.length === 0) return undefined;
  const nodes: FlowNode[] = graph.nodes.map((node) => ({ ...node, succs: [...node.succs], preds: [] }));
  for (const { head, outer } of heads) addOuterHead(nodes, graph, head, outer, code);
  return nodes;
}

/** The ways back to the head whose loops hold the whole loop of another one. */
function outerLatches(graph: FlowGraph, head: number): number[] {
  const latches = [...new Set(graph.nodes[head]!.preds.filter((pred) => pred >= head))];
  if (latches.length < 2) return [];
  const bodies = latches.map((latch) => bodyOf(graph, head, latch));
  return latches.filter((_latch, one) =>
    latches.some(
      (_other, two) => one !== two && bodies[two]!.size < bodies[one]!.size && isWithin(bodies[two]!, bodies[one]!),
    ),
  );
}

/** Nodes of the natural loop that this way back makes. */
function bodyOf(graph: FlowGraph, head: number, latch: number): Set<number> {
  const body = new Set([head]);
  const stack = [latch];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (body.has(node)) continue;
    body.add(node);
    stack.push(...graph.nodes[node]!.preds);
  }
  return body;
}

function isWithin(inner: ReadonlySet<number>, outer: ReadonlySet<number>): boolean {
  for (const node of inner) if (!outer.has(node)) return false;
  return true;
}

/** Everyone but the inner loop's own ways back comes to the head through an empty node. */
function addOuterHead(
  nodes: FlowNode[],
  graph: FlowGraph,
  head: number,
  outer: ReadonlySet<number>,
  code: (block: IrBlock) => BlockCode,
): void {
  const { block } = nodes[head]!.code!;
  const before: FlowNode = {
    pc: nodes[head]!.pc,
    code: code({ ...emptyBlock(block, block.pc), terminal: { kind: 'jump', target: block.pc } }),
    succs: [head],
    preds: [],
  };
  if (head === 0) {
    // The entry stays number 0: the two change places.
    const moved = nodes.push(nodes[0]!) - 1;
    nodes[0] = { ...before, succs: [moved] };
    nodes.forEach((node, index) => {
      if (index === 0 || !node.succs.includes(0)) return;
      const original = index === moved ? 0 : index;
      if (!outer.has(original)) redirect(node, 0, moved);
    });
    return;
  }
  const added = nodes.push(before) - 1;
  nodes.forEach((node, index) => {
    if (index !== added && (index < head || index >= graph.nodes.length || outer.has(index)))
      redirect(node, head, added);
  });
}

function redirect(node: FlowNode, from: number, to: number): void {
  node.succs.forEach((succ, place) => {
    if (succ === from) node.succs[place] = to;
  });
}
