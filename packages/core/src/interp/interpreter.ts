import type { Cpu } from '../cpu/cpu.ts';
import { hasRelaxedMadd } from '../ir/host-fusion.ts';
import type { AlignmentVectors, Helper } from '../isa-backend.ts';
import {
  CLOCK_ADDRESS,
  CYCLES_BASE_ADDRESS,
  EMPTY_TABLE,
  TABLE_SUPERVISOR,
  TABLE_WRITE,
  TABLES_ADDRESS,
} from '../memory/memory-map.ts';
import type { FlatBlock } from './flat-block.ts';
import { MEMORY_FORM_OF } from './flat-ops.ts';
import { loopModule } from './loop-module.ts';
import { SlowAccess } from './slow-access.ts';

/** Told of each guest memory access of interpreted code, before it is made: address, bytes, what for. */
export type AccessObserver = (address: number, bytes: number, access: 'read' | 'write') => void;

/** The loop: runs the operations from `ip` to before `end`. Answers 0, or the address of a trapIf that was taken. */
type Loop = (ip: number, end: number, readTable: number, writeTable: number) => number;

const CYCLES_HIGH = (CLOCK_ADDRESS >> 2) + 1;
const CYCLES_BASE = CYCLES_BASE_ADDRESS >> 2;
/** The loop's bytes by what it is made for; the same for all machines. */
const MODULES = new Map<number, Uint8Array>();

/** Runs flat blocks. Values, slots and the code itself are words of the memory; nothing is allocated while it runs. */
export class Interpreter {
  readonly slow: SlowAccess;
  /** Word index of the operation under way, kept where something may be thrown. */
  private at = 0;
  private block: FlatBlock | undefined;
  /** A store hit code: the block is left behind its instruction. */
  private leaving = false;
  /** After execute answered false: the instruction of the block that is next. */
  left = 0;
  /** Vector and error code of the trapIf that was taken, or -1. */
  trapVector = -1;
  trapError = 0;
  observer: AccessObserver | undefined;
  private readonly cpu: Cpu;
  private readonly helpers: readonly Helper[];
  private readonly loop: Loop;

  /** @param alignment see IsaBackend. */
  constructor(cpu: Cpu, helpers: readonly Helper[], alignment?: AlignmentVectors) {
    this.cpu = cpu;
    this.helpers = helpers;
    this.slow = new SlowAccess(cpu, alignment);
    this.loop = this.instantiate(alignment !== undefined);
  }

  /**
   * Runs the first `count` instructions of a block (not its terminal). True if all went by; false
   * where the block is to be left before instruction `left`: for a trapIf that was taken (trapVector
   * set), after a store into code otherwise. Throws GuestFault: see faulting.
   */
  execute(block: FlatBlock, count: number): boolean {
    const m = this.cpu.i32;
    const { base, starts } = block;
    this.block = block;
    this.leaving = false;
    const end = base + m[starts + count]!;
    if (end === base) return true;
    let read = EMPTY_TABLE;
    let write = EMPTY_TABLE;
    if (this.observer === undefined) {
      read = m[TABLES_ADDRESS >> 2]! + (block.supervisor ? TABLE_SUPERVISOR : 0);
      write = read + TABLE_WRITE;
    }
    const trap = this.loop(base << 2, end << 2, read, write);
    if (trap === 0) return !this.leaving || this.left >= count;
    const at = trap >>> 2;
    this.trapVector = m[at + 5]!;
    this.trapError = m[m[at + 3]! >> 2]!;
    this.left = this.instructionAt(at);
    return false;
  }

  /** The instruction of the block under way whose operation threw. */
  faulting(): number {
    return this.instructionAt(this.at);
  }

  private instantiate(aligned: boolean): Loop {
    const { memory } = this.cpu;
    const relaxed = hasRelaxedMadd();
    const kind = (memory.bigEndian ? 1 : 0) + (aligned ? 2 : 0) + (relaxed ? 4 : 0);
    let bytes = MODULES.get(kind);
    if (bytes === undefined) MODULES.set(kind, (bytes = loopModule(memory.bigEndian, aligned, relaxed)));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      m: { m: memory.memory },
      h: {
        slow: (ip: number, end: number) => this.access(ip >>> 2, end),
        helper: (ip: number) => this.help(ip >>> 2),
        cycles: (ip: number) => this.countCycles(ip >>> 2),
      },
    });
    return exports.loop as Loop;
  }

  /** The access (or probe) at `at`, which the translation tables do not serve. Answers where the loop is to end. */
  private access(at: number, end: number): number {
    const { slow, observer } = this;
    const { supervisor } = this.block!;
    const m = this.cpu.i32;
    this.at = at;
    const address = m[m[at + 2]! >> 2]!;
    const form = MEMORY_FORM_OF[m[at]!];
    if (form === undefined) {
      slow.probeWrite(address, m[at + 5]!, supervisor);
      return end;
    }
    const { bytes, access } = form;
    if (observer !== undefined) observer(address, bytes, access);
    if (form.store) {
      const from = m[at + 3]! >> 2;
      if (bytes > 4) slow.storeWords(address, bytes, supervisor, from);
      else slow.store(address, bytes, m[from]!, supervisor);
      return slow.codeWritten ? this.endAfterCodeWrite(at) : end;
    }
    const to = m[at + 1]! >> 2;
    if (bytes > 4) slow.loadWords(address, bytes, access, supervisor, to);
    else {
      const unused = form.signed ? 32 - 8 * bytes : 0;
      m[to] = (slow.load(address, bytes, access, supervisor) << unused) >> unused;
    }
    return end;
  }

  private help(at: number): void {
    const m = this.cpu.i32;
    this.at = at;
    const helper = this.helpers[m[at + 5]!]!;
    m[m[at + 1]! >> 2] = helper(this.cpu, m[m[at + 2]! >> 2]!, m[m[at + 3]! >> 2]!, m[m[at + 4]! >> 2]!);
  }

  /** Cycles: those before this run, in this run, in this block. */
  private countCycles(at: number): void {
    const m = this.cpu.i32;
    const to = m[at + 1]! >> 2;
    const sum = (m[CYCLES_BASE]! >>> 0) + (m[CYCLES_HIGH]! >>> 0) + m[at + 5]!;
    m[to] = sum;
    m[to + 1] = m[CYCLES_BASE + 1]! + Math.floor(sum / 0x1_0000_0000);
  }

  /** Start of the instruction behind the one at `at`: there the block is left, its code may be stale. */
  private endAfterCodeWrite(at: number): number {
    this.slow.codeWritten = false;
    this.leaving = true;
    this.left = this.instructionAt(at) + 1;
    const { base, starts } = this.block!;
    return (base + this.cpu.i32[starts + this.left]!) << 2;
  }

  /** Which instruction of the running block the word `at` of its code belongs to. */
  private instructionAt(at: number): number {
    const { base, starts, count } = this.block!;
    const m = this.cpu.i32;
    let index = 0;
    while (index + 1 < count && base + m[starts + index + 1]! <= at) index++;
    return index;
  }
}
