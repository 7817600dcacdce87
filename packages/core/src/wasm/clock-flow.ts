import type { IrBlock, Terminal } from '../ir/block.ts';
import type { FlowGraph, FlowNode } from './flow-graph.ts';
import { isSyncPoint } from './slot-flow.ts';

/** Instructions, and their cycles. */
export interface Charge {
  readonly instructions: number;
  readonly cycles: number;
  /** Those of the cycles that are the kernel's entry's (ENTRY_CYCLES). */
  readonly entry: number;
}

export const NO_CHARGE: Charge = { instructions: 0, cycles: 0, entry: 0 };

/** What tells a block's charge. */
export interface ChargeRules {
  /** Whether each block's cost is added where it begins, with nothing pending within. */
  readonly atOnce: boolean;
  /** Whether the cycles of code at this address are the kernel's entry's. */
  isKernelText(pc: number): boolean;
}

/**
 * What of the instructions executed the clock's local, and ENTRY_CYCLES, do not hold yet. It is known for each place of the
 * region: exits make up for it by the side table, hand-overs by an addition, checks by their constant. So the
 * clock is advanced where ways of different cost come together, and once in each turn of a loop.
 */
export interface ClockFlow {
  /** By node: what is pending at its start. */
  readonly before: readonly Charge[];
  /** The same behind its terminal: of the nodes that go back to a loop's head what is pending there. */
  readonly behind: readonly Charge[];
}

export function analyseClock(graph: FlowGraph, rules: ChargeRules): ClockFlow {
  const before: Charge[] = [];
  const behind: Charge[] = [];
  graph.nodes.forEach((node, index) => {
    before.push(index === 0 ? NO_CHARGE : chosen(graph, index, behind));
    behind.push(pendingBehind(node, index, before, rules));
  });
  return { before, behind };
}

/** Of what is pending on the ways to a node: what most branches have, which then need no addition of their own; else what most have. */
function chosen(graph: FlowGraph, index: number, behind: readonly Charge[]): Charge {
  const ways = graph.nodes[index]!.preds.filter((pred) => pred < index);
  let best = NO_CHARGE;
  let most = 0;
  for (const way of ways) {
    let weight = 0;
    for (const other of ways) {
      if (isEqual(behind[other]!, behind[way]!)) weight += 1 + (isBranch(graph.nodes[other]!) ? ways.length : 0);
    }
    if (weight <= most) continue;
    most = weight;
    best = behind[way]!;
  }
  return best;
}

function pendingBehind(node: FlowNode, index: number, before: readonly Charge[], rules: ChargeRules): Charge {
  const cost = node.code === undefined ? NO_CHARGE : costOf(node.code.block, rules);
  if (isSyncPoint(node) || (rules.atOnce && cost !== NO_CHARGE)) return NO_CHARGE;
  // Added before a branch back, so that the branch goes straight to the loop's head.
  const heads = node.succs.filter((succ) => succ <= index);
  if (heads.length > 0) return before[Math.max(...heads)]!;
  return plus(plus(before[index]!, cost), answerCost(node.code?.block.terminal));
}

/** What a block's instructions cost. */
export function costOf({ pc, count, cycles }: IrBlock, rules: ChargeRules): Charge {
  if (count === 0) return NO_CHARGE;
  return { instructions: count, cycles, entry: rules.isKernelText(pc) ? cycles : 0 };
}

/** The kernel's own work for a steady call that ends a block. */
export function answerCost(terminal: Terminal | undefined): Charge {
  const work = terminal?.kind === 'kernelCall' ? (terminal.steady?.work ?? 0) : 0;
  return work === 0 ? NO_CHARGE : { instructions: 0, cycles: work, entry: 0 };
}

export function plus(a: Charge, b: Charge): Charge {
  return { instructions: a.instructions + b.instructions, cycles: a.cycles + b.cycles, entry: a.entry + b.entry };
}

export function minus(a: Charge, b: Charge): Charge {
  return { instructions: a.instructions - b.instructions, cycles: a.cycles - b.cycles, entry: a.entry - b.entry };
}

export function isEqual(a: Charge, b: Charge): boolean {
  return a.instructions === b.instructions && a.cycles === b.cycles && a.entry === b.entry;
}

function isBranch(node: FlowNode): boolean {
  return node.succs.length > 1;
}
