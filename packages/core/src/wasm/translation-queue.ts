import { inKernelText } from '../engine/engine-types.ts';
import type { TranslationHost } from '../engine/translator-port.ts';
import type { IrBlock } from '../ir/block.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import { markInPlace } from './in-place.ts';
import { type InlineLimits, inlineCalls, isInlinable } from './inline-calls.ts';
import { type ComputedJump, isNear, type JumpProfile } from './jump-profile.ts';
import type { FoundKept, KeptRegions } from './kept-regions.ts';
import type { LinkTable } from './link-table.ts';
import { type DiscoveredRegion, discoverRegion, type RegionLimits } from './region-discovery.ts';
import type { Region, RegionStore } from './region-store.ts';
import { RewriteTable } from './rewrite-table.ts';
import { markSteady } from './steady-call.ts';

/** When requests are translated; none of it shows in guest state. */
export interface TranslatorTuning {
  /** Requests that are translated together: a module costs V8 the same however many functions it has. */
  readonly batch: number;
  /** A request waits for others at most so many entries. */
  readonly maxWait: number;
  /** With more bytes of WebAssembly than this all translations are forgotten, and made anew as they are wanted. */
  readonly mostBytes: number;
}

const LARGEST: RegionLimits = { blocks: 256, instructions: 2500 };
/** A region with so many blocks has no room for more. */
const FULL = LARGEST.blocks - 8;
/** Without regions of more blocks than one. */
const ONE_BLOCK: RegionLimits = { blocks: 1, instructions: 2500 };
const RESUMING: RegionLimits = { blocks: 48, instructions: 300 };
/** Callees are looked at no further than they may be taken in line. */
const CALLEE: RegionLimits = { blocks: 24, instructions: 80 };
const ENTRY: RegionLimits = { blocks: 24, instructions: 120 };
const IN_LINE: InlineLimits = { callee: 40, leaf: 64, total: 160, depth: 3, entry: 110, entries: 330 };
/**
 * A computed jump's target that so many other regions hold is not taken in once more: interpreters
 * whose every handler ends in a jump to all others would become copies of all by all.
 */
const MOST_COPIES = 2;
/** A block belongs in a region if it was run so often, as a part of hotness. */
const WARM = 20;
/** A block that a kept region begins with is asked for after so many runs, and where that fails after so many times as many. */
const KEPT_HOTNESS = 1000;
const KEPT_BACK_OFF = 4;

interface Request {
  readonly space: AddressSpace;
  readonly pc: number;
  readonly mode: number;
  /** The region this one is to take the place of. */
  readonly replaces: Region | undefined;
}

/** A region to be compiled, or one that is kept and was made from these extents; and the one whose place it takes. */
export type PlannedRegion =
  | { readonly found: DiscoveredRegion; readonly kept?: undefined; readonly replaces: Region | undefined }
  | FoundKept;

/** What is to be translated: the engine's requests, weighed. */
export class TranslationQueue {
  private readonly host: TranslationHost;
  private readonly tuning: TranslatorTuning;
  private readonly store: RegionStore;
  private readonly links: LinkTable;
  private readonly jumps: JumpProfile;
  private queue: Request[] = [];
  private readonly queued = new Set<string>();
  private readonly rewrites = new RewriteTable();
  /** Requests passed over because there are copies of the code. */
  private readonly askedFor = new Map<number, number>();
  private readonly banned = new Set<number>();
  private waited = 0;
  private readonly pcOffset: number;
  /** Regions of earlier runs. */
  private readonly kept: KeptRegions;

  constructor(
    host: TranslationHost,
    tuning: TranslatorTuning,
    store: RegionStore,
    links: LinkTable,
    jumps: JumpProfile,
    kept: KeptRegions,
  ) {
    this.host = host;
    this.tuning = tuning;
    this.store = store;
    this.links = links;
    this.jumps = jumps;
    this.kept = kept;
    this.pcOffset = host.isa.layout.slot('pc', 'i32').offset;
  }

  /** The interpreter finds (pc, mode) of the current address space hot. */
  request(pc: number, mode: number): void {
    const { mmu } = this.host.cpu;
    if (this.banned.has(pc) || this.store.find(pc, mode, mmu.current, mmu)) return;
    const early = this.host.runs(pc, mode) < this.host.options.hotness;
    if (early && !this.kept.has(pc, mode)) return;
    const block = this.host.block(pc, mode);
    if (block === undefined || this.rewrites.defers(block.frame)) return;
    if (early) {
      this.enqueue({ space: mmu.current, pc, mode, replaces: undefined });
      return;
    }
    const called = this.links.isCalled(pc, mode) || this.refreshCallersOf(pc, mode);
    if (!called && (this.refreshRegionsTo(pc, mode) || this.refreshForTargets(pc, mode) || this.hasManyCopies(pc)))
      return;
    this.enqueue({ space: mmu.current, pc, mode, replaces: undefined });
  }

  /** A computed call or jump was seen to go to (pc, mode), which is translated: of the kernel's entry code, those that call it are to know. */
  callLearned(pc: number, mode: number): void {
    if (inKernelText(this.host.options, pc) || this.isGate(pc, mode)) this.refreshCallersOf(pc, mode);
  }

  /** Whether a region at (pc, mode) was seen to jump to the kernel's entry code. */
  private isGate(pc: number, mode: number): boolean {
    if (!this.host.optimisations.inlineEntry) return false;
    const { mmu } = this.host.cpu;
    const region = this.store.find(pc, mode, mmu.current, mmu);
    const leads = (jump: number): boolean =>
      this.jumps.targetsOf(jump, mode).some((target) => inKernelText(this.host.options, target));
    return region?.jumpPcs.some(leads) ?? false;
  }

  /** Whether anything is to be translated. */
  get isWaiting(): boolean {
    return this.queue.length > 0;
  }

  /** Whether it is time to translate. Asked at every entry: counts the waiting. */
  isDue(): boolean {
    const { length } = this.queue;
    return length > 0 && (length >= this.tuning.batch || ++this.waited >= this.tuning.maxWait);
  }

  /** Takes the requests of the current address space and finds their regions. */
  take(): PlannedRegion[] {
    this.waited = 0;
    const { mmu } = this.host.cpu;
    const here = this.queue.filter((request) => request.space === mmu.current);
    this.queue = this.queue.filter((request) => request.space !== mmu.current);
    const planned: PlannedRegion[] = [];
    for (const request of here) {
      const { pc, mode, space, replaces } = request;
      this.queued.delete(requestKey(request));
      if (this.store.find(pc, mode, space, mmu) !== replaces) continue;
      const kept = replaces ? undefined : this.kept.find(pc, mode);
      if (kept) planned.push(kept);
      // A kept region is made again as any other: its first block has not run since it took that one's place.
      if (kept || (!replaces && this.isEarly(pc, mode))) continue;
      // The blocks of one path get hot together: one region will do for them.
      const held = planned.some((plan) => plan.kept === undefined && plan.found.blocks.has(pc));
      if (held && !replaces && !this.links.isCalled(pc, mode)) continue;
      const found = this.discover(request);
      if (found) planned.push({ found, replaces });
    }
    return planned;
  }

  /** After how many runs a block is to be asked for first: what is kept of it is not looked up for the many that never run so often. */
  firstRequest(): number {
    const { hotness } = this.host.options;
    return this.kept.isEmpty ? hotness : Math.min(KEPT_HOTNESS, hotness);
  }

  /** After how many runs of a block at (pc, mode), which has run `runs` times, it is to be asked for. */
  nextRequest(pc: number, mode: number, runs: number): number {
    const { hotness } = this.host.options;
    const early = Math.max(KEPT_HOTNESS, KEPT_BACK_OFF * runs);
    if (early < hotness && this.kept.has(pc, mode)) return early;
    return runs < hotness ? hotness : runs + hotness;
  }

  /** `regions` translations made from these bytes of the frame were dropped; a whole page is new contents. */
  codeWritten(frame: number, regions: number, wholePage: boolean): void {
    this.banned.clear();
    if (wholePage) this.rewrites.forget(frame);
    else if (regions > 0) this.rewrites.note(frame);
  }

  /** Nothing that begins here is translated any more. */
  ban(pc: number): void {
    this.banned.add(pc);
  }

  spaceDestroyed(space: AddressSpace): void {
    for (const request of this.queue) if (request.space === space) this.queued.delete(requestKey(request));
    this.queue = this.queue.filter((request) => request.space !== space);
  }

  clear(): void {
    this.queue = [];
    this.queued.clear();
    this.banned.clear();
    this.askedFor.clear();
  }

  /** The block has not run so often that it earns more than a look at what is kept. */
  private isEarly(pc: number, mode: number): boolean {
    const { kept, host } = this;
    return kept.has(pc, mode) && host.runs(pc, mode) < host.options.hotness;
  }

  private enqueue(request: Request): void {
    const key = requestKey(request);
    if (this.queued.has(key)) return;
    this.queued.add(key);
    this.queue.push(request);
  }

  /** Has the regions translated again that go on to this place but do not hold it, by a branch or a computed jump. False if there are none. */
  private refreshRegionsTo(pc: number, mode: number): boolean {
    let any = false;
    const refresh = (region: Region): void => {
      if (!this.mayRefresh(region, mode) || region.blockPcs.has(pc)) return;
      this.enqueue({ space: this.host.cpu.mmu.current, pc: region.pc, mode, replaces: region });
      any = true;
    };
    for (const region of this.store.leadingTo(pc)) refresh(region);
    if (this.store.copiesOf(pc) >= MOST_COPIES) return any;
    for (const jump of this.jumps.jumpsTo(pc, mode)) {
      if (!jump.isCall && isNear(jump, pc)) for (const region of this.store.withJump(jump.pc)) refresh(region);
    }
    return any;
  }

  /**
   * Has the regions translated again that hold this place and could take in more targets of their computed
   * jumps. A place that is in a region but often interpreted is where the targets come back to. False if there are none.
   */
  private refreshForTargets(pc: number, mode: number): boolean {
    let any = false;
    for (const region of this.store.holding(pc)) {
      if (!this.mayRefresh(region, mode) || !this.lacksTargets(region)) continue;
      this.enqueue({ space: this.host.cpu.mmu.current, pc: region.pc, mode, replaces: region });
      any = true;
    }
    return any;
  }

  /** Whether the region's computed jumps were seen to go to places that it could take in. */
  private lacksTargets(region: Region): boolean {
    const lacks = (target: number): boolean =>
      !region.blockPcs.has(target) && this.takes(region, target) && this.isWarm(target, region.mode);
    return region.jumpPcs.some((jump) => this.jumps.jumpTargetsOf(jump, region.mode).some(lacks));
  }

  /** Has the regions translated again that call this place by a computed call and do not know it. Whether it is called so. */
  private refreshCallersOf(pc: number, mode: number): boolean {
    let any = false;
    for (const jump of this.jumps.jumpsTo(pc, mode)) {
      if (!jump.isCall) {
        if (!isNear(jump, pc)) this.refreshCallersThrough(jump, pc);
        continue;
      }
      any = true;
      this.refreshHolders(jump, pc);
    }
    return any;
  }

  /** A jump leads from a gate to `pc`: the same for those that call the gate, or have it in line. */
  private refreshCallersThrough(jump: ComputedJump, pc: number): void {
    this.refreshHolders(jump, pc);
    for (const gate of this.store.withJump(jump.pc)) {
      for (const call of this.jumps.jumpsTo(gate.pc, jump.mode)) if (call.isCall) this.refreshHolders(call, pc);
    }
  }

  /** Has the regions translated again in which the call or jump stands and what is at `pc` does not. */
  private refreshHolders({ pc: at, mode, isCall }: ComputedJump, pc: number): void {
    if (!this.host.optimisations.inlineCalls) return;
    for (const region of this.store.withJump(at)) {
      if (region.mode !== mode || region.refreshed >= region.mayRefresh || region.calleePcs.has(pc)) continue;
      // A gate by itself is not called by anything in it.
      if (!isCall && region.calleePcs.size === 0) continue;
      this.enqueue({ space: this.host.cpu.mmu.current, pc: region.pc, mode, replaces: region });
    }
  }

  /** Code that several regions hold already gets one more, to begin at `pc`, only if it is asked for as often. */
  private hasManyCopies(pc: number): boolean {
    const asked = (this.askedFor.get(pc) ?? 0) + 1;
    this.askedFor.set(pc, asked);
    return asked <= this.store.copiesOf(pc);
  }

  private discover(request: Request): DiscoveredRegion | undefined {
    const { pc, mode, replaces } = request;
    const targets = new Map<number, readonly number[]>();
    const targetsAt = (at: number): readonly number[] => {
      let known = targets.get(at);
      if (known === undefined) {
        known = this.jumps.jumpTargetsOf(at, mode).filter((target) => this.takes(replaces, target));
        targets.set(at, known);
      }
      return known;
    };
    const discover = (entry: number, limits: RegionLimits): DiscoveredRegion | undefined =>
      discoverRegion(
        entry,
        mode,
        (at) => (at === pc || this.isWarm(at, mode) ? this.host.block(at, mode) : undefined),
        targetsAt,
        (vector) => this.host.isa.trapKind?.(vector, mode) ?? 'trap',
        limits,
        (block) => this.mark(block),
      );
    const found = discover(pc, this.limitsFor(request));
    const { regions, inlineCalls: inLine } = this.host.optimisations;
    if (found === undefined || !regions || !inLine) return found;
    const callees = new Map<number, DiscoveredRegion | undefined>();
    const isEntry = (at: number): boolean => this.isEntry(at);
    const calleeAt = (at: number): DiscoveredRegion | undefined => {
      if (!callees.has(at)) {
        const callee = discover(at, isEntry(at) ? ENTRY : CALLEE);
        callees.set(at, callee && isInlinable(callee, IN_LINE, isEntry(at)) ? callee : undefined);
      }
      return callees.get(at);
    };
    const targetsOf = (at: number): readonly number[] => this.jumps.targetsOf(at, mode);
    return inlineCalls(found, { at: calleeAt, targetsOf, isEntry }, this.pcOffset, IN_LINE);
  }

  /** Whether longer code stands in line where it begins here. */
  private isEntry(pc: number): boolean {
    return this.host.optimisations.inlineEntry && inKernelText(this.host.options, pc);
  }

  /** What translated code does itself, at a block's end, that else ends a region. */
  private mark(block: IrBlock): IrBlock {
    const { optimisations, options } = this.host;
    const marked = optimisations.trapsInPlace ? markInPlace(block) : block;
    return optimisations.steadyAnswers ? markSteady(marked, options.kernel) : marked;
  }

  /** Whether a computed jump's target is taken into a region that takes this one's place: what it holds it keeps. */
  private takes(replaced: Region | undefined, target: number): boolean {
    return replaced?.blockPcs.has(target) || this.store.copiesOf(target) < MOST_COPIES;
  }

  private mayRefresh(region: Region, mode: number): boolean {
    return region.mode === mode && region.refreshed < region.mayRefresh && region.blockPcs.size < FULL;
  }

  /** A region that begins within another leads back to known entries soon: it is kept small. */
  private limitsFor({ pc, mode, replaces }: Request): RegionLimits {
    if (!this.host.optimisations.regions) return ONE_BLOCK;
    const first = replaces !== undefined || this.store.copiesOf(pc) === 0 || this.links.isCalled(pc, mode);
    return first ? LARGEST : RESUMING;
  }

  /** The interpreter has come by the place often enough to have it in a region. */
  private isWarm(pc: number, mode: number): boolean {
    return this.host.runs(pc, mode) * WARM >= this.host.options.hotness || this.store.copiesOf(pc) > 0;
  }
}

function requestKey({ space, pc, mode }: Request): string {
  return `${space.id}:${pc}:${mode}`;
}
