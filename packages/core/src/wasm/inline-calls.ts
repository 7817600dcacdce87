import type { IrBlock, Terminal } from '../ir/block.ts';
import type { DiscoveredRegion } from './region-discovery.ts';

/** How much is taken in line. */
export interface InlineLimits {
  /** Instructions of one callee. */
  readonly callee: number;
  /** Instructions of all copies in a region. */
  readonly total: number;
  /** Calls within calls. */
  readonly depth: number;
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
 * leads out of a copy is called, not jumped to, so that the region's frame stays. `calleeAt` gives the blocks
 * of a callee wholly discovered, or undefined for one that is to be called.
 */
export function inlineCalls(
  region: DiscoveredRegion,
  calleeAt: (pc: number) => DiscoveredRegion | undefined,
  limits: InlineLimits,
): DiscoveredRegion {
  const inliner = new Inliner(region, calleeAt, limits);
  return inliner.run() ? inliner.region : region;
}

/** A callee may be copied if it returns, and leaves the region by calls and jumps only. */
export function isInlinable(callee: DiscoveredRegion, limits: InlineLimits): boolean {
  let instructions = 0;
  let returns = false;
  for (const block of callee.blocks.values()) {
    instructions += block.count;
    const { kind } = block.terminal;
    if (kind === 'return') returns = true;
    else if (kind === 'trap' || kind === 'system' || kind === 'kernelCall') return false;
    else if (kind === 'jumpIndirect') {
      if (callee.successors(block).length > 0) return false;
      returns = true;
    }
  }
  return returns && instructions <= limits.callee;
}

interface CallSite {
  readonly key: number;
  readonly depth: number;
}

class Inliner {
  readonly region: DiscoveredRegion;
  private readonly blocks: Map<number, IrBlock>;
  private readonly successors = new Map<IrBlock, readonly number[]>();
  private readonly lifted;
  private readonly calleeAt: (pc: number) => DiscoveredRegion | undefined;
  private readonly limits: InlineLimits;
  private copies = 0;
  private instructions = 0;

  constructor(region: DiscoveredRegion, calleeAt: (pc: number) => DiscoveredRegion | undefined, limits: InlineLimits) {
    this.blocks = new Map(region.blocks);
    this.lifted = [...region.lifted];
    this.calleeAt = calleeAt;
    this.limits = limits;
    const { blocks, lifted } = this;
    const successors = (block: IrBlock) => this.successors.get(block) ?? region.successors(block);
    this.region = { ...region, blocks, lifted, successors };
  }

  /** Breadth first: calls of the region itself before those of its callees. Whether there was any. */
  run(): boolean {
    const sites: CallSite[] = [...this.blocks.keys()].map((key) => ({ key, depth: 0 }));
    for (const site of sites) {
      const callee = this.calleeOf(site);
      if (callee !== undefined) sites.push(...this.copy(site, callee));
    }
    return this.copies > 0;
  }

  private calleeOf({ key, depth }: CallSite): DiscoveredRegion | undefined {
    const { terminal } = this.blocks.get(key)!;
    // A call to where it returns to only asks where it is.
    if (terminal.kind !== 'call' || depth === this.limits.depth || terminal.target === terminal.returnTo)
      return undefined;
    const callee = this.calleeAt(terminal.target);
    if (callee === undefined) return undefined;
    let instructions = 0;
    for (const block of callee.blocks.values()) instructions += block.count;
    if (this.instructions + instructions > this.limits.total) return undefined;
    this.instructions += instructions;
    return callee;
  }

  /** Copies the callee for one call. Gives the copy's own calls. */
  private copy(site: CallSite, callee: DiscoveredRegion): CallSite[] {
    const base = ++this.copies * COPY;
    const caller = this.blocks.get(site.key)!;
    const back = this.region.successors(caller)[0]!;
    const returnTo = (caller.terminal as Terminal & { kind: 'call' }).returnTo;
    const entry = base + callee.entry;
    this.put(site.key, { ...caller, terminal: { kind: 'jump', target: callee.entry } }, [entry]);
    const sites: CallSite[] = [];
    for (const [key, block] of callee.blocks) {
      const { terminal } = block;
      const next = callee.successors(block).map((target) => base + target);
      if (terminal.kind === 'return') this.put(base + key, { ...block }, [back]);
      else if (terminal.kind === 'jumpIndirect') {
        this.put(base + key, { ...block, terminal: { kind: 'callIndirect', target: terminal.target, returnTo } }, [
          back,
        ]);
      } else this.put(base + key, { ...block }, next);
      sites.push({ key: base + key, depth: site.depth + 1 });
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
  return {
    ...like,
    pc: target,
    endPc: target,
    endMode: like.mode,
    count: 0,
    insnPc: [],
    insnFirstOp: [],
    insnCycles: [],
    insnMode: undefined,
    cycles: 0,
    code: [],
    valueTypes: [],
    terminal: { kind: 'call', target, returnTo },
  };
}
