import type { IrBlock } from '../ir/block.ts';
import { BlockBuilder } from '../ir/builder.ts';
import type { CodeReader, IsaBackend, LiftContext } from '../isa-backend.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { PAGE_MASK, PAGE_SHIFT } from '../memory/memory-map.ts';
import type { Mmu } from '../memory/mmu.ts';
import { type EngineOptions, inKernelText } from './engine-types.ts';
import { ALL_OPTIMISATIONS } from './optimisations.ts';

/** A block ends at this many instructions, or when it has this many operations. */
const MAX_INSTRUCTIONS = 64;
const MAX_OPERATIONS = 2000;

/** Reads code of the current address space through execute permission. No guest-visible effect but the accessed bit. */
export class SpaceCodeReader implements CodeReader {
  /** Rights of the code to be read. */
  supervisor = false;
  private readonly mmu: Mmu;
  private readonly memory: GuestMemory;
  private page = -1;
  private base = 0;

  constructor(mmu: Mmu) {
    this.mmu = mmu;
    this.memory = mmu.memory;
  }

  /** To be called before each use: mappings may have changed. */
  begin(supervisor: boolean): void {
    this.supervisor = supervisor;
    this.page = -1;
  }

  byte(address: number): number {
    const page = address >>> PAGE_SHIFT;
    if (page !== this.page) {
      const at = this.mmu.probe(this.mmu.current, address & ~PAGE_MASK, 'execute', this.supervisor);
      if (at < 0) return -1;
      this.page = page;
      this.base = at;
    }
    return this.memory.readByte(this.base + (address & PAGE_MASK));
  }
}

const NOTHING: CodeReader = { byte: () => -1 };

/** What lifts are handed in place of a reader: decoders keep it, and outlive machines. */
class LentReader implements CodeReader {
  reader = NOTHING;

  byte(address: number): number {
    return this.reader.byte(address);
  }
}
const LENT = new LentReader();

/** The lifted block, or the address of its first byte that cannot be fetched. */
export type LiftOutcome = { readonly ir: IrBlock } | { readonly ir: undefined; readonly address: number };

/**
 * Lifts from `pc` up to a terminal, the end of the page (an instruction that straddles it is the
 * last, if its rest can be fetched now), the edge of kernel text, or the size limit.
 */
export function liftBlock(
  isa: IsaBackend,
  code: CodeReader,
  options: EngineOptions,
  pc: number,
  mode: number,
  most = MAX_INSTRUCTIONS,
): LiftOutcome {
  const builder = new BlockBuilder(pc, mode);
  const kernelText = inKernelText(options, pc);
  LENT.reader = code;
  const recognised = kernelText ? undefined : options.recognised;
  const { costs } = options.model;
  const optimisations = options.optimisations ?? ALL_OPTIMISATIONS;
  const context: LiftContext = { code: LENT, builder, mode, kernelText, costs, recognised, optimisations };
  let at = pc | 0;
  do {
    const before = builder.instructionCount;
    const result = isa.lift(context, at);
    if (result.kind === 'fetch') {
      if (before === 0) {
        LENT.reader = NOTHING;
        return { ir: undefined, address: result.address };
      }
      if (builder.instructionCount !== before) throw new TypeError('lift began an instruction it could not fetch');
      break;
    }
    at = (at + result.length) | 0;
  } while (
    builder.terminal === undefined &&
    (hasRoom(builder, most) || (builder.endMode !== mode && most === MAX_INSTRUCTIONS)) &&
    at >>> PAGE_SHIFT === pc >>> PAGE_SHIFT &&
    inKernelText(options, at) === kernelText
  );
  LENT.reader = NOTHING;
  if (builder.terminal === undefined) builder.endWith({ kind: 'jump', target: at });
  return { ir: builder.finish(at) };
}

/** Between modes of its own a block goes on: what ends there is not translated. */
function hasRoom(builder: BlockBuilder, most: number): boolean {
  return builder.instructionCount < most && builder.operationCount < MAX_OPERATIONS;
}
