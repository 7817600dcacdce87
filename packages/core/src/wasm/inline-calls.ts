import type { I32, IrBlock, Terminal } from '../ir/block.ts';
import { OP_NUMBER } from '../ir/ops.ts';
import { emptyBlock } from './empty-block.ts';
import type { DiscoveredRegion } from './region-discovery.ts';

/** How much is taken in line. */
export interface InlineLimits {
  /** Instructions of one callee. */
  readonly callee: number;
  /** The same of one that calls nothing. */
  readonly leaf: number;
  /** Instructions of all copies in a region. */
  readonly total: number;
  /** Calls within calls; those into the kernel's entry code are not counted. */
  readonly depth: number;
  /** Instructions of one callee in the kernel's entry code, and of all copies of such. */
  readonly entry: number;
  readonly entries: number;
}

/** Where calls lead. */
export interface Callees {
  /** The blocks of a callee wholly discovered, or undefined for one that is to be called. */
  at(pc: number): DiscoveredRegion | undefined;
  /** The targets seen of a computed call, by its address. */
  targetsOf(pc: number): readonly number[];
  /** Whether the code there is the kernel's entry code, which may be longer. */
  isEntry(pc: number): boolean;
}

/** Copies of a callee's blocks have keys of their own: the address, and a multiple of this. */
const COPY = 2 ** 33;

/** Address that a region's key stands for where it has no block. */
export function addressOfKey(key: number): number {
  return key | 0;
}

/** Whether the key is of a block that stands in the region under its own address, not of a copy. */
export function isOwnKey(key: number): boolean {
  return key < COPY / 4 && key >= -COPY / 4;
}

/**
 * Takes the blocks of small callees into the region, a copy for each call: the call becomes a jump to
 * the copy, the copy's returns go on behind the call if that is where they return to (a `return` with
 * a successor), else they return from the region. So nothing is given back to memory at such a call. What
 * leads out of a copy is called, not jumped to, so that the region's frame stays.
 *
 * A computed call becomes a computed jump to copies of the targets seen, or to
 * calls of those that are not copied; its last successor calls any other target, which it finds in the
 * pc's slot (at `pcOffset`). A computed jump of a copy is such a call, but to targets that the callee holds.
 */
export function inlineCalls(
  region: DiscoveredRegion,
  callees: Callees,
  pcOffset: number,
  limits: InlineLimits,
): DiscoveredRegion {
  const inliner = new Inliner(region, callees, pcOffset, limits);
  return inliner.run() ? inliner.region : region;
}

/** A callee may be copied if it returns, and leaves the region by calls and jumps only. */
export function isInlinable(callee: DiscoveredRegion, limits: InlineLimits, isEntry: boolean): boolean {
  let instructions = 0;
  let returns = false;
  let calls = false;
  for (const block of callee.blocks.values()) {
    instructions += block.count;
    const { kind } = block.terminal;
    if (kind === 'return') returns = true;
    else if (kind === 'call' || kind === 'callIndirect') calls = true;
    else if (kind === 'trap' || kind === 'system' || kind === 'switchMode') {
      return false;
    } else if (kind === 'jumpIndirect') {
      // A switch's many ways are not copied; the kernel's tell few apart.
      if (!isEntry && callee.successors(block).length > 0) return false;
      returns = true;
    }
  }
  return returns && instructions <= (isEntry ? limits.entry : calls ? limits.callee : limits.leaf);
}

interface CallSite {
  readonly key: number;
  readonly depth: number;
}

/** Where a copy returns to: the key, and the address. */
interface Return {
  readonly back: number;
  readonly returnTo: number;
}

/** Targets of a computed call that are told apart, and of one that is itself in line. */
const MOST_TARGETS = 32;
const MOST_IN_LINE = 8;
/** Added to the caller's key: the call of any other target. */
const OTHER = 0.75;

class Inliner {
  readonly region: DiscoveredRegion;
  private readonly blocks: Map<number, IrBlock>;
  private readonly successors = new Map<IrBlock, readonly number[]>();
  private readonly lifted;
  private readonly callees: Callees;
  private readonly pcOffset: number;
  private readonly limits: InlineLimits;
  private copies = 0;
  private instructions = 0;
  /** The same of copies of the kernel's entry code. */
  private entryInstructions = 0;

  constructor(region: DiscoveredRegion, callees: Callees, pcOffset: number, limits: InlineLimits) {
    this.blocks = new Map(region.blocks);
    this.lifted = [...region.lifted];
    this.callees = callees;
    this.pcOffset = pcOffset;
    this.limits = limits;
    const { blocks, lifted } = this;
    const successors = (block: IrBlock) => this.successors.get(block) ?? region.successors(block);
    this.region = { ...region, blocks, lifted, successors };
  }

  /** Breadth first: calls of the region itself before those of its callees. Whether there was any. */
  run(): boolean {
    const sites: CallSite[] = [...this.blocks.keys()].map((key) => ({ key, depth: 0 }));
    for (const site of sites) sites.push(...this.expand(site));
    return this.copies > 0;
  }

  /** Deals with one block. Gives the calls of what was copied for it. */
  private expand(site: CallSite): CallSite[] {
    const caller = this.blocks.get(site.key)!;
    const { terminal } = caller;
    if (site.depth === this.limits.depth) return [];
    if (terminal.kind === 'callIndirect' && caller.count > 0) return this.expandComputed(site, caller, terminal);
    // A call to where it returns to only asks where it is.
    if (terminal.kind !== 'call' || caller.count === 0 || terminal.target === terminal.returnTo) return [];
    const callee = this.affordable(terminal.target);
    if (callee === undefined) return [];
    const base = this.newCopy();
    const back = this.region.successors(caller)[0]!;
    this.put(site.key, { ...caller, terminal: { kind: 'jump', target: callee.entry } }, [base + callee.entry]);
    return this.copy(callee, base, { back, returnTo: terminal.returnTo }, this.depthIn(terminal.target, site));
  }

  private expandComputed(
    site: CallSite,
    caller: IrBlock,
    { target, returnTo }: Terminal & { kind: 'callIndirect' },
  ): CallSite[] {
    const targets = this.callees
      .targetsOf(caller.insnPc.at(-1)!)
      .slice(0, isOwnKey(site.key) ? MOST_TARGETS : MOST_IN_LINE);
    if (targets.length === 0) return [];
    const back = this.region.successors(caller)[0]!;
    const base = this.newCopy();
    const code = this.withTarget(caller, target);
    const sites: CallSite[] = [];
    const successors = targets.map((pc) => base + pc);
    for (const pc of targets) {
      const callee = this.affordable(pc);
      if (callee === undefined) this.put(base + pc, wayOut(caller, pc, returnTo), [back]);
      else {
        const copy = this.newCopy();
        successors[targets.indexOf(pc)] = copy + pc;
        sites.push(...this.copy(callee, copy, { back, returnTo }, this.depthIn(pc, site)));
      }
    }
    const other = base + caller.pc + OTHER;
    this.put(other, otherTarget(caller, this.pcOffset, returnTo), [back]);
    this.put(site.key, { ...caller, code, terminal: { kind: 'jumpIndirect', target } }, [...successors, other]);
    return sites;
  }

  /** The block's code, with its computed target in the pc's slot. */
  private withTarget({ code }: IrBlock, target: I32): readonly number[] {
    return [...code, OP_NUMBER.set, -1, target, -1, -1, this.pcOffset];
  }

  /** How deep the calls of the callee at `pc` are. */
  private depthIn(pc: number, { depth }: CallSite): number {
    return this.callees.isEntry(pc) ? depth : depth + 1;
  }

  /** The callee at `pc` if it may be copied once more; then that is charged. */
  private affordable(pc: number): DiscoveredRegion | undefined {
    const callee = this.callees.at(pc);
    if (callee === undefined) return undefined;
    let instructions = 0;
    for (const block of callee.blocks.values()) instructions += block.count;
    if (this.callees.isEntry(pc)) {
      if (this.entryInstructions + instructions > this.limits.entries) return undefined;
      this.entryInstructions += instructions;
      return callee;
    }
    if (this.instructions + instructions > this.limits.total) return undefined;
    this.instructions += instructions;
    return callee;
  }

  /** What keys of a new copy begin with. */
  private newCopy(): number {
    return ++this.copies * COPY;
  }

  /** Copies the callee. Gives the copy's own calls. */
  private copy(callee: DiscoveredRegion, base: number, { back, returnTo }: Return, depth: number): CallSite[] {
    const sites: CallSite[] = [];
    for (const [key, block] of callee.blocks) {
      const { terminal } = block;
      const next = callee.successors(block).map((target) => base + target);
      if (terminal.kind === 'return') this.put(base + key, { ...block }, [back]);
      else if (terminal.kind === 'jumpIndirect' && next.length > 0) {
        const other = base + key + OTHER;
        this.put(base + key, { ...block, code: this.withTarget(block, terminal.target) }, [...next, other]);
        this.put(other, otherTarget(block, this.pcOffset, returnTo), [back]);
      } else if (terminal.kind === 'jumpIndirect') {
        this.put(base + key, { ...block, terminal: { kind: 'callIndirect', target: terminal.target, returnTo } }, [
          back,
        ]);
      } else this.put(base + key, { ...block }, next);
      sites.push({ key: base + key, depth });
      for (const target of callee.successors(block)) {
        if (!callee.blocks.has(target)) this.put(base + target, wayOut(block, target, returnTo), [back]);
      }
    }
    this.lifted.push(...callee.lifted);
    return sites;
  }

  private put(key: number, block: IrBlock, successors: readonly number[]): void {
    this.blocks.set(key, block);
    this.successors.set(block, successors);
  }
}

/** A block without instructions that calls what a copy leads out to. */
function wayOut(like: IrBlock, target: number, returnTo: number): IrBlock {
  return { ...emptyBlock(like, target), terminal: { kind: 'call', target, returnTo } };
}

/** A block without instructions that calls what the pc's slot holds. */
function otherTarget(like: IrBlock, pcOffset: number, returnTo: number): IrBlock {
  const code = [OP_NUMBER.get, 0, -1, -1, -1, pcOffset];
  const terminal: Terminal = { kind: 'callIndirect', target: 0 as I32, returnTo };
  // Its targets are learned as the computed call's.
  return { ...emptyBlock(like, like.pc), insnPc: [like.insnPc.at(-1)!], code, valueTypes: ['i32'], terminal };
}
