import type { Cpu } from '../cpu/cpu.ts';
import type { GuestFault } from '../cpu/guest-fault.ts';
import { hasRelaxedMadd } from '../ir/host-fusion.ts';
import type { AlignmentVectors, Helper } from '../isa-backend.ts';
import {
  BLOCK_ADDRESS,
  CLOCK_ADDRESS,
  CYCLES_BASE_ADDRESS,
  EMPTY_TABLE,
  TABLE_SUPERVISOR,
  TABLE_WRITE,
  TABLES_ADDRESS,
  TRAP_ADDRESS,
} from '../memory/memory-map.ts';
import { FixedModules } from '../wasm/fixed-modules.ts';
import { Records } from './block-record.ts';
import { FLAT_FORMS, MEMORY_FORM_OF } from './flat-ops.ts';
import { RUN } from './loop-abi.ts';
import { type LoopKind, loopModule } from './loop-module.ts';
import { SlowAccess } from './slow-access.ts';

/** Told of each guest memory access of interpreted code, before it is made: address, bytes, what for. */
export type AccessObserver = (address: number, bytes: number, access: 'read' | 'write') => void;

/** The loop: see loop-abi.ts. */
type Loop = (block: number, limit: number, readTable: number, writeTable: number, stop: number, fuel: number) => number;

const CYCLES_HIGH = (CLOCK_ADDRESS >> 2) + 1;
const CYCLES_BASE = CYCLES_BASE_ADDRESS >> 2;
/** The loop's bytes by what it is made for; the same for all machines. */
const MODULES = new Map<string, Uint8Array<ArrayBuffer>>();

/** Runs blocks. Values, slots and the code itself lie in the memory; nothing is allocated while it runs. */
export class Interpreter {
  readonly slow: SlowAccess;
  /** Byte address of the operation under way, kept where something may be thrown. */
  private at = 0;
  /** A store hit code: the block is left behind its instruction. */
  private leaving = false;
  /** After a block was left (execute answered false, or RUN.trap, RUN.left): its instruction that is next. */
  left = 0;
  /** Vector and error code of the trapIf that was taken, or -1. */
  trapVector = -1;
  trapError = 0;
  observer: AccessObserver | undefined;
  private readonly cpu: Cpu;
  private readonly records: Records;
  private readonly u16: Uint16Array;
  private readonly helpers: readonly Helper[];
  private readonly loop: Loop;

  /**
   * @param alignment see IsaBackend
   * @param modules makes the loop
   */
  constructor(cpu: Cpu, helpers: readonly Helper[], alignment?: AlignmentVectors, modules = new FixedModules()) {
    this.cpu = cpu;
    this.helpers = helpers;
    this.u16 = cpu.memory.u16;
    this.records = new Records(cpu.i32, this.u16);
    this.slow = new SlowAccess(cpu, alignment);
    this.loop = this.instantiate(alignment !== undefined, modules);
  }

  /** Record of the block that was run last. */
  get block(): number {
    return this.cpu.i32[BLOCK_ADDRESS >> 2]!;
  }

  /**
   * Runs the first `count` instructions of a block (not its terminal). True if all went by; false
   * where the block is to be left before instruction `left`: for a trapIf that was taken (trapVector
   * set), after a store into code otherwise. Throws GuestFault: see faulting.
   */
  execute(block: number, count: number): boolean {
    const m = this.cpu.i32;
    const { records } = this;
    m[BLOCK_ADDRESS >> 2] = block;
    this.leaving = false;
    const limit = records.start(block, count);
    if (limit === records.start(block, 0)) return true;
    let read = EMPTY_TABLE;
    let write = EMPTY_TABLE;
    if (this.observer === undefined) {
      read = m[TABLES_ADDRESS >> 2]! + (records.isSupervisor(block) ? TABLE_SUPERVISOR : 0);
      write = read + TABLE_WRITE;
    }
    const answer = this.loop(block, limit, read, write, 0, 0);
    if (answer === RUN.fault) throw this.takeFault();
    if (answer === RUN.look) return !this.leaving || this.left >= count;
    this.noteTrap();
    return false;
  }

  /**
   * Runs the block, and those behind it, until something is left to the engine, pc is `stop`, or `fuel`
   * blocks are done; answers why (RUN). A page fault is no exception here, for one is dear; other faults
   * are thrown as GuestFault: see faulting. Not where there is an observer.
   */
  run(block: number, stop: number, fuel: number): number {
    this.leaving = false;
    this.cpu.i32[BLOCK_ADDRESS >> 2] = block;
    const answer = this.loop(block, 0, 0, 0, stop, fuel);
    if (answer === RUN.trap) this.noteTrap();
    return answer;
  }

  /** The page fault that ended the loop. */
  takeFault(): GuestFault {
    const fault = this.slow.fault!;
    this.slow.fault = undefined;
    return fault;
  }

  /** The instruction of the block under way whose operation faulted or threw. */
  faulting(): number {
    return this.records.instructionAt(this.block, this.at);
  }

  private noteTrap(): void {
    const m = this.cpu.i32;
    const at = m[TRAP_ADDRESS >> 2]!;
    const form = FLAT_FORMS[this.u16[at >> 1]!]!;
    this.trapVector = this.word(at + form.imm);
    this.trapError = m[this.place(at + form.b)]!;
    this.left = this.records.instructionAt(this.block, at);
  }

  /** Index, in words of the memory, of the place that the half-word at a byte address names. */
  private place(at: number): number {
    return this.u16[at >> 1]!;
  }

  private word(at: number): number {
    return this.u16[at >> 1]! | (this.u16[(at >> 1) + 1]! << 16);
  }

  private instantiate(aligned: boolean, modules: FixedModules): Loop {
    const { memory, layout, base } = this.cpu;
    const kind: LoopKind = {
      bigEndian: memory.bigEndian,
      aligned,
      relaxed: hasRelaxedMadd(),
      pcAddress: base + layout.slot('pc', 'i32').offset,
      modeAddress: base + layout.slot('mode', 'i32').offset,
    };
    const key = JSON.stringify(kind);
    const bytes = () => {
      if (!MODULES.has(key)) MODULES.set(key, loopModule(kind));
      return MODULES.get(key)!;
    };
    const { loop } = modules.instantiate(`loop ${key}`, bytes, {
      m: { m: memory.memory },
      h: {
        slow: (at: number, end: number) => this.access(at, end),
        helper: (at: number) => this.help(at),
        cycles: (at: number) => this.countCycles(at),
      },
    });
    return loop as Loop;
  }

  /** The access (or probe) at `at`, which the translation tables do not serve. Answers where the loop is to end, 0 after a page fault. */
  private access(at: number, end: number): number {
    const { slow, observer } = this;
    const m = this.cpu.i32;
    this.at = at;
    const flat = this.u16[at >> 1]!;
    const { dst, a, b, imm } = FLAT_FORMS[flat]!;
    const address = m[this.place(at + a)]!;
    const form = MEMORY_FORM_OF[flat];
    const supervisor = form?.supervisor || this.records.isSupervisor(this.block);
    slow.implied = form?.supervisor ?? false;
    if (form === undefined) {
      return slow.probeWrite(address, this.word(at + imm), supervisor) ? end : 0;
    }
    const { bytes, access } = form;
    if (observer !== undefined) observer(address, bytes, access);
    if (form.store) {
      const from = this.place(at + b);
      const stored =
        bytes > 4
          ? slow.storeWords(address, bytes, supervisor, from)
          : slow.store(address, bytes, m[from]!, supervisor);
      if (!stored) return 0;
      return slow.codeWritten ? this.endAfterCodeWrite(at) : end;
    }
    const to = this.place(at + dst);
    if (!slow.load(address, bytes, access, supervisor, to)) return 0;
    if (form.signed) {
      const unused = 32 - 8 * bytes;
      m[to] = (m[to]! << unused) >> unused;
    }
    return end;
  }

  private help(at: number): void {
    const m = this.cpu.i32;
    this.at = at;
    const { dst, a, b, c, imm } = FLAT_FORMS[this.u16[at >> 1]!]!;
    const helper = this.helpers[this.u16[(at + imm) >> 1]!]!;
    m[this.place(at + dst)] = helper(this.cpu, m[this.place(at + a)]!, m[this.place(at + b)]!, m[this.place(at + c)]!);
  }

  /** Cycles: those before this run, in this run, in this block. */
  private countCycles(at: number): void {
    const m = this.cpu.i32;
    const { dst, imm } = FLAT_FORMS[this.u16[at >> 1]!]!;
    const to = this.place(at + dst);
    const sum = (m[CYCLES_BASE]! >>> 0) + (m[CYCLES_HIGH]! >>> 0) + this.word(at + imm);
    m[to] = sum;
    m[to + 1] = m[CYCLES_BASE + 1]! + Math.floor(sum / 0x1_0000_0000);
  }

  /** Start of the instruction behind the one at `at`: there the block is left, its code may be stale. */
  private endAfterCodeWrite(at: number): number {
    const { records, block } = this;
    this.slow.codeWritten = false;
    this.leaving = true;
    this.left = records.instructionAt(block, at) + 1;
    return records.start(block, this.left);
  }
}
