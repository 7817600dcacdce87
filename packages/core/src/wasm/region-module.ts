import type { TranslationHost } from '../engine/translator-port.ts';
import { CLOCK_ADDRESS } from '../memory/memory-map.ts';
import { TABLE_SIZE } from './dispatcher.ts';
import { ModuleWriter } from './encoder.ts';
import { REGION_PARAMETERS, REGION_RESULTS } from './region-abi.ts';
import type { CompiledRegion } from './region-compiler.ts';
import { shapeFunction } from './shape-function.ts';
import type { Shape } from './shapes.ts';
import type { SlotTable } from './slots.ts';

/** Name of a region's export, by its place in the batch; of a shape's, by tag. */
const regionName = (place: number): string => `r${place}`;
const shapeName = (tag: number): string => `s${tag}`;

/** Computes a shape's slots from the operands at this byte address. */
export type SettleShape = (operands: number) => void;

export interface RegionModule {
  /** In the order of the batch; to be put into the function table. */
  readonly functions: readonly unknown[];
  readonly shapes: readonly (readonly [tag: number, settle: SettleShape])[];
  readonly bytes: number;
}

/** Bytes of a module of compiled regions and the functions of the shapes that are new with them. */
export function encodeModule(
  regions: readonly CompiledRegion[],
  shapes: readonly Shape[],
  helpers: readonly number[],
  slots: SlotTable,
  hinted = false,
): Uint8Array {
  const module = new ModuleWriter(hinted);
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
  module.importTable('e', 't', TABLE_SIZE);
  regions.forEach((region, place) => {
    module.addFunction(regionType, region.locals, region.body, regionName(place));
  });
  for (const shape of shapes) {
    const { locals, body } = shapeFunction(shape, slots);
    module.addFunction(settleType, locals, body, shapeName(shape.tag));
  }
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

/** Compiles and instantiates. */
export function instantiateModule(
  bytes: Uint8Array,
  regionCount: number,
  shapes: readonly Shape[],
  helpers: readonly number[],
  host: TranslationHost,
  imports: ModuleImports,
): RegionModule {
  const { cpu, isa } = host;
  const helperImports: Record<string, unknown> = {};
  for (const number of helpers) {
    const helper = isa.helpers[number]!;
    helperImports[String(number)] = (a: number, b: number, c: number) => helper(cpu, a, b, c);
  }
  const { table, settle, kernel, left, inPlace } = imports;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    e: { m: cpu.memory.memory, t: table, settle, kernel, left, inPlace },
    h: helperImports,
  });
  const functions: unknown[] = [];
  for (let place = 0; place < regionCount; place++) functions.push(instance.exports[regionName(place)]);
  return {
    functions,
    shapes: shapes.map((shape) => [shape.tag, instance.exports[shapeName(shape.tag)] as SettleShape] as const),
    bytes: bytes.length,
  };
}

/** Low word of the clock: instructions left. */
export const CLOCK_LEFT = CLOCK_ADDRESS >> 2;
/** High word: cycles used. */
export const CLOCK_USED = CLOCK_LEFT + 1;
