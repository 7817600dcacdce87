import { ALL_OPTIMISATIONS, type Optimisations } from '../engine/optimisations.ts';
import type { IrBlock, Terminal } from '../ir/block.ts';
import type { BlockCode } from './block-code.ts';
import { addressOfKey } from './inline-calls.ts';
import { separateNests } from './loop-nesting.ts';
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
  /** Head of the innermost loop that the node is part of, itself if it is one; -1: none. Only where reducible. */
  readonly loopOf: Int32Array;
  /** By head of a loop: head of the next loop around it, or -1. */
  readonly outerLoop: Int32Array;
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
    case 'trap':
    case 'system':
    case 'switchMode':
      return terminal.inPlace === undefined ? [] : [terminal.inPlace];
    default:
      return [];
  }
}

/** The blocks of a region by key (their address, or see inline-calls.ts and step-over.ts), and where each goes inside it. */
export interface RegionBlocks {
  readonly entry: number;
  readonly blocks: ReadonlyMap<number, IrBlock>;
  /** Addresses the block goes on to. */
  successors(block: IrBlock): readonly number[];
}

/** Loops of one head are told apart up to so many levels. */
const NESTS = 3;

/** Builds the graph; addresses without a block become ways out. Loops of several entries are split where that is not too much. */
export function flowGraph(
  region: RegionBlocks,
  code: (block: IrBlock) => BlockCode,
  on: Optimisations = ALL_OPTIMISATIONS,
): FlowGraph {
  let graph = graphOf(nodesOf(region, code));
  if (!graph.reducible) {
    if (!on.splitLoops) return graph;
    const split = splitNodes(graph.nodes);
    if (split === undefined) return graph;
    graph = graphOf(split);
  }
  for (let level = 0; on.nestedLoops && level < NESTS; level++) {
    const separated = separateNests(graph, code);
    if (separated === undefined) break;
    graph = graphOf(separated);
  }
  return graph;
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
    nodes.push({ pc: addressOfKey(pc), code: block && code(block), succs, preds: [] });
  }
  return nodes;
}

/** Orders the nodes, the entry the first, and finds loops and merges. */
export function graphOf(unordered: readonly FlowNode[]): FlowGraph {
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
  return { nodes, idom, isLoop, isMerge, ...loopNest(nodes, reducible ? isLoop : []), reducible };
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

/** Natural loops and their nesting. A loop's head comes before those of the loops in it. */
function loopNest(nodes: readonly FlowNode[], isLoop: readonly boolean[]): Pick<FlowGraph, 'loopOf' | 'outerLoop'> {
  const loopOf = new Int32Array(nodes.length).fill(-1);
  const outerLoop = new Int32Array(nodes.length).fill(-1);
  for (let head = nodes.length - 1; head >= 0; head--) {
    if (!isLoop[head]) continue;
    const seen = new Set([head]);
    const stack = nodes[head]!.preds.filter((pred) => pred >= head);
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      if (loopOf[node]! < 0) loopOf[node] = head;
      else if (loopOf[node] === node && outerLoop[node]! < 0) outerLoop[node] = head;
      stack.push(...nodes[node]!.preds);
    }
    loopOf[head] = head;
  }
  return { loopOf, outerLoop };
}

/** Head of the outermost loop that `node` is part of and `other` is not, or -1. */
export function outermostLoopWithout(graph: FlowGraph, node: number, other: number): number {
  const around = new Set<number>();
  for (let head = graph.loopOf[other]!; head >= 0; head = graph.outerLoop[head]!) around.add(head);
  let outermost = -1;
  for (let head = graph.loopOf[node]!; head >= 0 && !around.has(head); head = graph.outerLoop[head]!) outermost = head;
  return outermost;
}

/** Whether node `a` dominates node `b`. */
export function dominates(idom: Int32Array, a: number, b: number): boolean {
  let node = b;
  while (node > a) node = idom[node]!;
  return node === a;
}
