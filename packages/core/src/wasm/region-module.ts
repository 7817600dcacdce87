import type { Optimisations } from '../engine/optimisations.ts';
import type { TranslationHost } from '../engine/translator-port.ts';
import { CLOCK_ADDRESS } from '../memory/memory-map.ts';
import { importRegionTable } from './dispatcher.ts';
import { type EncodedFunction, ModuleWriter } from './encoder.ts';
import { REGION_PARAMETERS, REGION_RESULTS } from './region-abi.ts';

/** Name of a region's export, by its place in the batch. */
const regionName = (place: number): string => `r${place}`;

/** Bytes of a module of regions' functions, with their branch hints if these are on. */
export function encodeModule(
  bodies: readonly EncodedFunction[],
  helpers: readonly number[],
  { branchHints, typedTable }: Optimisations,
): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter(branchHints);
  const regionType = module.type(REGION_PARAMETERS, REGION_RESULTS);
  const settleType = module.type(['i32'], []);
  const kernelType = module.type(['i32'], ['i32']);
  const leftType = module.type(['i32', 'i32'], ['i32']);
  const helperType = module.type(['i32', 'i32', 'i32'], ['i32']);
  const inPlaceType = module.type(['i32', 'i32', 'i32', 'i32'], ['i32']);
  module.importFunction('e', 'settle', settleType);
  module.importFunction('e', 'kernel', kernelType);
  module.importFunction('e', 'left', leftType);
  module.importFunction('e', 'inPlace', inPlaceType);
  for (const helper of helpers) module.importFunction('h', String(helper), helperType);
  module.importMemory('e', 'm');
  importRegionTable(module, typedTable);
  bodies.forEach((body, place) => {
    module.addEncoded(regionType, body, regionName(place));
  });
  return module.finish();
}

/** What a module's functions call. */
export interface ModuleImports {
  readonly table: WebAssembly.Table;
  readonly settle: (record: number) => void;
  readonly kernel: (number: number) => number;
  readonly left: (stack: number, back: number) => number;
  readonly inPlace: (place: number, a: number, b: number, c: number) => number;
}

/** Instantiates a module of so many regions; gives their functions, in order. */
export function instantiateModule(
  module: WebAssembly.Module,
  regionCount: number,
  helpers: readonly number[],
  host: TranslationHost,
  imports: ModuleImports,
): readonly unknown[] {
  const { cpu, isa } = host;
  const helperImports: Record<string, unknown> = {};
  for (const number of helpers) {
    const helper = isa.helpers[number]!;
    helperImports[String(number)] = (a: number, b: number, c: number) => helper(cpu, a, b, c);
  }
  const { table, settle, kernel, left, inPlace } = imports;
  const instance = new WebAssembly.Instance(module, {
    e: { m: cpu.memory.memory, t: table, settle, kernel, left, inPlace },
    h: helperImports,
  });
  const functions: unknown[] = [];
  for (let place = 0; place < regionCount; place++) functions.push(instance.exports[regionName(place)]);
  return functions;
}

/** Low word of the clock: instructions left. */
export const CLOCK_LEFT = CLOCK_ADDRESS >> 2;
/** High word: cycles used. */
export const CLOCK_USED = CLOCK_LEFT + 1;
