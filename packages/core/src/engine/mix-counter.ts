import type { Cpu } from '../cpu/cpu.ts';
import { INSTRUCTION_CLASSES, type InstructionMix } from '../instruction-class.ts';
import { RECORD, Records } from '../interp/block-record.ts';
import type { IsaBackend } from '../isa-backend.ts';
import { SpaceCodeReader } from './lift-block.ts';

const NUMBER = new Map(INSTRUCTION_CLASSES.map((name, index) => [name, index]));

/** What is kept of a block: the class of each instruction, and how often all of them were executed. */
interface BlockTally {
  readonly classes: Uint8Array;
  runs: number;
}

/**
 * Counts executed instructions by class, each one that the clock counts and no other. A whole block is
 * one addition; its instructions are classified when it first runs.
 */
export class MixCounter {
  private readonly isa: IsaBackend;
  private readonly records: Records;
  /** By address of the block's record. */
  private readonly byBlock = new Map<number, BlockTally>();
  private readonly reader: SpaceCodeReader;
  private readonly tallies: BlockTally[] = [];
  /** Instructions of blocks that were not executed as a whole. */
  private readonly single = new Float64Array(INSTRUCTION_CLASSES.length);

  constructor(isa: IsaBackend, cpu: Cpu) {
    this.isa = isa;
    this.records = new Records(cpu.i32, cpu.memory.u16);
    this.reader = new SpaceCodeReader(cpu.mmu);
  }

  /** To be called before a block runs: afterwards its code may be another. */
  prepare(block: number): void {
    if (this.byBlock.has(block)) return;
    const tally = { classes: this.classify(block), runs: 0 };
    this.byBlock.set(block, tally);
    this.tallies.push(tally);
  }

  /** All records are gone, and others may take their places. */
  flush(): void {
    this.byBlock.clear();
  }

  /** All instructions of the block were executed. */
  whole(block: number): void {
    this.byBlock.get(block)!.runs++;
  }

  /** Instructions `from` up to `to` were executed; or were not, for a `sign` of -1. */
  part(block: number, from: number, to: number, sign: 1 | -1 = 1): void {
    const { classes } = this.byBlock.get(block)!;
    for (let index = from; index < to; index++) this.single[classes[index]!]! += sign;
  }

  /** Counts so far. */
  mix(): InstructionMix {
    const counts = Float64Array.from(this.single);
    for (const { classes, runs } of this.tallies) for (const number of classes) counts[number]! += runs;
    return Object.fromEntries(INSTRUCTION_CLASSES.map((name, index) => [name, counts[index]!])) as InstructionMix;
  }

  private classify(block: number): Uint8Array {
    const { records } = this;
    this.reader.begin(records.isSupervisor(block));
    return Uint8Array.from({ length: records.get(block, RECORD.count) }, (_, index) => {
      return NUMBER.get(this.isa.classify(this.reader, records.pcAt(block, index), records.modeAt(block, index)))!;
    });
  }
}
