import type { TranslationHost, TranslatorFactory, TranslatorPort } from '../engine/translator-port.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import { LOOKUP_ADDRESS, LOOKUP_BYTES, PAGE_SIZE, SITE_ADDRESS } from '../memory/memory-map.ts';
import {
  EXIT_RECORD_ADDRESS,
  JUMP_ADDRESS,
  JUMP_TARGET_ADDRESS,
  LEAVE,
  LINKS_OFFSET,
  lookupOffset,
  RECORD_ADDRESS,
  SITE_EXACT,
  SITE_NONE,
  STACK_BUDGET,
  STACK_OF_HOST,
  STACK_TO_NEST,
} from './control-words.ts';
import { createDispatcher, type Dispatcher, TABLE_SIZE } from './dispatcher.ts';
import { JumpProfile } from './jump-profile.ts';
import { LinkTable } from './link-table.ts';
import { RecordSettler } from './record-settler.ts';
import { IMPORT_HELPERS } from './region-abi.ts';
import { type CompiledRegion, compileRegion } from './region-compiler.ts';
import { type DiscoveredRegion, discoverRegion, type RegionLimits } from './region-discovery.ts';
import { CLOCK_LEFT, CLOCK_USED, encodeModule, instantiateModule, type ModuleImports } from './region-module.ts';
import { pagesOf, type Region, RegionStore, spansOf } from './region-store.ts';
import { RewriteTable } from './rewrite-table.ts';
import { ShapeTable } from './shapes.ts';
import { SiteTable } from './site-table.ts';
import { type SlotTable, slotTable } from './slots.ts';

const SITE = SITE_ADDRESS >> 2;
const LOOKUP = LOOKUP_ADDRESS >> 2;
const JUMP = JUMP_ADDRESS >> 2;
const JUMP_TARGET = JUMP_TARGET_ADDRESS >> 2;
/** When requests are translated; none of it shows in guest state. */
export interface TranslatorTuning {
  /** Requests that are translated together: a module costs V8 the same however many functions it has. */
  readonly batch: number;
  /** A request waits for others at most so many entries. */
  readonly maxWait: number;
}

const DEFAULT_TUNING: TranslatorTuning = { batch: 8, maxWait: 300 };
const LARGEST: RegionLimits = { blocks: 256, instructions: 2500 };
const RESUMING: RegionLimits = { blocks: 48, instructions: 300 };
/** With more code than this all is forgotten: V8's machine code for it is several times as large. */
const MAX_CODE_BYTES = 32 << 20;
/** Nested deeper than this nothing is translated. */
const STACK_TO_TRANSLATE = 250_000;
/** A block belongs in a region if it was run so often, as a part of hotness. */
const WARM = 20;
/** A region is translated again so often at most. */
const MAX_REFRESHES = 5;
/** A region that so often in a row left without executing anything is dropped for good. */
const FRUITLESS_LIMIT = 64;

interface Request {
  readonly space: AddressSpace;
  readonly pc: number;
  readonly mode: number;
  /** The region this one is to take the place of. */
  readonly replaces: Region | undefined;
}

/**
 * Translates hot regions to WebAssembly and runs them. See translator-port.ts for the contract with
 * the engine, control-words.ts for what it keeps in memory.
 */
class Translator implements TranslatorPort {
  private readonly host: TranslationHost;
  private readonly tuning: TranslatorTuning;
  private readonly slots: SlotTable;
  private readonly pcOffset: number;
  private readonly table = new WebAssembly.Table({ element: 'anyfunc', initial: TABLE_SIZE, maximum: TABLE_SIZE });
  private readonly dispatcher: Dispatcher;
  private readonly imports: ModuleImports;
  private readonly store = new RegionStore();
  private readonly shapes = new ShapeTable();
  private readonly settler: RecordSettler;
  private readonly sites = new SiteTable();
  private readonly links = new LinkTable();
  private readonly jumps = new JumpProfile();
  /** By table set: its look-up cache is out of date. */
  private readonly stale: Uint8Array;
  private readonly i32: Int32Array;
  private queue: Request[] = [];
  private readonly queued = new Set<string>();
  private readonly rewrites = new RewriteTable();
  /** Requests passed over because there are copies of the code. */
  private readonly askedFor = new Map<number, number>();
  private readonly banned = new Set<number>();
  private waited = 0;
  private nextSlot = 1;
  /** Host stack that is left to translated code at this depth. */
  private stack = STACK_BUDGET;
  /** WebAssembly made since the last flush. */
  private codeBytes = 0;

  constructor(host: TranslationHost, tuning: TranslatorTuning) {
    this.host = host;
    this.tuning = tuning;
    const { memory } = host.cpu;
    this.i32 = memory.i32;
    this.slots = slotTable(host.isa.layout, host.isa.deferredSlots ?? []);
    this.pcOffset = host.isa.layout.slot('pc', 'i32').offset;
    this.stale = new Uint8Array(memory.setCount);
    this.settler = new RecordSettler(this.i32);
    this.dispatcher = createDispatcher(memory.memory, this.table, (pc, stack, back) => this.absent(pc, stack, back));
    this.table.set(0, this.dispatcher.stub);
    this.imports = {
      table: this.table,
      settle: (record) => this.settler.settle(record),
      kernel: (number) => this.kernelCall(number),
      left: (stack, back) => this.left(stack, back),
    };
  }

  enter(pc: number, mode: number, stop = LEAVE): boolean {
    // Translating takes host stack itself.
    if (
      this.stack >= STACK_TO_TRANSLATE &&
      this.queue.length > 0 &&
      (this.queue.length >= this.tuning.batch || ++this.waited >= this.tuning.maxWait)
    )
      this.translateQueue();
    if (!this.store.mayHave(pc)) return false;
    const region = this.resolve(pc, mode);
    return region !== undefined && this.run(region, stop);
  }

  request(pc: number, mode: number): void {
    const space = this.host.cpu.mmu.current;
    if (this.banned.has(pc)) return;
    if (this.store.find(pc, mode, space, this.host.cpu.mmu)) return;
    const block = this.host.block(pc, mode);
    if (block === undefined || this.rewrites.defers(block.frame)) return;
    if (!this.links.isCalled(pc, mode) && (this.refreshRegionsTo(pc, mode) || this.hasManyCopies(pc))) return;
    this.enqueue({ space, pc, mode, replaces: undefined });
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
      if (region.mode !== mode || region.refreshed >= region.mayRefresh || region.blockPcs.has(pc)) return;
      this.enqueue({ space: this.host.cpu.mmu.current, pc: region.pc, mode, replaces: region });
      any = true;
    };
    for (const region of this.store.leadingTo(pc)) refresh(region);
    for (const jump of this.jumps.jumpsTo(pc, mode)) for (const region of this.store.withJump(jump.pc)) refresh(region);
    return any;
  }

  /** Code that several regions hold already gets one more, to begin at `pc`, only if it is asked for as often. */
  private hasManyCopies(pc: number): boolean {
    const asked = (this.askedFor.get(pc) ?? 0) + 1;
    this.askedFor.set(pc, asked);
    return asked <= this.store.copiesOf(pc);
  }

  codeWritten(frame: number, offset: number, length: number): void {
    const regions = this.store.overlapping(frame, offset, length);
    for (const region of regions) this.drop(region);
    this.banned.clear();
    if (length === PAGE_SIZE) this.rewrites.forget(frame);
    else if (regions.length > 0) this.rewrites.note(frame);
  }

  mappingChanged(space: AddressSpace, page: number): void {
    // Code ranges (-1) are of no account here: what a translation needs is pages and frames.
    if (page < 0) return;
    if (space === this.host.cpu.mmu.kernelOnly || page >= this.host.cpu.mmu.kernelPage) this.stale.fill(1);
    else if (space.set >= 0) this.stale[space.set] = 1;
  }

  spaceDestroyed(space: AddressSpace): void {
    this.queue = this.queue.filter((request) => request.space !== space);
  }

  flush(): void {
    this.store.clear();
    this.sites.clear();
    this.stale.fill(1);
    this.links.clear();
    this.jumps.clear();
    // No record is pending: translated code has given all state back.
    this.shapes.clear();
    this.settler.clear();
    for (let slot = 1; slot < this.nextSlot; slot++) this.table.set(slot, this.dispatcher.stub);
    this.nextSlot = 1;
    this.codeBytes = 0;
    this.queue = [];
    this.queued.clear();
    this.banned.clear();
    this.askedFor.clear();
  }

  /** The live region for (pc, mode) in the current space, entered in its look-up cache. */
  private resolve(pc: number, mode: number): Region | undefined {
    const { mmu } = this.host.cpu;
    const space = mmu.current;
    const lookup = this.i32[LOOKUP]!;
    if (this.stale[space.set]) this.clearLookup(space.set, lookup);
    const entry = (lookup + lookupOffset(pc)) >> 2;
    if (this.i32[entry] === pc && this.i32[entry + 1] === mode) {
      const region = this.store.atSlot(this.i32[entry + 2]!);
      if (region?.alive) return region;
    }
    const region = this.store.find(pc, mode, space, mmu);
    if (region === undefined) return undefined;
    this.i32[entry] = pc;
    this.i32[entry + 1] = mode;
    this.i32[entry + 2] = region.slot;
    return region;
  }

  /** Wires direct calls and jumps to the region, in this address space. */
  private wire(region: Region): void {
    const link = this.links.find(region.pc, region.mode);
    if (link >= 0) this.i32[(this.i32[LOOKUP]! + LINKS_OFFSET + 4 * link) >> 2] = region.slot;
  }

  private clearLookup(set: number, lookup: number): void {
    this.stale[set] = 0;
    this.host.cpu.memory.u8.fill(0, lookup, lookup + LOOKUP_BYTES);
  }

  /** Runs from `first` on until something is left to the engine. False if nothing was executed. */
  private run(first: Region, stop: number): boolean {
    const { i32 } = this;
    const { cpu } = this.host;
    const before = i32[CLOCK_LEFT]!;
    i32[SITE] = SITE_NONE;
    let region = first;
    for (;;) {
      this.wire(region);
      const start = i32[CLOCK_LEFT]!;
      const answer = this.dispatcher.dispatch(region.pc, region.slot, region.mode, this.stack, stop);
      if (answer === LEAVE && i32[SITE] !== SITE_NONE) {
        this.leave(i32[SITE]!);
        break;
      }
      this.settler.settle(RECORD_ADDRESS);
      cpu.pc = answer;
      this.learnJump(answer);
      if (answer === stop) break;
      const next = this.store.mayHave(answer) ? this.resolve(answer, region.mode) : undefined;
      if (next === undefined || i32[CLOCK_LEFT] === start) break;
      region = next;
    }
    if (i32[CLOCK_LEFT] !== before) {
      first.fruitless = 0;
      return true;
    }
    this.noteFruitless(first);
    return i32[SITE] === SITE_EXACT;
  }

  /** Translated code came back with this pc: perhaps a computed jump whose target the look-up did not have. */
  private learnJump(answer: number): void {
    const { i32 } = this;
    const jump = i32[JUMP]!;
    if (jump === 0) return;
    i32[JUMP] = 0;
    if (i32[JUMP_TARGET] === answer) this.jumps.note(jump, answer);
  }

  /**
   * A region calls or jumps to one that is not there, or not in the look-up cache; its caller goes on
   * at `back`. What is called is run here, below the callers, so that their frames are not lost.
   */
  private absent(pc: number, stack: number, back: number): number {
    this.learnJump(pc);
    if (stack < STACK_TO_NEST) return pc;
    const { cpu } = this.host;
    const region = this.store.mayHave(pc) ? this.resolve(pc, cpu.mode) : undefined;
    if (region !== undefined) {
      this.wire(region);
      return this.dispatcher.invoke(pc, stack - STACK_OF_HOST, back, region.slot);
    }
    this.settler.settle(RECORD_ADDRESS);
    cpu.pc = pc;
    return this.goOnUntil(back, stack);
  }

  /** A region took an exit; its caller goes on at `back`. The rest of it is run here, unless it is the engine's to look. */
  private left(stack: number, back: number): number {
    const site = this.i32[SITE]!;
    if (back === LEAVE || stack < STACK_TO_NEST || this.sites.instructionsOf(site) === 0) return LEAVE;
    this.leave(site);
    return this.goOnUntil(back, stack);
  }

  /** State and pc are exact in memory: goes on until `back`. */
  private goOnUntil(back: number, stack: number): number {
    const { i32 } = this;
    const outer = this.stack;
    this.stack = stack - STACK_OF_HOST;
    i32[SITE] = SITE_NONE;
    try {
      if (this.host.goOnUntil(back)) {
        i32[SITE] = SITE_NONE;
        return back;
      }
    } finally {
      this.stack = outer;
    }
    i32[SITE] = SITE_EXACT;
    return LEAVE;
  }

  /** Puts state, pc and clock right after an exit. */
  private leave(site: number): void {
    const { i32 } = this;
    this.settler.settle(RECORD_ADDRESS);
    if (site === SITE_EXACT) return;
    this.settler.settle(EXIT_RECORD_ADDRESS);
    this.host.cpu.pc = this.sites.pcOf(site);
    i32[CLOCK_LEFT]! += this.sites.instructionsOf(site);
    i32[CLOCK_USED]! -= this.sites.cyclesOf(site);
  }

  /** Such a region costs and gives nothing: its first instruction always leaves. */
  private noteFruitless(region: Region): void {
    if (this.i32[SITE] === SITE_NONE || this.sites.instructionsOf(this.i32[SITE]!) === 0) return;
    if (++region.fruitless < FRUITLESS_LIMIT) return;
    this.banned.add(region.pc);
    this.drop(region);
  }

  private kernelCall(number: number): number {
    this.settler.settle(RECORD_ADDRESS);
    const answer = this.host.kernelCall(number);
    if (answer !== 0) return answer;
    return this.stale[this.host.cpu.mmu.current.set]!;
  }

  private drop(region: Region): void {
    if (!region.alive) return;
    this.store.remove(region);
    this.table.set(region.slot, this.dispatcher.stub);
    this.host.counters.invalidations++;
  }

  /** Translates what is asked for in the current address space, in one module. */
  private translateQueue(): void {
    this.waited = 0;
    const { mmu } = this.host.cpu;
    const here = this.queue.filter((request) => request.space === mmu.current);
    this.queue = this.queue.filter((request) => request.space !== mmu.current);
    if (here.length === 0) return;
    const started = performance.now();
    if (this.nextSlot + here.length > TABLE_SIZE || this.codeBytes > MAX_CODE_BYTES) this.flush();
    const found: DiscoveredRegion[] = [];
    const replaced: (Region | undefined)[] = [];
    for (const request of here) {
      const { pc, mode, space } = request;
      this.queued.delete(requestKey(request));
      const old = this.store.find(pc, mode, space, mmu);
      if (old !== request.replaces) continue;
      // The blocks of one path get hot together: one region will do for them.
      if (!old && !this.links.isCalled(pc, mode) && found.some((region) => region.blocks.has(pc))) continue;
      const region = discoverRegion(
        pc,
        mode,
        (at) => (at === pc || this.isWarm(at, mode) ? this.host.block(at, mode) : undefined),
        (at) => this.jumps.targetsOf(at, mode),
        (vector) => this.host.isa.stepsOver?.(vector, mode) ?? false,
        this.limitsFor(request),
      );
      if (region === undefined) continue;
      found.push(region);
      replaced.push(old);
    }
    if (found.length > 0) this.translate(found, replaced);
    this.host.counters.translateMilliseconds += performance.now() - started;
  }

  /** A region that begins within another leads back to known entries soon: it is kept small. */
  private limitsFor({ pc, mode, replaces }: Request): RegionLimits {
    const first = replaces !== undefined || this.store.copiesOf(pc) === 0 || this.links.isCalled(pc, mode);
    return first ? LARGEST : RESUMING;
  }

  /** The interpreter has come by the place often enough to have it in a region. */
  private isWarm(pc: number, mode: number): boolean {
    return this.host.runs(pc, mode) * WARM >= this.host.options.hotness || this.store.copiesOf(pc) > 0;
  }

  private translate(found: readonly DiscoveredRegion[], replaced: readonly (Region | undefined)[]): void {
    const { host, shapes, slots } = this;
    const helpers: number[] = [];
    const firstShape = shapes.shapes.length;
    const services = {
      memory: host.cpu.memory,
      pcOffset: this.pcOffset,
      shapes,
      sites: this.sites,
      helperFunction: (number: number) => IMPORT_HELPERS + indexIn(helpers, number),
      jumpNumber: (pc: number, mode: number) => this.jumps.numberOf(pc, mode),
      link: (pc: number, mode: number, isCall: boolean) => {
        if (isCall) this.links.noteCall(pc, mode);
        return this.links.linkFor(pc, mode);
      },
    };
    const compiled: CompiledRegion[] = found.map((region) =>
      compileRegion(region, host.isa.isSupervisor(region.mode), slots, services),
    );
    const fresh = shapes.shapes.slice(firstShape);
    const bytes = encodeModule(compiled, fresh, helpers, slots);
    const module = instantiateModule(bytes, compiled.length, fresh, helpers, host, this.imports);
    for (const [tag, settle] of module.shapes) this.settler.add(tag, settle);
    found.forEach((region, place) => {
      this.install(region, module.functions[place], replaced[place]);
    });
    host.counters.modules++;
    host.counters.wasmBytes += module.bytes;
    this.codeBytes += module.bytes;
  }

  /** Enters the region; one it replaces gives it its slot, so that whoever calls that calls this. */
  private install(found: DiscoveredRegion, code: unknown, replaced: Region | undefined): void {
    const slot = replaced ? replaced.slot : this.nextSlot++;
    if (replaced) this.store.remove(replaced);
    this.table.set(slot, code);
    this.store.add({
      pc: found.entry,
      mode: found.mode,
      slot,
      pages: pagesOf(found.lifted),
      spans: spansOf(found.lifted),
      supervisor: this.host.isa.isSupervisor(found.mode),
      blockPcs: new Set(found.blocks.keys()),
      jumpPcs: jumpsIn(found),
      wayOutPcs: wayOutsOf(found),
      refreshed: replaced ? replaced.refreshed + 1 : 0,
      mayRefresh: replaced ? replaced.mayRefresh : this.store.copiesOf(found.entry) > 0 ? 0 : MAX_REFRESHES,
      alive: true,
      fruitless: 0,
    });
    this.host.counters.regionsTranslated++;
  }
}

function requestKey({ space, pc, mode }: Request): string {
  return `${space.id}:${pc}:${mode}`;
}

function jumpsIn(found: DiscoveredRegion): number[] {
  const jumps: number[] = [];
  for (const block of found.blocks.values()) {
    if (block.terminal.kind === 'jumpIndirect') jumps.push(block.insnPc[block.count - 1]!);
  }
  return jumps;
}

function wayOutsOf(found: DiscoveredRegion): number[] {
  const outs = new Set<number>();
  for (const block of found.blocks.values()) {
    for (const target of found.successors(block)) if (!found.blocks.has(target)) outs.add(target);
  }
  return [...outs];
}

function indexIn(list: number[], item: number): number {
  const at = list.indexOf(item);
  return at >= 0 ? at : list.push(item) - 1;
}

/** Makes the translator for an engine; goes into EngineOptions.translator. */
export const wasmTranslator: TranslatorFactory = (host) => new Translator(host, DEFAULT_TUNING);

/** The same with other tuning. */
export function wasmTranslatorWith(tuning: Partial<TranslatorTuning>): TranslatorFactory {
  return (host) => new Translator(host, { ...DEFAULT_TUNING, ...tuning });
}
