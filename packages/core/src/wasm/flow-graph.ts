import type { IrBlock, Terminal } from '../ir/block.ts';
import type { BlockCode } from './block-code.ts';
import { splitNodes } from './node-splitting.ts';

/** A node of a region: a block, or (code undefined) the way out to `pc`. */
export interface FlowNode {
  readonly pc: number;
  readonly code: BlockCode | undefined;
  /** Numbers of the successors: branch taken then not taken; the one after a call or kernel call. */
  readonly succs: number[];
  readonly preds: number[];
}

/** A region's control flow, nodes in reverse postorder, node 0 the entry. */
export interface FlowGraph {
  readonly nodes: readonly FlowNode[];
  /** Immediate dominator by node; node 0 its own. */
  readonly idom: Int32Array;
  /** Target of a backward edge. */
  readonly isLoop: readonly boolean[];
  /** Target of at least two forward edges. */
  readonly isMerge: readonly boolean[];
  /** Every backward edge goes to a dominator. */
  readonly reducible: boolean;
}

/** Addresses a block goes on to inside its region: taken first; none for what leaves, the targets seen of a computed jump. */
export function successorsOf(terminal: Terminal, seen: readonly number[]): readonly number[] {
  return successors(terminal, seen);
}

function successors(terminal: Terminal, seen: readonly number[]): readonly number[] {
  switch (terminal.kind) {
    case 'jumpIndirect':
      return seen;
    case 'jump':
      return [terminal.target];
    case 'branch':
      return [terminal.taken, terminal.next];
    case 'call':
    case 'callIndirect':
      return [terminal.returnTo];
    case 'kernelCall':
      return [terminal.next];
    default:
      return [];
  }
}

/** The blocks of a region by address, and where each goes inside it. */
export interface RegionBlocks {
  readonly entry: number;
  readonly blocks: ReadonlyMap<number, IrBlock>;
  /** Addresses the block goes on to. */
  successors(block: IrBlock): readonly number[];
}

/** Builds the graph; addresses without a block become ways out. Loops of several entries are split where that is not too much. */
export function flowGraph(region: RegionBlocks, code: (block: IrBlock) => BlockCode): FlowGraph {
  const graph = graphOf(nodesOf(region, code));
  if (graph.reducible) return graph;
  const split = splitNodes(graph.nodes);
  return split ? graphOf(split) : graph;
}

/** The nodes of a region, node 0 the entry, without predecessors. */
function nodesOf(region: RegionBlocks, code: (block: IrBlock) => BlockCode): FlowNode[] {
  const number = new Map([[region.entry, 0]]);
  const nodes: FlowNode[] = [];
  const pcs = [region.entry];
  for (let index = 0; index < pcs.length; index++) {
    const pc = pcs[index]!;
    const block = region.blocks.get(pc);
    const succs = (block ? region.successors(block) : []).map((target) => {
      let at = number.get(target);
      if (at === undefined) {
        at = pcs.push(target) - 1;
        number.set(target, at);
      }
      return at;
    });
    nodes.push({ pc, code: block && code(block), succs, preds: [] });
  }
  return nodes;
}

/** Orders the nodes and finds loops and merges. */
function graphOf(unordered: readonly FlowNode[]): FlowGraph {
  const order = reversePostorder(unordered);
  const place = new Int32Array(unordered.length).fill(-1);
  order.forEach((old, index) => {
    place[old] = index;
  });
  const nodes: FlowNode[] = order.map((old) => {
    const node = unordered[old]!;
    return { ...node, succs: node.succs.map((succ) => place[succ]!), preds: [] };
  });
  nodes.forEach((node, index) => {
    for (const succ of node.succs) nodes[succ]!.preds.push(index);
  });
  const idom = dominators(nodes);
  const isLoop = nodes.map((node, index) => node.preds.some((pred) => pred >= index));
  const isMerge = nodes.map((node, index) => node.preds.filter((pred) => pred < index).length >= 2);
  const reducible = nodes.every((node, index) =>
    node.preds.every((pred) => pred < index || dominates(idom, index, pred)),
  );
  return { nodes, idom, isLoop, isMerge, reducible };
}

/** Numbers of the nodes that the entry reaches. Depth-first without recursion: regions can be hundreds of blocks deep. */
function reversePostorder(nodes: readonly FlowNode[]): number[] {
  const seen = new Uint8Array(nodes.length);
  const postorder: number[] = [];
  // The fall-through is visited first, so that it comes last in the reverse order's nesting.
  const stack = [{ index: 0, next: 0 }];
  seen[0] = 1;
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const succ = nodes[top.index]!.succs[top.next++];
    if (succ === undefined) {
      postorder.push(top.index);
      stack.pop();
    } else if (!seen[succ]) {
      seen[succ] = 1;
      stack.push({ index: succ, next: 0 });
    }
  }
  return postorder.reverse();
}

/** Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm". Nodes are in reverse postorder. */
function dominators(nodes: readonly FlowNode[]): Int32Array {
  const idom = new Int32Array(nodes.length).fill(-1);
  idom[0] = 0;
  for (let changed = true; changed; ) {
    changed = false;
    for (let node = 1; node < nodes.length; node++) {
      let best = -1;
      for (const pred of nodes[node]!.preds) {
        if (idom[pred] === -1) continue;
        best = best === -1 ? pred : commonDominator(idom, best, pred);
      }
      if (idom[node] !== best) {
        idom[node] = best;
        changed = true;
      }
    }
  }
  return idom;
}

function commonDominator(idom: Int32Array, a: number, b: number): number {
  let left = a;
  let right = b;
  while (left !== right) {
    while (left > right) left = idom[left]!;
    while (right > left) right = idom[right]!;
  }
  return left;
}

/** Whether node `a` dominates node `b`. */
export function dominates(idom: Int32Array, a: number, b: number): boolean {
  let node = b;
  while (node > a) node = idom[node]!;
  return node === a;
}
