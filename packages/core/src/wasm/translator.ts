import { inKernelText } from '../engine/engine-types.ts';
import type { StoredBytes, StorePieces } from '../engine/stored-bytes.ts';
import {
  FAULT_ANSWERED,
  FAULT_LEAVE,
  FAULT_NONE,
  PLACE_LEAVE,
  PLACE_NEXT,
  type Place,
  type TranslationHost,
  type TranslatorFactory,
  type TranslatorPort,
} from '../engine/translator-port.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import {
  ENTRY_CYCLES_ADDRESS,
  ENTRY_FILTER_BASE,
  ENTRY_FILTER_BYTES,
  PAGE_SIZE,
  SITE_ADDRESS,
} from '../memory/memory-map.ts';
import { AccessSites } from './access-sites.ts';
import { type CodeExtent, extentsOf } from './code-extents.ts';
import {
  EXIT_RECORD_ADDRESS,
  JUMP_ADDRESS,
  JUMP_TARGET_ADDRESS,
  LEAVE,
  RECORD_ADDRESS,
  SITE_ELSEWHERE,
  SITE_EXACT,
  SITE_NONE,
  STACK_BUDGET,
  STACK_OF_HOST,
  STACK_TO_NEST,
} from './control-words.ts';
import { describeRegion } from './describe-region.ts';
import { createDispatcher, type Dispatcher, TABLE_SIZE } from './dispatcher.ts';
import type { EncodedFunction } from './encoder.ts';
import { FixedModules } from './fixed-modules.ts';
import { JumpProfile } from './jump-profile.ts';
import type { KeptRegion } from './kept-region.ts';
import { type FoundKept, KeptRegions } from './kept-regions.ts';
import { LinkTable } from './link-table.ts';
import type { LoadedModule } from './loaded-module.ts';
import { LookupCaches } from './lookup-caches.ts';
import { RecordSettler } from './record-settler.ts';
import type { DiscoveredRegion } from './region-discovery.ts';
import { RegionFactory } from './region-factory.ts';
import { CLOCK_LEFT, CLOCK_USED } from './region-module.ts';
import { pagesOf, type Region, RegionStore } from './region-store.ts';
import { SiteTable } from './site-table.ts';
import { TranslationQueue, type TranslatorTuning } from './translation-queue.ts';

const SITE = SITE_ADDRESS >> 2;
const JUMP = JUMP_ADDRESS >> 2;
const JUMP_TARGET = JUMP_TARGET_ADDRESS >> 2;
/**
 * The bound is as far as the table of regions reaches. Long runs of many programs have 60 MB of WebAssembly that they use
 * (Python's own tests); with a bound below that they translate all of it again and again, three times as slow. V8's
 * machine code for it is several times as large where it has become hot, which most of it never does.
 */
const DEFAULT_TUNING: TranslatorTuning = { batch: 8, maxWait: 300, mostBytes: 128 << 20 };
/** A table with fewer free slots than this is full. */
const MAX_BATCH = 1024;
/** Nested deeper than this nothing is translated. */
const STACK_TO_TRANSLATE = 250_000;
const ENTRY_LOW = ENTRY_CYCLES_ADDRESS >> 2;
/** A region is translated again so often at most. */
const MAX_REFRESHES = 5;
/** A region that so often in a row left without executing anything is dropped for good. */
const FRUITLESS_LIMIT = 64;

interface Runtime {
  readonly table: WebAssembly.Table;
  readonly dispatcher: Dispatcher;
  readonly factory: RegionFactory;
}

/** A region that is to be in a module. */
interface Compiled {
  readonly region: KeptRegion;
  readonly body: EncodedFunction;
  readonly extents: readonly CodeExtent[];
  readonly replaces: Region | undefined;
}

/**
 * Translates hot regions to WebAssembly and runs them. See translator-port.ts for the contract with
 * the engine, control-words.ts for what it keeps in memory.
 */
class Translator implements TranslatorPort {
  private readonly host: TranslationHost;
  private readonly modules: FixedModules;
  private readonly store: RegionStore;
  private readonly settler: RecordSettler;
  private readonly sites = new SiteTable();
  private readonly accessSites: AccessSites;
  private readonly links = new LinkTable();
  private readonly jumps: JumpProfile;
  /** What regions have the engine do in place, by number. */
  private readonly places: Place[] = [];
  /** By table set: its look-up cache is out of date. */
  private readonly stale: Uint8Array;
  private readonly lookups: LookupCaches;
  private readonly i32: Int32Array;
  private readonly nests: boolean;
  private readonly mostBytes: number;
  private readonly queue: TranslationQueue;
  private made: Runtime | undefined;
  private nextSlot = 1;
  /** Regions of earlier runs. */
  private readonly kept: KeptRegions;
  /** Bytes of functions compiled in this run. */
  private compiledBytes = 0;
  /** Accesses that were answered where translated code left for them. */
  private faults = 0;
  /** Host stack that is left to translated code at this depth. */
  private stack = STACK_BUDGET;

  constructor(host: TranslationHost, tuning: TranslatorTuning) {
    this.host = host;
    this.modules = host.options.fixedModules ?? new FixedModules();
    this.nests = host.optimisations.nesting;
    this.mostBytes = tuning.mostBytes;
    this.jumps = new JumpProfile(host.optimisations.inlineEntry);
    const { memory } = host.cpu;
    this.i32 = memory.i32;
    this.store = new RegionStore(memory.u8.subarray(ENTRY_FILTER_BASE, ENTRY_FILTER_BASE + ENTRY_FILTER_BYTES));
    this.stale = new Uint8Array(memory.setCount);
    this.lookups = new LookupCaches(memory.i32, memory.lookupBase, memory.setCount);
    host.cpu.mmu.setTakenListener = (set) => this.clearLookup(set);
    this.settler = new RecordSettler(memory, this.modules, (tag) => this.runtime.factory.shapeFunction(tag));
    this.accessSites = new AccessSites(host, this.sites);
    this.kept = new KeptRegions(host);
    this.queue = new TranslationQueue(host, tuning, this.store, this.links, this.jumps, this.kept);
  }

  /** What regions are made with and run by; made when the first is wanted, which in many a short run is never. */
  private get runtime(): Runtime {
    if (this.made !== undefined) return this.made;
    const { host } = this;
    const absent = (pc: number, stack: number, back: number) => this.absent(pc, stack, back);
    const dispatcher = createDispatcher(
      host.cpu.memory.memory,
      host.cpu.layout,
      host.optimisations,
      absent,
      this.modules,
    );
    const { table } = dispatcher;
    const imports = {
      table,
      settle: this.settler.imported,
      kernel: (number: number) => this.kernelCall(number),
      left: (stack: number, back: number) => this.left(stack, back),
      inPlace: (place: number, a: number, b: number, c: number) => this.inPlace(place, a, b, c),
    };
    const factory = new RegionFactory(host, imports, this.sites, this.links, this.jumps, this.settler, this.places);
    const tables = this.kept.tables();
    if (tables) factory.restore(tables);
    this.made = { table, dispatcher, factory };
    return this.made;
  }

  enter(pc: number, mode: number, stop = LEAVE): boolean {
    // Translating takes host stack itself.
    if (this.queue.isDue() && this.stack >= STACK_TO_TRANSLATE) this.translateQueue();
    if (!this.store.mayHave(pc)) return false;
    const region = this.resolve(pc, mode);
    return region !== undefined && this.run(region, stop);
  }

  isWaiting(): boolean {
    return this.queue.isWaiting;
  }

  request(pc: number, mode: number): void {
    this.queue.request(pc, mode);
  }

  firstRequest(): number {
    return this.queue.firstRequest();
  }

  nextRequest(pc: number, mode: number, runs: number): number {
    return this.queue.nextRequest(pc, mode, runs);
  }

  adopt(source: StoredBytes): boolean {
    return this.made === undefined && this.kept.adopt(source);
  }

  save(mostBytes: number): StorePieces | undefined {
    return this.made && this.kept.encode(this.store.live(), this.made.factory, this.compiledBytes, mostBytes);
  }

  codeWritten(frame: number, offset: number, length: number): void {
    const regions = this.store.overlapping(frame, offset, length);
    for (const region of regions) this.drop(region);
    this.queue.codeWritten(frame, regions.length, length === PAGE_SIZE);
  }

  mappingChanged(space: AddressSpace, page: number): void {
    if (space === this.host.cpu.mmu.kernelOnly || page >= this.host.cpu.mmu.kernelPage) this.stale.fill(1);
    else if (space.set >= 0) this.stale[space.set] = 1;
  }

  spaceDestroyed(space: AddressSpace): void {
    this.queue.spaceDestroyed(space);
  }

  flush(): void {
    this.store.clear();
    this.sites.clear();
    this.accessSites.clear();
    this.stale.fill(1);
    this.links.clear();
    this.jumps.clear();
    this.places.length = 0;
    // No record is pending: translated code has given all state back.
    this.made?.factory.clear();
    for (let slot = 1; slot < this.nextSlot; slot++) this.runtime.table.set(slot, this.runtime.dispatcher.stub);
    this.nextSlot = 1;
    this.queue.clear();
    this.kept.forget();
  }

  /** The live region for (pc, mode) in the current space, entered in its look-up cache. */
  private resolve(pc: number, mode: number): Region | undefined {
    const { mmu } = this.host.cpu;
    const space = mmu.current;
    if (this.stale[space.set]) this.clearLookup(space.set);
    const slot = this.lookups.find(pc, mode);
    if (slot !== 0) {
      const region = this.store.atSlot(slot);
      if (region?.alive) return region;
    }
    const region = this.store.find(pc, mode, space, mmu);
    if (region !== undefined) this.lookups.enter(space.set, pc, mode, region.slot);
    return region;
  }

  /** Wires direct calls and jumps to the region, in this address space. */
  private wire(region: Region): void {
    const { links } = this;
    if (region.link < 0) {
      if (region.linksThen === links.count) return;
      region.linksThen = links.count;
      region.link = links.find(region.pc, region.mode);
      if (region.link < 0) return;
    }
    this.lookups.wire(this.host.cpu.mmu.current.set, region.link, region.slot);
  }

  private clearLookup(set: number): void {
    this.stale[set] = 0;
    this.lookups.clear(set);
  }

  /** Runs from `first` on until something is left to the engine. False if nothing was executed. */
  private run(first: Region, stop: number): boolean {
    const { i32 } = this;
    const { cpu } = this.host;
    const { dispatcher } = this.runtime;
    const before = i32[CLOCK_LEFT]!;
    const faultsBefore = this.faults;
    i32[SITE] = SITE_NONE;
    let region = first;
    for (;;) {
      this.wire(region);
      const start = i32[CLOCK_LEFT]!;
      const faults = this.faults;
      const answer = dispatcher.dispatch(region.pc, region.slot, region.mode, this.stack, stop);
      this.settler.settle(RECORD_ADDRESS);
      // left() has put state and pc right, or whoever said SITE_EXACT.
      if (answer === LEAVE && i32[SITE] !== SITE_NONE) break;
      cpu.pc = answer;
      this.learnJump(answer);
      if (answer === stop) break;
      const next = this.store.mayHave(answer) ? this.resolve(answer, cpu.mode) : undefined;
      if (next === undefined || (i32[CLOCK_LEFT] === start && this.faults === faults)) break;
      region = next;
    }
    if (i32[CLOCK_LEFT] !== before || this.faults !== faultsBefore) {
      first.fruitless = 0;
      return true;
    }
    this.noteFruitless(first);
    return i32[SITE] === SITE_EXACT;
  }

  /**
   * Translated code came back with this pc: perhaps a computed jump whose target the look-up did not have. Whether that
   * is news. What went by the look-up last is learned on the occasion.
   */
  private learnJump(answer: number): boolean {
    const { i32 } = this;
    const jump = i32[JUMP]!;
    if (jump === 0) return false;
    i32[JUMP] = 0;
    const target = i32[JUMP_TARGET]!;
    if (target !== answer && !this.host.optimisations.inlineEntry) return false;
    // Where the look-up had it nobody would hear of it.
    if (!this.jumps.note(jump, target)) return false;
    if (target !== answer) this.queue.callLearned(target, this.jumps.modeOf(jump));
    return target === answer;
  }

  /**
   * A region calls or jumps to one that is not there, or not in the look-up cache; its caller goes on
   * at `back`. What is called is run here, below the callers, so that their frames are not lost.
   */
  private absent(pc: number, stack: number, back: number): number {
    const isNew = this.learnJump(pc);
    if (stack < STACK_TO_NEST || !this.nests) return pc;
    const { cpu } = this.host;
    const region = this.store.mayHave(pc) ? this.resolve(pc, cpu.mode) : undefined;
    if (region !== undefined) {
      // Both got hot together, so nobody asks for the caller again.
      if (isNew) this.queue.callLearned(pc, cpu.mode);
      this.wire(region);
      return this.runtime.dispatcher.invoke(pc, stack - STACK_OF_HOST, back, region.slot);
    }
    this.settler.settle(RECORD_ADDRESS);
    cpu.pc = pc;
    return this.goOnUntil(back, stack);
  }

  /**
   * A region took an exit; its caller goes on at `back`. The rest of it is run here, unless it is the engine's to
   * look. Without a caller the dispatcher goes on where a fault that was delivered leads (SITE_ELSEWHERE).
   */
  private left(stack: number, back: number): number {
    const { i32 } = this;
    const site = i32[SITE]!;
    this.leave(site);
    if (back === LEAVE) {
      if (this.answered(site) === FAULT_ANSWERED) i32[SITE] = SITE_ELSEWHERE;
      return LEAVE;
    }
    if (stack < STACK_TO_NEST || !this.nests || this.sites.isCheck(site)) return LEAVE;
    const fault = this.answered(site);
    if (fault !== FAULT_LEAVE) return this.goOnUntil(back, stack, fault === FAULT_ANSWERED);
    i32[SITE] = SITE_EXACT;
    return LEAVE;
  }

  /** Answers the access that an exit was for, with state, pc and clock right: one of FAULT_*. */
  private answered(site: number): number {
    const answer = this.accessSites.answer(site);
    if (answer !== FAULT_NONE) this.faults++;
    return answer;
  }

  /** State and pc are exact in memory: goes on until `back`. A caller in another mode is only told where that is. */
  private goOnUntil(back: number, stack: number, enters = false): number {
    const { i32 } = this;
    const { cpu } = this.host;
    const outer = this.stack;
    const mode = cpu.mode;
    this.stack = stack - STACK_OF_HOST;
    i32[SITE] = SITE_NONE;
    try {
      if (this.host.goOnUntil(back, enters)) {
        i32[SITE] = cpu.mode === mode ? SITE_NONE : SITE_ELSEWHERE;
        return cpu.mode === mode ? back : LEAVE;
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
    this.sites.names.complete(i32, this.sites.recordsOf(site));
    this.settler.settle(EXIT_RECORD_ADDRESS);
    this.host.cpu.pc = this.sites.pcOf(site);
    this.host.cpu.mode = this.sites.modeOf(site);
    const cycles = this.sites.cyclesOf(site);
    i32[CLOCK_LEFT]! += this.sites.instructionsOf(site);
    i32[CLOCK_USED]! -= cycles;
    this.takeBackEntry(this.sites.entryCyclesOf(site));
  }

  private takeBackEntry(cycles: number): void {
    if (cycles === 0) return;
    const { i32 } = this;
    const low = (i32[ENTRY_LOW]! >>> 0) - cycles;
    i32[ENTRY_LOW] = low;
    i32[ENTRY_LOW + 1]! += Math.floor(low / 0x1_0000_0000);
  }

  /** Such a region costs and gives nothing: its first instruction always leaves. */
  private noteFruitless(region: Region): void {
    const site = this.i32[SITE]!;
    if (site === SITE_NONE || site === SITE_EXACT || this.sites.isCheck(site)) return;
    if (++region.fruitless < FRUITLESS_LIMIT) return;
    this.queue.ban(region.pc);
    this.drop(region);
  }

  private kernelCall(number: number): number {
    this.settler.settle(RECORD_ADDRESS);
    const answer = this.host.kernelCall(number);
    if (answer !== 0) return answer;
    return this.stale[this.host.cpu.mmu.current.set]!;
  }

  /** A trap or system instruction of a region, with its arguments. PLACE_ELSEWHERE is an entry of the kernel's only. */
  private inPlace(number: number, a: number, b: number, c: number): number {
    const { i32, host } = this;
    this.settler.settle(RECORD_ADDRESS);
    const place = this.places[number]!;
    const answer = host.inPlace(place, a, b, c);
    if (answer === PLACE_LEAVE || this.stale[host.cpu.mmu.current.set] !== 0) {
      i32[SITE] = SITE_EXACT;
      return PLACE_LEAVE;
    }
    // Into the kernel (its vectors may lie outside its text): the region calls what stands there.
    const isTrap = place.kind !== 'system' && place.number >= 0;
    const enters = !place.inKernelText && (isTrap || inKernelText(host.options, host.cpu.pc));
    if (answer === PLACE_NEXT || enters) return answer;
    i32[SITE] = SITE_ELSEWHERE;
    return PLACE_LEAVE;
  }

  private drop(region: Region): void {
    if (!region.alive) return;
    this.store.remove(region);
    this.runtime.table.set(region.slot, this.runtime.dispatcher.stub);
    this.host.counters.invalidations++;
  }

  /** Translates what is asked for in the current address space, in one module. */
  private translateQueue(): void {
    if (this.nextSlot + MAX_BATCH > TABLE_SIZE || this.runtime.factory.bytes > this.mostBytes) {
      // Frames of translated code below still need their exits' sites.
      if (this.stack < STACK_BUDGET) return;
      this.flush();
      this.host.counters.translationsForgotten++;
    }
    const started = performance.now();
    const compiled: Compiled[] = [];
    for (const plan of this.queue.take()) {
      if (plan.kept) this.installKept(plan);
      else compiled.push(this.compile(plan.found, plan.replaces, compiled.length));
    }
    if (compiled.length > 0) {
      const module = this.runtime.factory.make(compiled.map(({ body }) => body));
      for (const { region, extents, replaces } of compiled) this.install(region, module, extents, replaces);
      this.host.counters.regionsTranslated += compiled.length;
    }
    this.host.counters.translateMilliseconds += performance.now() - started;
  }

  /** Compiles a region, to be this one in its module. */
  private compile(found: DiscoveredRegion, replaces: Region | undefined, place: number): Compiled {
    const { host, store } = this;
    const body = this.runtime.factory.compile(found);
    this.compiledBytes += body.bytes.length;
    const extents = extentsOf(found.lifted, host.isa.instructionAlign);
    const region = describeRegion(found, extents, host.cpu.memory, {
      place,
      bodyBytes: body.bytes.length,
      refreshed: replaces ? replaces.refreshed + 1 : 0,
      mayRefresh: replaces ? replaces.mayRefresh : store.copiesOf(found.entry) > 0 ? 0 : MAX_REFRESHES,
    });
    return { region, body, extents, replaces };
  }

  private installKept(found: FoundKept): void {
    // First: what is kept refers to tables that the runtime takes over.
    const { factory } = this.runtime;
    const module = this.kept.use(found, factory);
    if (module !== undefined) this.install(found.kept, module, found.extents, undefined);
  }

  /** Enters the region; one it replaces gives it its slot, so that whoever calls that calls this. */
  private install(
    region: KeptRegion,
    module: LoadedModule,
    extents: readonly CodeExtent[],
    replaced: Region | undefined,
  ): void {
    const slot = replaced ? replaced.slot : this.nextSlot++;
    if (replaced) this.store.remove(replaced);
    this.runtime.table.set(slot, module.functions[region.place]);
    this.store.add({
      pc: region.pc,
      mode: region.mode,
      slot,
      pages: pagesOf(extents),
      extents,
      supervisor: this.host.isa.isSupervisor(region.mode),
      blockPcs: new Set(region.blockPcs),
      calleePcs: new Set(region.calleePcs),
      jumpPcs: region.jumpPcs,
      wayOutPcs: region.wayOutPcs,
      refreshed: region.refreshed,
      mayRefresh: region.mayRefresh,
      origin: this.host.optimisations.keptTranslations ? { module, region } : undefined,
      alive: true,
      link: -1,
      linksThen: -1,
      fruitless: 0,
    });
  }
}

/** Makes the translator for an engine; goes into EngineOptions.translator. */
export const wasmTranslator: TranslatorFactory = (host) => new Translator(host, DEFAULT_TUNING);

/** The same with other tuning. */
export function wasmTranslatorWith(tuning: Partial<TranslatorTuning>): TranslatorFactory {
  return (host) => new Translator(host, { ...DEFAULT_TUNING, ...tuning });
}

export type { TranslatorTuning };
