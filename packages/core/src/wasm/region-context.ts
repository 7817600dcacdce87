import type { Optimisations } from '../engine/optimisations.ts';
import type { Place } from '../engine/translator-port.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { STATE_BASE, TABLES_ADDRESS } from '../memory/memory-map.ts';
import { AccessEmitter } from './access-emitter.ts';
import type { BlockCode } from './block-code.ts';
import type { BlockPlan } from './block-plan.ts';
import { type Charge, type ChargeRules, type ClockFlow, isEqual, minus, NO_CHARGE } from './clock-flow.ts';
import { countEntry } from './clock-word.ts';
import { type CodeWriter, OPCODE, CodeWriter as Writer } from './encoder.ts';
import { Exits, type SiteSink } from './exits.ts';
import type { FlowGraph, FlowNode } from './flow-graph.ts';
import { GroupEmitter } from './group-emitter.ts';
import { LocalPool } from './locals.ts';
import { RecordEmitter } from './record-emitter.ts';
import type { RecordFlow } from './record-flow.ts';
import { PARAM_CLOCK, REGION_PARAMETERS } from './region-abi.ts';
import { RunEmitter } from './run-emitter.ts';
import type { ShapeTable } from './shapes.ts';
import type { SlotFlow } from './slot-flow.ts';
import { addBit, type Bits, bits, common, members, removeBit, type SlotTable } from './slots.ts';
import { ValueEmitter } from './value-emitter.ts';
import { VectorConstants } from './vector-constants.ts';

/** What the emitter of a region is told. */
export interface RegionInput {
  readonly graph: FlowGraph;
  readonly flow: SlotFlow;
  readonly mode: number;
  readonly supervisor: boolean;
  readonly slots: SlotTable;
  /** Groups of deferred slots, see deferral.ts. */
  readonly groups: readonly (readonly number[])[];
  readonly records: RecordFlow;
  readonly clock: ClockFlow;
  /** By node; undefined for ways out. */
  readonly plans: readonly (BlockPlan | undefined)[];
}

/** What it asks of the translator. */
export interface RegionServices {
  readonly memory: GuestMemory;
  readonly optimisations: Optimisations;
  /** Unaligned accesses fault (see IsaBackend.alignment). */
  readonly aligned: boolean;
  /** Byte offset of the pc slot in the state. */
  readonly pcOffset: number;
  /** The same of the mode word. */
  readonly modeOffset: number;
  readonly shapes: ShapeTable;
  readonly sites: SiteSink;
  /** Whether the cycles of code at this address are the kernel's entry's (ENTRY_CYCLES). */
  isKernelText(pc: number): boolean;
  /** Function number of a helper of the ISA in the module being built. */
  helperFunction(number: number): number;
  /** Number of the computed jump or call at (pc, mode), see JumpProfile. */
  jumpNumber(pc: number, mode: number, isCall: boolean): number;
  /** Number of something that the engine is to do in place. */
  placeNumber(place: Place): number;
  /** Link number for calls (`isCall`) and jumps to (pc, mode), or -1 if there are no more. */
  link(pc: number, mode: number, isCall: boolean): number;
}

/** How blocks of regions made with these services are charged. */
export function chargeRules({ optimisations, isKernelText }: RegionServices): ChargeRules {
  return { atOnce: !optimisations.mergedCharges, isKernelText };
}

/** What holds at a place of the code being emitted. */
export interface PlaceState {
  readonly dirty: Bits;
  readonly records: Bits;
  readonly pending: Charge;
}

/** What all parts of a region's emitter share: writer, locals, exits, state in locals. */
export class RegionContext {
  readonly input: RegionInput;
  readonly services: RegionServices;
  readonly code: CodeWriter = new Writer(4096);
  readonly locals = new LocalPool(REGION_PARAMETERS.length);
  readonly exits = new Exits();
  readonly constants: VectorConstants;
  readonly values: ValueEmitter;
  readonly accesses: AccessEmitter;
  readonly groups: GroupEmitter;
  readonly runs: RunEmitter;
  readonly records: RecordEmitter;
  readonly clockLocal = PARAM_CLOCK;
  readonly tablesLocal: number;
  readonly siteLocal: number;
  /** What of the instructions before this place the clock's local does not hold. */
  pending: Charge = NO_CHARGE;
  /** Slots whose local may differ from memory here. */
  dirty: Bits;
  /** Labels around the place being emitted, the exit classes' own not counted. */
  depth = 0;
  /** The node whose code is being emitted. */
  index = 0;
  private readonly slotLocals: Int32Array;

  constructor(input: RegionInput, services: RegionServices) {
    this.input = input;
    this.services = services;
    this.slotLocals = new Int32Array(input.slots.count).fill(-1);
    this.dirty = bits(input.slots.count);
    this.tablesLocal = this.locals.allocate('i32');
    this.siteLocal = this.locals.allocate('i32');
    this.constants = new VectorConstants(this.locals);
    this.values = new ValueEmitter(this.code, this.locals, (slot) => this.slotLocal(slot), this.constants);
    const { memory, aligned } = services;
    this.accesses = new AccessEmitter(this.code, this.locals, this.tablesLocal, input.supervisor, {
      bigEndian: memory.bigEndian,
      aligned,
      inLine: services.optimisations.unalignedWords,
    });
    this.groups = new GroupEmitter(this.code, this.locals, this.accesses);
    this.runs = new RunEmitter(this.code, this.locals, this.accesses.pages, memory.bigEndian || aligned);
    this.records = new RecordEmitter(this);
  }

  slotLocal(slot: number): number {
    // No temporary's, not even of code before: a record's operand is read from it where it is not live.
    if (this.slotLocals[slot]! < 0) this.slotLocals[slot] = this.locals.fresh(this.input.slots.type[slot]!);
    return this.slotLocals[slot]!;
  }

  /** Label depth of the exit that stores what is dirty now; the site number is to lie under the condition. */
  exitDepth(): number {
    return this.depth + this.exits.classOf(this.dirty, this.records.here.needs);
  }

  loadSlot(slot: number): void {
    const type = this.input.slots.type[slot]!;
    const load = {
      i32: OPCODE.i32Load,
      i64: OPCODE.i64Load,
      f32: OPCODE.f32Load,
      f64: OPCODE.f64Load,
      v128: OPCODE.v128Load,
    };
    this.code
      .i32Const(0)
      .memory(load[type], 2, STATE_BASE + this.input.slots.offset[slot]!)
      .set(this.slotLocal(slot));
  }

  storeSlot(code: CodeWriter, slot: number): void {
    const type = this.input.slots.type[slot]!;
    const store = {
      i32: OPCODE.i32Store,
      i64: OPCODE.i64Store,
      f32: OPCODE.f32Store,
      f64: OPCODE.f64Store,
      v128: OPCODE.v128Store,
    };
    code
      .i32Const(0)
      .get(this.slotLocal(slot))
      .memory(store[type], 2, STATE_BASE + this.input.slots.offset[slot]!);
  }

  /** Gives the state back to memory: dirty slots, the deferred ones' record; not the clock (clock-emitter.ts). `whole`: the deferred ones themselves, too. */
  sync(deferred: Int8Array, whole = false): void {
    for (const slot of members(this.dirty)) this.storeSlot(this.code, slot);
    if (whole) this.records.settle(deferred, this.input.slots.deferredSlots);
    else this.records.handOver(deferred);
    this.dirty.fill(0);
  }

  /** Takes over from memory what is live in `node`. Memory is exact. */
  reload(node: number): void {
    const { input } = this;
    const live = members(input.flow.liveIn[node]!);
    this.records.settleIfPending(live);
    for (const slot of live) this.loadSlot(slot);
    this.records.reset();
  }

  loadTables(): void {
    this.code.i32Const(0).memory(OPCODE.i32Load, 2, TABLES_ADDRESS).set(this.tablesLocal);
  }

  /** A check point: leaves, with pc at `pc`, unless `instructions` more fit the budget. */
  checkBudget(instructions: number, pc: number): void {
    const { code } = this;
    if (instructions === 0) return;
    const { mode } = this.input;
    const charge = minus(NO_CHARGE, this.pending);
    code.i32Const(this.services.sites.add({ pc, mode, isCheck: true, charge, records: this.records.here.atExit }));
    code.get(this.clockLocal).op(0xa7);
    code.i32Const(instructions + this.pending.instructions).op(0x49);
    code.brIfRarely(this.exitDepth()).byte(OPCODE.drop);
  }

  /** Site for leaving at instruction `insn` of a block whose whole cost is charged already, or pending. */
  site(code: BlockCode, insn: number): number {
    const { block } = code;
    let cycles = 0;
    for (let i = insn; i < block.count; i++) cycles += block.insnCycles[i]!;
    const mode = block.insnMode?.[insn] ?? this.input.mode;
    const entry = this.services.isKernelText(block.pc) ? cycles : 0;
    const charge = minus({ instructions: block.count - insn, cycles, entry }, this.pending);
    return this.services.sites.add({
      pc: block.insnPc[insn]!,
      mode,
      isCheck: false,
      charge,
      records: this.records.here.atExit,
    });
  }

  /** Has the clock's local (and ENTRY_CYCLES) hold this of what is pending, and notes that it does. */
  charge(charge: Charge): void {
    if (isEqual(charge, NO_CHARGE)) return;
    this.code.get(this.clockLocal);
    this.pushCharge(charge);
    this.code.set(this.clockLocal);
    countEntry(this.code, charge.entry);
    this.pending = minus(this.pending, charge);
  }

  /** Adds cycles << 32 - instructions to the clock on the stack. */
  pushCharge(charge: Charge): void {
    if (isEqual(charge, NO_CHARGE)) return;
    const { instructions, cycles } = charge;
    this.code.i64Const(-instructions, instructions > 0 ? cycles - 1 : cycles).op(0x7c);
  }

  /** On the way from one node to another: what is pending becomes what the other expects. */
  chargeEdge(from: number, to: number): void {
    this.pending = this.input.clock.behind[from]!;
    this.charge(minus(this.pending, this.input.clock.before[to]!));
  }

  isChargedEdge(from: number, to: number): boolean {
    const { before, behind } = this.input.clock;
    return !isEqual(behind[from]!, before[to]!);
  }

  node(index: number): FlowNode {
    return this.input.graph.nodes[index]!;
  }

  /** Guest address of a node's first instruction. */
  pcOf(index: number): number {
    const node = this.node(index);
    return node.code?.block.pc ?? node.pc;
  }

  /** What holds here; for restore() once code of other places has been emitted. */
  save(): PlaceState {
    return { dirty: this.dirty.slice(), records: this.records.here.current, pending: this.pending };
  }

  restore({ dirty, records, pending }: PlaceState): void {
    this.dirty = dirty;
    this.pending = pending;
    this.records.here.current = records;
  }

  /** Dirty set, records and what is pending at a node's start. */
  enterNode(index: number): void {
    this.index = index;
    this.dirty = this.input.flow.dirtyIn[index]!.slice();
    this.records.enterNode(index);
    this.pending = this.input.clock.before[index]!;
  }

  /** A node's end: stores what a loop behind it would carry for its exits only. */
  flush(index: number): void {
    for (const slot of members(common(this.dirty, this.input.flow.flushed[index]!))) {
      this.storeSlot(this.code, slot);
      removeBit(this.dirty, slot);
    }
  }

  /** The block's end: transient slots need not be in memory any more. */
  dropTransient(): void {
    this.input.slots.transient.forEach((yes, slot) => {
      if (yes) removeBit(this.dirty, slot);
    });
  }

  noteDirty(slot: number): void {
    if (slot !== this.input.slots.pc) addBit(this.dirty, slot);
  }
}
