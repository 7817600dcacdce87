import type { Cpu } from '../cpu/cpu.ts';
import { RECORD, RECORD_KERNEL, type Records } from '../interp/block-record.ts';
import type { Clock } from './clock.ts';
import type { MixCounter } from './mix-counter.ts';

/**
 * Where in an interpreted block the CPU stands, and what of the block counts: moves pc and mode to one of its
 * instructions, and counts instructions with their cycles, by class where somebody asked. A block is known by
 * the address of its record; instruction `index` may be the block's count: its end.
 */
export class BlockPosition {
  private readonly cpu: Cpu;
  private readonly clock: Clock;
  private readonly records: Records;
  private readonly mix: MixCounter | undefined;

  constructor(cpu: Cpu, clock: Clock, records: Records, mix: MixCounter | undefined) {
    this.cpu = cpu;
    this.clock = clock;
    this.records = records;
    this.mix = mix;
  }

  /** Stands at instruction `index`, those before it counted. */
  stand(block: number, index: number): void {
    this.count(block, index, this.records.cyclesBefore(block, index));
    this.mix?.part(block, 0, index);
    this.goTo(block, index);
  }

  /** Stands at instruction `index`, which faulted. One that traps, and faults on its way (`implied`), counts as a trap does. */
  standAtFault(block: number, index: number, implied: boolean): void {
    this.stand(block, index);
    if (!implied) return;
    this.countOne(block, index);
    this.noteEntry(block, index);
  }

  /** Sets pc and mode to those of instruction `index`. */
  goTo(block: number, index: number): void {
    const { cpu, records } = this;
    cpu.pc = records.pcAt(block, index);
    if (records.hasModes(block)) cpu.mode = records.modeAt(block, index);
  }

  /** Counts all of the block. */
  countAll(block: number): void {
    const m = this.records.i32;
    this.count(block, m[(block + RECORD.count) >> 2]!, m[(block + RECORD.cycles) >> 2]!);
    this.mix?.whole(block);
  }

  /** Counts instruction `index` alone. */
  countOne(block: number, index: number): void {
    this.count(block, 1, this.cyclesOf(block, index));
    this.mix?.part(block, index, index + 1);
  }

  /** Takes instruction `index` back out of the counts, and stands there. */
  takeBack(block: number, index: number): void {
    this.count(block, -1, -this.cyclesOf(block, index));
    this.mix?.part(block, index, index + 1, -1);
    this.goTo(block, index);
  }

  /** Instruction `index` led into the kernel: what it cost is cost of entry. */
  noteEntry(block: number, index: number): void {
    if (!this.isKernelText(block)) this.clock.countEntry(this.cyclesOf(block, index));
  }

  /** The block's last instruction. */
  lastOf(block: number): number {
    return this.records.get(block, RECORD.count) - 1;
  }

  private count(block: number, instructions: number, cycles: number): void {
    this.clock.count(instructions, cycles);
    if (this.isKernelText(block)) this.clock.countEntry(cycles);
  }

  /** Static cycles of instruction `index`. */
  private cyclesOf(block: number, index: number): number {
    const m = this.records.i32;
    const at = ((block + m[(block + RECORD.tables) >> 2]!) >> 2) + index;
    return m[at + 1]! - m[at]!;
  }

  private isKernelText(block: number): boolean {
    return (this.records.i32[(block + RECORD.flags) >> 2]! & RECORD_KERNEL) !== 0;
  }
}
