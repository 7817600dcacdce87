import { inKernelText } from '../engine/engine-types.ts';
import type { Place, TranslationHost } from '../engine/translator-port.ts';
import { type EncodedFunction, encodeFunction } from './encoder.ts';
import type { HostCode } from './host-code.ts';
import type { JumpProfile } from './jump-profile.ts';
import type { KeptModule } from './kept-module.ts';
import type { KeptTables } from './kept-translations.ts';
import type { LinkTable } from './link-table.ts';
import type { LoadedModule } from './loaded-module.ts';
import type { RecordSettler } from './record-settler.ts';
import { IMPORT_HELPERS } from './region-abi.ts';
import { compileRegion } from './region-compiler.ts';
import type { DiscoveredRegion } from './region-discovery.ts';
import { encodeModule, instantiateModule, type ModuleImports } from './region-module.ts';
import { type ShapeFunction, shapeFunction } from './shape-function.ts';
import { ShapeTable } from './shapes.ts';
import { type SiteTable, sitesIn } from './site-table.ts';
import { type SlotTable, slotTable } from './slots.ts';

/** Compiles batches of regions, each batch one WebAssembly module. */
export class RegionFactory {
  /** What keeps machine code, if anything does. */
  readonly hostCode: HostCode | undefined;
  /** Bytes of WebAssembly made since the last clear. */
  bytes = 0;
  readonly sites: SiteTable;
  private readonly host: TranslationHost;
  private readonly imports: ModuleImports;
  private readonly links: LinkTable;
  private readonly jumps: JumpProfile;
  private readonly settler: RecordSettler;
  private readonly slots: SlotTable;
  private readonly places: Place[];
  private readonly shapes = new ShapeTable();
  /** What modules import, in order: kept code has their numbers. */
  private helpers: number[] = [];
  /** The first site that no module has yet. */
  private firstSite = 0;

  constructor(
    host: TranslationHost,
    imports: ModuleImports,
    sites: SiteTable,
    links: LinkTable,
    jumps: JumpProfile,
    settler: RecordSettler,
    places: Place[],
  ) {
    this.host = host;
    this.hostCode = host.optimisations.hostCode ? host.options.hostCode : undefined;
    this.imports = imports;
    this.sites = sites;
    this.links = links;
    this.jumps = jumps;
    this.settler = settler;
    this.slots = slotTable(
      host.isa.layout,
      host.optimisations.deferredFlags ? (host.isa.deferredSlots ?? []) : [],
      host.isa.transientSlots,
    );
    this.places = places;
  }

  /** The region's function, to be made by any module from now on. */
  compile(region: DiscoveredRegion): EncodedFunction {
    const { locals, body } = compileRegion(
      region,
      this.host.isa.isSupervisor(region.mode),
      this.slots,
      this.services(this.helpers),
    );
    return encodeFunction(locals, body);
  }

  /** Makes functions, in one module. */
  make(bodies: readonly EncodedFunction[]): LoadedModule {
    const { host, helpers } = this;
    this.settler.extend(this.shapes.count);
    const bytes = this.encode(bodies);
    const module = new WebAssembly.Module(bytes);
    const functions = instantiateModule(module, bodies.length, helpers, host, this.imports);
    host.counters.modules++;
    host.counters.wasmBytes += bytes.length;
    this.bytes += bytes.length;
    const end = this.sites.count;
    const sites = [this.firstSite, end] as const;
    this.firstSite = end;
    return { module, functions, bytes, helpers: helpers.length, sites, kept: undefined };
  }

  /** Makes the functions of a module of an earlier run. Undefined where its numbers do not go with the tables. */
  load(kept: Omit<KeptModule, 'regions'>): LoadedModule | undefined {
    const { host } = this;
    if (!this.sites.place(kept.sites)) return undefined;
    this.settler.extend(this.shapes.count);
    const { bytes } = kept;
    const ready = kept.host && this.hostCode?.give(kept.host, bytes);
    const module = ready ?? new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
    const helpers = this.helpers.slice(0, kept.helpers);
    const functions = instantiateModule(module, kept.functions, helpers, host, this.imports);
    host.counters.modules++;
    if (ready) host.counters.modulesCompiledBefore++;
    host.counters.wasmBytes += bytes.length;
    this.bytes += bytes.length;
    const known = ready ? kept : { ...kept, host: undefined, optimised: [] };
    const { first } = kept.sites;
    const sites = [first, first + sitesIn(kept.sites)] as const;
    return { module, functions, bytes, helpers: kept.helpers, sites, kept: known };
  }

  /** The module of these functions. */
  encode(bodies: readonly EncodedFunction[]): Uint8Array<ArrayBuffer> {
    return encodeModule(bodies, this.helpers, this.host.optimisations);
  }

  /** The function of the shape with this tag. */
  shapeFunction(tag: number): ShapeFunction {
    return shapeFunction(this.shapes.at(tag), this.slots);
  }

  /** Whether a table has no room left: what is made from now on is the worse for it. */
  get isFull(): boolean {
    return this.links.isFull;
  }

  /** What the numbers in the functions mean. */
  save(): KeptTables {
    const { sites, shapes, settler, jumps, links, helpers, places } = this;
    return {
      sites: sites.save(),
      shapes: shapes.save(),
      settled: Int32Array.from(settler.needed),
      jumps: jumps.save(),
      links: links.save(),
      helpers,
      places,
    };
  }

  /** Begins with the tables of an earlier run. Nothing was compiled yet. */
  restore(tables: KeptTables): void {
    this.sites.restore(tables.sites);
    this.firstSite = this.sites.count;
    this.shapes.restore(tables.shapes);
    this.settler.expect([...tables.settled]);
    this.jumps.restore(tables.jumps);
    this.links.restore(tables.links);
    this.helpers = [...tables.helpers];
    this.places.push(...tables.places);
  }

  /** Forgets what the modules made so far share. No record may be pending. */
  clear(): void {
    this.bytes = 0;
    this.firstSite = 0;
    this.shapes.clear();
    this.settler.clear();
  }

  private services(helpers: number[]) {
    return {
      memory: this.host.cpu.memory,
      optimisations: this.host.optimisations,
      aligned: this.host.isa.alignment !== undefined,
      pcOffset: this.host.isa.layout.slot('pc', 'i32').offset,
      modeOffset: this.host.isa.layout.slot('mode', 'i32').offset,
      shapes: this.shapes,
      sites: this.sites,
      isKernelText: (pc: number) => inKernelText(this.host.options, pc),
      helperFunction: (number: number) => IMPORT_HELPERS + indexIn(helpers, number),
      steadyCall: (number: number) =>
        this.host.optimisations.steadyAnswers ? this.host.options.kernel.steadyCall?.(number) : undefined,
      placeNumber: (place: Place) => this.places.push(place) - 1,
      jumpNumber: (pc: number, mode: number, isCall: boolean) => this.jumps.numberOf(pc, mode, isCall),
      link: (pc: number, mode: number, isCall: boolean) => {
        if (isCall) this.links.noteCall(pc, mode);
        return this.host.optimisations.links ? this.links.linkFor(pc, mode) : -1;
      },
    };
  }
}

function indexIn(list: number[], item: number): number {
  const at = list.indexOf(item);
  return at >= 0 ? at : list.push(item) - 1;
}
