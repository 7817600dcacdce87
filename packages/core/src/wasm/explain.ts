import type { TranslationHost } from '../engine/translator-port.ts';
import type { IrBlock } from '../ir/block.ts';
import { blockCode } from './block-code.ts';
import { disassembleModule } from './disassemble.ts';
import { FixedModules } from './fixed-modules.ts';
import { markInPlace } from './in-place.ts';
import { JumpProfile } from './jump-profile.ts';
import { withLanes } from './lane-slots.ts';
import { LinkTable } from './link-table.ts';
import { type InstructionCode, printBlockCode } from './print-code.ts';
import { RecordSettler } from './record-settler.ts';
import { REGION_PARAMETERS, REGION_RESULTS } from './region-abi.ts';
import { discoverRegion, type RegionLimits } from './region-discovery.ts';
import { RegionFactory } from './region-factory.ts';
import { SiteTable } from './site-table.ts';
import { slotTable } from './slots.ts';

/** A block of an explained region. */
export interface ExplainedBlock {
  readonly ir: IrBlock;
  /** What the passes before emission leave of it. */
  readonly after: readonly InstructionCode[];
  readonly terminal: string;
}

/** A region, from guest code to WebAssembly. */
export interface RegionExplanation {
  readonly blocks: readonly ExplainedBlock[];
  /** The WebAssembly function: its type, types of its locals, and its instructions. */
  readonly signature: string;
  readonly locals: readonly string[];
  readonly wasm: readonly string[];
  readonly wasmBytes: number;
}

const LIMITS: RegionLimits = { blocks: 256, instructions: 2500 };

/**
 * Translates the region at (pc, mode) of the current address space, as for code that runs often, and
 * tells what became of it; nothing is installed. Undefined where the first instruction cannot be fetched.
 */
export function explainRegion(host: TranslationHost, pc: number, mode: number): RegionExplanation | undefined {
  const { isa, cpu } = host;
  const trapKind = (vector: number) => isa.trapKind?.(vector, mode) ?? 'trap';
  const found = discoverRegion(
    pc,
    mode,
    (at) => host.block(at, mode),
    () => [],
    trapKind,
    LIMITS,
    (block) => (host.optimisations.trapsInPlace ? markInPlace(block) : block),
  );
  if (found === undefined) return undefined;
  const settler = new RecordSettler(cpu.memory, new FixedModules(), () => {
    throw new TypeError('nothing is run');
  });
  const unused = { table: undefined as never, settle: () => {}, kernel: () => 0, left: () => 0, inPlace: () => 0 };
  const factory = new RegionFactory(host, unused, new SiteTable(), new LinkTable(), new JumpProfile(), settler, []);
  const bytes = factory.encode([factory.compile(found)]);
  const [region] = disassembleModule(bytes);
  const slots = withLanes(slotTable(isa.layout, isa.deferredSlots ?? [], isa.transientSlots), found.blocks.values());
  const blocks = [...found.blocks.values()].map((ir) => {
    const { insns, terminal } = printBlockCode(blockCode(ir, slots), slots);
    return { ir, after: insns, terminal };
  });
  const signature = `(param ${REGION_PARAMETERS.join(' ')}) (result ${REGION_RESULTS.join(' ')})`;
  return { blocks, signature, locals: region!.locals, wasm: region!.lines, wasmBytes: bytes.length };
}
