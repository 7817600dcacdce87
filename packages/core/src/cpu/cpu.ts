import type { GuestMemory } from '../memory/guest-memory.ts';
import type { Mmu } from '../memory/mmu.ts';
import { VirtualAccess } from '../memory/virtual-access.ts';
import { GuestFault } from './guest-fault.ts';
import type { Slot, StateLayout } from './layout.ts';

/** The engine's counters as host code that acts as the CPU sees them (RDMSR of a time-stamp counter, the cost of a trap). */
export interface CpuClock {
  /** Instructions and cycles since boot, exact whenever host code runs. */
  instructions(): number;
  cycles(): number;
  /** Charges cycles beyond the static cost of the instruction. */
  addCycles(cycles: number): void;
}

const STOPPED_CLOCK: CpuClock = { instructions: () => 0, cycles: () => 0, addCycles: () => {} };

/**
 * The CPU as host code sees it: typed access to the state (which lives in the control area of guest
 * memory), the MMU, and virtual memory access with the privilege of the caller's choice.
 */
export class Cpu {
  readonly memory: GuestMemory;
  readonly mmu: Mmu;
  /** Checked virtual memory access for host code that acts as the CPU. */
  readonly virtual: VirtualAccess;
  readonly layout: StateLayout;
  /** Byte address of the state in the WebAssembly memory. */
  readonly base: number;
  /** Views of the whole memory; `i32[(base + offset) >> 2]` is a slot. */
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  readonly u8: Uint8Array;
  readonly view: DataView;
  /** Set by host code that changed what a running translation relies on: address space, mode, mapped code, interrupt state. */
  leaveRequested = false;
  /** A maskable interrupt waits for interruptsEnabled; checked by system routines that enable interrupts. */
  interruptPending = false;
  /** Set by the ISA where the CPU cannot go on (IA-32: triple fault); the engine stops with 'shutdown'. */
  shutdownReason: string | undefined;
  /** Set by the engine that runs this CPU. */
  clock: CpuClock = STOPPED_CLOCK;
  private readonly state: Uint8Array;
  private readonly pcIndex: number;
  private readonly modeIndex: number;
  private readonly flight = new GuestFault();

  constructor(memory: GuestMemory, mmu: Mmu, layout: StateLayout, base: number) {
    this.memory = memory;
    this.mmu = mmu;
    this.virtual = new VirtualAccess(memory, mmu);
    this.layout = layout;
    this.base = base;
    this.i32 = memory.i32;
    this.f64 = memory.f64;
    this.u8 = memory.u8;
    this.view = memory.view;
    this.state = memory.u8.subarray(base, base + layout.size);
    this.pcIndex = (base + layout.slot('pc', 'i32').offset) >> 2;
    this.modeIndex = (base + layout.slot('mode', 'i32').offset) >> 2;
  }

  /** Program counter, as int32. */
  get pc(): number {
    return this.i32[this.pcIndex]!;
  }
  set pc(value: number) {
    this.i32[this.pcIndex] = value;
  }
  /** Mode word (IsaBackend). */
  get mode(): number {
    return this.i32[this.modeIndex]!;
  }
  set mode(value: number) {
    this.i32[this.modeIndex] = value;
  }

  /** Reads an i32 slot, as int32. */
  get(slot: Slot): number {
    return this.i32[(this.base + slot.offset) >> 2]!;
  }
  /** Writes an i32 slot. */
  set(slot: Slot, value: number): void {
    this.i32[(this.base + slot.offset) >> 2] = value;
  }

  /** Reads the first `count` of some i32 slots into `words`. */
  getAll(slots: readonly Slot[], count: number, words: Int32Array): void {
    for (let i = 0; i < count; i++) words[i] = this.i32[(this.base + slots[i]!.offset) >> 2]!;
  }

  /** Copies the whole state out (a task switch, a snapshot). `into` has layout.size bytes. */
  saveState(into: Uint8Array): void {
    into.set(this.state);
  }
  /** Copies a whole state in; translations on the wasm stack leave. */
  loadState(from: Uint8Array): void {
    this.u8.set(from, this.base);
    this.leaveRequested = true;
  }

  /** Throws the fault `vector` with this error code: the engine delivers it at the current pc. */
  fault(vector: number, error: number): never {
    this.flight.access = undefined;
    this.flight.implied = false;
    this.flight.vector = vector;
    this.flight.error = error;
    throw this.flight;
  }
}
