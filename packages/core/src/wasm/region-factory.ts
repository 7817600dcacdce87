import { inKernelText } from '../engine/engine-types.ts';
import type { Place, TranslationHost } from '../engine/translator-port.ts';
import type { JumpProfile } from './jump-profile.ts';
import type { LinkTable } from './link-table.ts';
import type { RecordSettler } from './record-settler.ts';
import { IMPORT_HELPERS } from './region-abi.ts';
import { compileRegion } from './region-compiler.ts';
import type { DiscoveredRegion } from './region-discovery.ts';
import { encodeModule, instantiateModule, type ModuleImports } from './region-module.ts';
import { ShapeTable } from './shapes.ts';
import type { SiteTable } from './site-table.ts';
import { type SlotTable, slotTable } from './slots.ts';

/** Compiles batches of regions, each batch one WebAssembly module. */
export class RegionFactory {
  /** Bytes of WebAssembly made since the last clear. */
  bytes = 0;
  private readonly host: TranslationHost;
  private readonly imports: ModuleImports;
  private readonly sites: SiteTable;
  private readonly links: LinkTable;
  private readonly jumps: JumpProfile;
  private readonly settler: RecordSettler;
  private readonly slots: SlotTable;
  private readonly places: Place[];
  private readonly shapes = new ShapeTable();

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

  /** The regions' functions, in order. */
  make(regions: readonly DiscoveredRegion[]): readonly unknown[] {
    const { host } = this;
    const { bytes, helpers, fresh } = this.encode(regions);
    const module = instantiateModule(bytes, regions.length, fresh, helpers, host, this.imports);
    for (const [tag, settle] of module.shapes) this.settler.add(tag, settle);
    host.counters.modules++;
    host.counters.wasmBytes += module.bytes;
    this.bytes += module.bytes;
    return module.functions;
  }

  /** The module of these regions, the shapes that are new with it, and the helpers it imports. */
  encode(regions: readonly DiscoveredRegion[]) {
    const { host, shapes, slots } = this;
    const helpers: number[] = [];
    const firstShape = shapes.shapes.length;
    const services = this.services(helpers);
    const compiled = regions.map((region) =>
      compileRegion(region, host.isa.isSupervisor(region.mode), slots, services),
    );
    const fresh = shapes.shapes.slice(firstShape);
    return { bytes: encodeModule(compiled, fresh, helpers, slots, host.optimisations.branchHints), helpers, fresh };
  }

  /** Forgets what the modules made so far share. No record may be pending. */
  clear(): void {
    this.bytes = 0;
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
