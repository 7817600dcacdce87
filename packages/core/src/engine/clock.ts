import type { CpuClock } from '../cpu/cpu.ts';
import { CLOCK_ADDRESS, CYCLES_BASE_ADDRESS, ENTRY_CYCLES_ADDRESS } from '../memory/memory-map.ts';

const LEFT = CLOCK_ADDRESS >> 2;
const USED = LEFT + 1;
const BASE = CYCLES_BASE_ADDRESS >> 2;
const ENTRY = ENTRY_CYCLES_ADDRESS >> 2;
/** A longer budget is handed out in slices, so that the cycles of one fit 32 bits. */
const SLICE = 1 << 24;
const WORD = 0x1_0000_0000;

/**
 * Instruction and cycle counts. While code runs they live in two places of the control area that
 * translated code knows: CLOCK (cycles used in this slice << 32 | instructions left of it) and
 * CYCLES_BASE (cycles before it).
 */
export class Clock implements CpuClock {
  private readonly i32: Int32Array;
  /** Instructions before this slice; instructions of this slice; of the budget beyond it. */
  private executed = 0;
  private slice = 0;
  private beyond = 0;
  private cyclesBase = 0;
  private work = 0;

  constructor(i32: Int32Array) {
    this.i32 = i32;
  }

  /** Begins a run of `budget` instructions. */
  start(budget: number): void {
    if (!(budget >= 0) || budget !== Math.floor(budget)) throw new RangeError(`budget ${budget} is not a count`);
    this.beyond = budget;
    this.refill();
  }

  /** Hands out the next slice; false if there is none. */
  refill(): boolean {
    this.fold();
    this.slice = Math.min(this.beyond, SLICE);
    this.beyond -= this.slice;
    this.i32[LEFT] = this.slice;
    return this.slice > 0;
  }

  /** Lengthens the budget by so many instructions. */
  extend(instructions: number): void {
    this.slice += instructions;
    this.i32[LEFT]! += instructions;
  }

  /** Ends the run. */
  finish(): void {
    this.fold();
    this.beyond = 0;
  }

  /** Instructions left of the slice. */
  get left(): number {
    return this.i32[LEFT]!;
  }

  /** Counts instructions executed, and their cycles. */
  count(instructions: number, cycles: number): void {
    this.i32[LEFT]! -= instructions;
    this.i32[USED]! += cycles;
  }

  instructions(): number {
    return this.executed + this.slice - this.i32[LEFT]!;
  }

  cycles(): number {
    return this.cyclesBase + (this.i32[USED]! >>> 0);
  }

  addCycles(cycles: number): void {
    this.setBase(this.cyclesBase + Math.floor(cycles));
  }

  /** Adds cycles of the kernel's modelled work. */
  addWork(cycles: number): void {
    const whole = Math.floor(cycles);
    this.work += whole;
    this.setBase(this.cyclesBase + whole);
  }

  /** Of the cycles counted: these are of the kernel's modelled work. */
  noteWork(cycles: number): void {
    this.work += cycles;
  }

  /** Of the cycles counted: these are the entry code's, or a trap's into it. Translated code counts its own. */
  countEntry(cycles: number): void {
    this.setEntry(this.entryCycles() + cycles);
  }

  /** Cycles of kernel text and of the traps into it; within cycles(). */
  entryCycles(): number {
    return (this.i32[ENTRY]! >>> 0) + (this.i32[ENTRY + 1]! >>> 0) * WORD;
  }

  /** Cycles that addWork added; within cycles(). */
  workCycles(): number {
    return this.work;
  }

  /** Goes on from the counts of a saved machine. Outside a run only. */
  restore(instructions: number, cycles: number, entryCycles: number, workCycles: number): void {
    this.executed = instructions;
    this.work = workCycles;
    this.setEntry(entryCycles);
    this.setBase(cycles);
  }

  private fold(): void {
    this.executed += this.slice - this.i32[LEFT]!;
    const used = this.i32[USED]! >>> 0;
    this.slice = 0;
    this.i32[LEFT] = 0;
    this.i32[USED] = 0;
    this.setBase(this.cyclesBase + used);
  }

  private setEntry(cycles: number): void {
    // As in setBase.
    this.i32[ENTRY] = cycles;
    this.i32[ENTRY + 1] = cycles / WORD;
  }

  private setBase(cycles: number): void {
    this.cyclesBase = cycles;
    // The stores take the low 32 bits of the whole part.
    this.i32[BASE] = cycles;
    this.i32[BASE + 1] = cycles / WORD;
  }
}
