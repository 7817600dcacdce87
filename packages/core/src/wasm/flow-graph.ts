import type { IrBlock, Terminal } from '../ir/block.ts';
import type { BlockCode } from './block-code.ts';
import { addressOfKey } from './inline-calls.ts';

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

/** The blocks of a region by key (their address, or see inline-calls.ts and step-over.ts), and where each goes inside it. */
export interface RegionBlocks {
  readonly entry: number;
  readonly blocks: ReadonlyMap<number, IrBlock>;
  /** Addresses the block goes on to. */
  successors(block: IrBlock): readonly number[];
}

/** Builds the graph; addresses without a block become ways out. */
export function flowGraph(region: RegionBlocks, code: (block: IrBlock) => BlockCode): FlowGraph {
  const { blocks } = region;
  const order = reversePostorder(region);
  const number = new Map(order.map((pc, index) => [pc, index]));
  const nodes: FlowNode[] = order.map((pc) => {
    const block = blocks.get(pc);
    const succs = block ? region.successors(block).map((target) => number.get(target)!) : [];
    return { pc: addressOfKey(pc), code: block && code(block), succs, preds: [] };
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

/** Depth-first without recursion: regions can be hundreds of blocks deep. */
function reversePostorder(region: RegionBlocks): number[] {
  const { entry, blocks } = region;
  const seen = new Set<number>([entry]);
  const postorder: number[] = [];
  const stack: { pc: number; succs: readonly number[]; next: number }[] = [];
  const push = (pc: number) => {
    const block = blocks.get(pc);
    // The fall-through is visited first, so that it comes last in the reverse order's nesting.
    stack.push({ pc, succs: block ? region.successors(block) : [], next: 0 });
  };
  push(entry);
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    if (top.next < top.succs.length) {
      const succ = top.succs[top.next++]!;
      if (!seen.has(succ)) {
        seen.add(succ);
        push(succ);
      }
    } else {
      postorder.push(top.pc);
      stack.pop();
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
