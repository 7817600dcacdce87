import type { Cpu } from '../cpu/cpu.ts';
import { INSTRUCTION_CLASSES, type InstructionMix } from '../instruction-class.ts';
import type { FlatBlock } from '../interp/flat-block.ts';
import type { IsaBackend } from '../isa-backend.ts';
import { SpaceCodeReader } from './lift-block.ts';

const NUMBER = new Map(INSTRUCTION_CLASSES.map((name, index) => [name, index]));

/** What is kept of a block: the class of each instruction, and how often all of them were executed. */
export interface BlockTally {
  readonly classes: Uint8Array;
  runs: number;
}

/**
 * Counts executed instructions by class, each one that the clock counts and no other. A whole block is
 * one addition; its instructions are classified when it first runs.
 */
export class MixCounter {
  private readonly isa: IsaBackend;
  private readonly cpu: Cpu;
  private readonly reader: SpaceCodeReader;
  private readonly tallies: BlockTally[] = [];
  /** Instructions of blocks that were not executed as a whole. */
  private readonly single = new Float64Array(INSTRUCTION_CLASSES.length);

  constructor(isa: IsaBackend, cpu: Cpu) {
    this.isa = isa;
    this.cpu = cpu;
    this.reader = new SpaceCodeReader(cpu.mmu);
  }

  /** To be called before a block runs: afterwards its code may be another. */
  prepare(block: FlatBlock): void {
    if (block.tally !== undefined) return;
    block.tally = { classes: this.classify(block), runs: 0 };
    this.tallies.push(block.tally);
  }

  /** All instructions of the block were executed. */
  whole(block: FlatBlock): void {
    block.tally!.runs++;
  }

  /** Instructions `from` up to `to` were executed; or were not, for a `sign` of -1. */
  part(block: FlatBlock, from: number, to: number, sign: 1 | -1 = 1): void {
    const { classes } = block.tally!;
    for (let index = from; index < to; index++) this.single[classes[index]!]! += sign;
  }

  /** Counts so far. */
  mix(): InstructionMix {
    const counts = Float64Array.from(this.single);
    for (const { classes, runs } of this.tallies) for (const number of classes) counts[number]! += runs;
    return Object.fromEntries(INSTRUCTION_CLASSES.map((name, index) => [name, counts[index]!])) as InstructionMix;
  }

  private classify(block: FlatBlock): Uint8Array {
    const { i32 } = this.cpu;
    this.reader.begin(block.supervisor);
    return Uint8Array.from({ length: block.count }, (_, index) => {
      const mode = block.modes >= 0 ? i32[block.modes + index]! : block.mode;
      return NUMBER.get(this.isa.classify(this.reader, i32[block.pcs + index]!, mode))!;
    });
  }
}
