import type { ValueType } from '../ir/ops.ts';
import { emitBlock, emitShadows, finishBlock } from './block-emitter.ts';
import { beginClock, emitReturn } from './clock-emitter.ts';
import { minus } from './clock-flow.ts';
import { emitComputedJump } from './computed-jump-emitter.ts';
import type { EdgeEmitter } from './edge-emitter.ts';
import { OPCODE, VOID } from './encoder.ts';
import { outermostLoopWithout } from './flow-graph.ts';
import { PARAM_PC, PARAM_STACK } from './region-abi.ts';
import type { RegionContext } from './region-context.ts';
import { isSyncPoint } from './slot-flow.ts';
import { emitInlineReturn, emitTerminal, emitWayOut, pushBranchCondition } from './terminal-emitter.ts';

/** A label around the code being emitted: what a branch to it means. */
type Label = { readonly kind: 'loop' | 'block'; readonly node: number } | { readonly kind: 'if' };

/** Host stack the function may need: what V8's baseline compiler would take for its locals, and a margin. */
function frameBytes(locals: readonly ValueType[]): number {
  return locals.reduce((sum, type) => sum + (type === 'v128' ? 16 : 8), 160);
}

/** Emits the region's whole body: entry, blocks, control flow. Nothing falls out of its end. */
export function emitRegionBody(region: RegionContext): void {
  const { input } = region;
  const frame = emitEntry(region);
  if (input.graph.reducible) new StructuredEmitter(region).emitRoot();
  else new DispatchEmitter(region).emitRoot();
  region.code.patchConst(frame, frameBytes(region.locals.types));
}

/** Guards the host stack, checks the budget, takes the state over. Gives the place of the frame size, which is known last. */
function emitEntry(region: RegionContext): number {
  const { code, input } = region;
  code.get(PARAM_STACK);
  const frame = code.i32ConstPatched();
  code.op(0x6b).tee(PARAM_STACK).i32Const(0).op(0x48);
  code.ifRarely().get(PARAM_PC);
  emitReturn(region);
  code.end();
  beginClock(region);
  if (!input.graph.isLoop[0]) region.checkBudget(input.flow.longestPath[0]!, region.pcOf(0));
  region.loadTables();
  region.reload(0);
  return frame;
}

/** What a node does, then its edges. */
function emitNode(region: RegionContext, index: number, edges: EdgeEmitter): void {
  region.enterNode(index);
  const node = region.node(index);
  const { code } = node;
  if (code === undefined) {
    emitWayOut(region, index, node.pc);
    return;
  }
  const plan = region.input.plans[index]!;
  emitBlock(region, code, plan);
  if (!isSyncPoint(node)) region.charge(minus(region.pending, region.input.clock.behind[index]!));
  region.flush(index);
  const kind = code.block.terminal.kind;
  if (kind === 'branch') emitBranch(region, index, edges);
  else if (kind === 'jump' || (kind === 'kernelCall' && !isSyncPoint(node))) {
    emitShadows(region, plan);
    finishBlock(region);
    edges.go(index, node.succs[0]!);
  } else if (kind === 'jumpIndirect') emitComputedJump(region, index, code, plan, edges);
  else if (kind === 'return' && node.succs.length > 0) {
    emitInlineReturn(region, index, code, plan);
    edges.go(index, node.succs[0]!);
  } else if (emitTerminal(region, index, code)) edges.go(index, node.succs[0]!);
}

function emitBranch(region: RegionContext, index: number, edges: EdgeEmitter): void {
  const node = region.node(index);
  const { code } = region;
  pushBranchCondition(region, node.code!, region.input.plans[index]!);
  const [taken, next] = [node.succs[0]!, node.succs[1]!];
  const label = edges.direct(index, taken);
  if (label >= 0) {
    code.brIf(label);
    edges.go(index, next);
    return;
  }
  const other = edges.direct(index, next);
  if (other >= 0) {
    code.op(0x45).brIf(other);
    edges.go(index, taken);
    return;
  }
  code.byte(OPCODE.if).byte(VOID);
  edges.nest();
  edges.go(index, taken);
  edges.unnest();
  code.end();
  edges.go(index, next);
}

/**
 * Structured control flow from the dominator tree. Norman Ramsey, "Beyond Relooper: Recursive
 * Translation of Unstructured Control Flow to Structured Control Flow" (ICFP 2022).
 */
class StructuredEmitter implements EdgeEmitter {
  private readonly region: RegionContext;
  /** By node: the nodes it immediately dominates whose code stands behind its own, last first. */
  private readonly behindNode: number[][];
  /** By head of a loop: the nodes where it is left, last first. Their code stands behind the loop. */
  private readonly behindLoop: number[][];
  /** By node: its code stands behind other code, and so has a label before. */
  private readonly isLabelled: Uint8Array;
  private readonly labels: Label[] = [];

  constructor(region: RegionContext) {
    this.region = region;
    const { graph } = region.input;
    const { idom, isMerge, nodes } = graph;
    const { loopExits } = region.services.optimisations;
    this.behindNode = nodes.map(() => []);
    this.behindLoop = nodes.map(() => []);
    this.isLabelled = new Uint8Array(nodes.length);
    for (let node = nodes.length - 1; node > 0; node--) {
      // V8 carries every local that a wasm loop writes around it, so what is no part of a loop must not stand in it.
      const left = loopExits ? outermostLoopWithout(graph, idom[node]!, node) : -1;
      if (left >= 0) this.behindLoop[left]!.push(node);
      else if (isMerge[node]) this.behindNode[idom[node]!]!.push(node);
      else continue;
      this.isLabelled[node] = 1;
    }
  }

  emitRoot(): void {
    this.tree(0);
  }

  go(from: number, to: number): void {
    this.region.chargeEdge(from, to);
    const label = this.labelOf(from, to);
    if (label >= 0) this.region.code.br(label);
    else this.tree(to);
  }

  direct(from: number, to: number): number {
    return this.region.isChargedEdge(from, to) ? -1 : this.labelOf(from, to);
  }

  private labelOf(from: number, to: number): number {
    const backward = to <= from;
    if (!backward && !this.isLabelled[to]) return -1;
    const kind = backward ? 'loop' : 'block';
    for (let i = this.labels.length - 1; i >= 0; i--) {
      const label = this.labels[i]!;
      if (label.kind === kind && label.node === to) return this.labels.length - 1 - i;
    }
    throw new Error('translator: an edge has no label');
  }

  nest(): void {
    this.enter({ kind: 'if' });
  }

  unnest(): void {
    this.leave();
  }

  private enter(label: Label): void {
    this.labels.push(label);
    this.region.depth = this.labels.length;
  }

  private leave(): void {
    this.labels.pop();
    this.region.depth = this.labels.length;
  }

  private tree(node: number): void {
    const { region } = this;
    if (region.input.graph.isLoop[node]) this.before(this.behindLoop[node]!, 0, () => this.loop(node));
    else this.before(this.behindNode[node]!, 0, () => emitNode(region, node, this));
  }

  private loop(node: number): void {
    const { region } = this;
    region.code.byte(OPCODE.loop).byte(VOID);
    this.enter({ kind: 'loop', node });
    region.enterNode(node);
    region.checkBudget(region.input.flow.longestPath[node]!, region.pcOf(node));
    this.before(this.behindNode[node]!, 0, () => emitNode(region, node, this));
    this.leave();
    region.code.end();
  }

  /** What `emit` emits, with the code of these nodes behind it, the last one outermost. */
  private before(behind: readonly number[], first: number, emit: () => void): void {
    if (first === behind.length) {
      emit();
      return;
    }
    const node = behind[first]!;
    this.region.code.byte(OPCODE.block).byte(VOID);
    this.enter({ kind: 'block', node });
    this.before(behind, first + 1, emit);
    this.leave();
    this.region.code.end();
    this.tree(node);
  }
}

/** For control flow that is not reducible: a loop around a br_table on the number of the node to run. */
class DispatchEmitter implements EdgeEmitter {
  private readonly region: RegionContext;
  private readonly numberLocal: number;
  private nested = 0;
  private node = 0;

  constructor(region: RegionContext) {
    this.region = region;
    this.numberLocal = region.locals.allocate('i32');
  }

  emitRoot(): void {
    const { region } = this;
    const { code } = region;
    const { graph, flow } = region.input;
    const count = graph.nodes.length;
    code.byte(OPCODE.loop).byte(VOID);
    for (let i = 0; i < count; i++) code.byte(OPCODE.block).byte(VOID);
    code
      .get(this.numberLocal)
      .byte(OPCODE.brTable)
      .u32(count - 1);
    for (let i = 0; i < count; i++) code.u32(i);
    for (this.node = 0; this.node < count; this.node++) {
      code.end();
      this.setDepth();
      if (graph.isLoop[this.node]) {
        region.enterNode(this.node);
        region.checkBudget(flow.longestPath[this.node]!, region.pcOf(this.node));
      }
      emitNode(region, this.node, this);
    }
    code.end();
  }

  go(from: number, to: number): void {
    this.region.chargeEdge(from, to);
    this.region.code
      .i32Const(to)
      .set(this.numberLocal)
      .br(this.region.depth - 1);
  }

  direct(): number {
    return -1;
  }

  nest(): void {
    this.nested++;
    this.setDepth();
  }

  unnest(): void {
    this.nested--;
    this.setDepth();
  }

  /** Labels around node i: the loop, the blocks of the nodes behind it, and an `if` perhaps. */
  private setDepth(): void {
    this.region.depth = this.region.input.graph.nodes.length - this.node + this.nested;
  }
}
