import type { FlowNode } from './flow-graph.ts';

/** At most so many instructions are copied, for each instruction of the region. */
const GROWTH = 3;
/** A region this small may grow more: copies of a few blocks cost nothing. */
const ALWAYS = 200;

/**
 * Makes control flow reducible: where a loop can be entered at several nodes, one of them becomes its
 * head, and who comes in at another goes through copies of the loop's nodes until it reaches the head
 * (S. Unger and F. Mueller, "Handling Irreducible Loops: Optimized Node Splitting vs. DJ-Graphs", 2001:
 * their plain node splitting). A loop entered in its middle is the rule here, since a region begins
 * where the program was found to run often. Node 0 is the entry. Gives the nodes with the copies behind
 * them, or undefined where they would be too many.
 */
export function splitNodes(nodes: readonly FlowNode[]): FlowNode[] | undefined {
  return new Splitter(nodes).run();
}

class Splitter {
  private readonly nodes: FlowNode[];
  /** Instructions that may still be copied. */
  private room: number;

  constructor(nodes: readonly FlowNode[]) {
    this.nodes = nodes.map((node) => ({ ...node, succs: [...node.succs], preds: [] }));
    this.room = Math.max(ALWAYS, GROWTH * nodes.reduce((sum, node) => sum + weight(node), 0));
  }

  run(): FlowNode[] | undefined {
    const whole = this.nodes.map((_, index) => index);
    const fits = this.splitWithin(new Set(whole), 0);
    return fits ? this.nodes : undefined;
  }

  /** Makes every loop among `members` that does not go through `head` one of a single head. */
  private splitWithin(members: Set<number>, head: number): boolean {
    const inner = new Set(members);
    inner.delete(head);
    for (let loops = this.loopsOf(inner); loops.length > 0; loops = this.loopsOf(inner)) {
      let copied = false;
      for (const loop of loops) {
        const entries = this.entriesOf(loop);
        if (entries.length > 1) {
          const copies = this.splitLoop(loop, entries);
          if (copies === undefined) return false;
          for (const copy of copies) inner.add(copy);
          copied = true;
        } else if (!this.splitWithin(loop, entries[0]!)) return false;
      }
      // Copies may hold loops of their own.
      if (!copied) return true;
    }
    return true;
  }

  /** Strongly connected components of more than one node, or of one with an edge to itself. */
  private loopsOf(members: ReadonlySet<number>): Set<number>[] {
    return components(this.nodes, members);
  }

  /** Nodes of the loop that are reached from outside it. */
  private entriesOf(loop: ReadonlySet<number>): number[] {
    const entries = new Set<number>();
    this.nodes.forEach((node, index) => {
      if (loop.has(index)) return;
      for (const succ of node.succs) if (loop.has(succ)) entries.add(succ);
    });
    return [...entries];
  }

  /** Chooses the head that leaves least to copy, and copies for the other entries. Gives the copies' numbers. */
  private splitLoop(loop: ReadonlySet<number>, entries: readonly number[]): number[] | undefined {
    let best: { head: number; reached: number[]; cost: number } | undefined;
    for (const head of entries) {
      const reached = this.reachedWithout(loop, entries, head);
      const cost = reached.reduce((sum, index) => sum + weight(this.nodes[index]!), 0);
      if (best === undefined || cost < best.cost) best = { head, reached, cost };
    }
    const { reached, cost } = best!;
    this.room -= cost;
    if (this.room < 0) return undefined;
    return this.copy(loop, reached);
  }

  /** Nodes of the loop on the ways from the other entries to `head`. */
  private reachedWithout(loop: ReadonlySet<number>, entries: readonly number[], head: number): number[] {
    const seen = new Set<number>(entries.filter((entry) => entry !== head));
    const stack = [...seen];
    for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
      for (const succ of this.nodes[index]!.succs) {
        if (succ === head || !loop.has(succ) || seen.has(succ)) continue;
        seen.add(succ);
        stack.push(succ);
      }
    }
    return [...seen];
  }

  /** Copies these nodes of the loop, with the edges among them, and sends who comes from outside to the copies. */
  private copy(loop: ReadonlySet<number>, reached: readonly number[]): number[] {
    const { nodes } = this;
    const outside = nodes.length;
    const copyOf = new Map(reached.map((index, place) => [index, outside + place]));
    const redirect = (succ: number): number => copyOf.get(succ) ?? succ;
    for (let index = 0; index < outside; index++) {
      if (loop.has(index)) continue;
      const { succs } = nodes[index]!;
      succs.forEach((succ, place) => {
        succs[place] = redirect(succ);
      });
    }
    for (const index of reached) {
      const node = nodes[index]!;
      nodes.push({ ...node, succs: node.succs.map(redirect), preds: [] });
    }
    return [...copyOf.values()];
  }
}

/** Instructions of a node; at least one, so that ways out count. */
function weight(node: FlowNode): number {
  return Math.max(1, node.code?.block.count ?? 1);
}

/** Tarjan's algorithm without recursion, over the edges among `members`. */
function components(nodes: readonly FlowNode[], members: ReadonlySet<number>): Set<number>[] {
  const order = new Map<number, number>();
  const low = new Map<number, number>();
  const open: number[] = [];
  const isOpen = new Set<number>();
  const found: Set<number>[] = [];
  const visit = (index: number) => {
    order.set(index, order.size);
    low.set(index, order.get(index)!);
    open.push(index);
    isOpen.add(index);
    return { index, next: 0 };
  };
  const close = (index: number): void => {
    const component = new Set<number>();
    for (let top = open.pop()!; ; top = open.pop()!) {
      isOpen.delete(top);
      component.add(top);
      if (top === index) break;
    }
    if (component.size > 1 || nodes[index]!.succs.includes(index)) found.push(component);
  };
  for (const root of members) {
    if (order.has(root)) continue;
    const stack = [visit(root)];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const succ = nodes[top.index]!.succs[top.next++];
      if (succ === undefined) {
        if (low.get(top.index) === order.get(top.index)) close(top.index);
        stack.pop();
        const parent = stack.at(-1);
        if (parent) low.set(parent.index, Math.min(low.get(parent.index)!, low.get(top.index)!));
      } else if (members.has(succ)) {
        if (!order.has(succ)) stack.push(visit(succ));
        else if (isOpen.has(succ)) low.set(top.index, Math.min(low.get(top.index)!, order.get(succ)!));
      }
    }
  }
  return found;
}
