import type { SteadyCall } from '../engine/engine-types.ts';
import { ALL_OPTIMISATIONS, type Optimisations } from '../engine/optimisations.ts';
import { type IrBlock, OP_A, OP_B, OP_C, OP_DST, OP_IMM, OP_NUM, OP_STRIDE, type Terminal } from '../ir/block.ts';
import { OP_NUMBER, OP_SPECS } from '../ir/ops.ts';
import { isForEngine, isInPlace } from './in-place.ts';
import { KnownMemory } from './known-memory.ts';
import { joinLanes, laneOf } from './lane-values.ts';
import type { SlotTable } from './slots.ts';
import { usedValues } from './used-values.ts';
import { ValueGraph } from './value-graph.ts';

const O = OP_NUMBER;

export type StatementKind =
  | 'load'
  | 'store'
  | 'probe'
  | 'helper'
  | 'peek'
  | 'poke'
  | 'trapIf'
  | 'cycles'
  | 'interrupts'
  | 'steady'
  | 'endTransient'
  | 'set';

/** What happens in order; pure values are computed where they are needed. */
export interface Statement {
  readonly kind: StatementKind;
  readonly op: number;
  /** Number of the instruction in its block. */
  readonly insn: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  /** The operation's immediate; for `set` the slot number, for `steady` the kernel call's. */
  readonly imm: number;
  /** The value yielded, or -1. */
  readonly result: number;
  /** An access whose address is a multiple of its size, for the block traps otherwise: it cannot leave its page. */
  readonly aligned: boolean;
  /** Nothing is to be emitted: a `set` that another overwrites before anyone can see it, or what carried-checks.ts drops. */
  dead: boolean;
}

/** What one instruction writes to deferred slots. */
export interface DeferredWrite {
  readonly insn: number;
  /** Place in `statements` before which it happens. */
  readonly at: number;
  /** Slot number to value. */
  readonly values: ReadonlyMap<number, number>;
}

/** A block ready for the analyses and the emitter. */
export interface BlockCode {
  readonly block: IrBlock;
  readonly graph: ValueGraph;
  readonly statements: Statement[];
  readonly deferred: DeferredWrite[];
  /** Slot number to the value it has at the end, for the slots the block writes. */
  readonly out: Map<number, number>;
  /** Slot number to its entry value, for those that were read. */
  readonly entries: Map<number, number>;
  /** What transient slots hold means nothing behind the block. */
  readonly dropsTransient: boolean;
  /** Values the terminal uses: cond, target, error, args. */
  readonly terminalValues: readonly number[];
}

/** May leave the block at its instruction. */
export function mayExit(kind: StatementKind): boolean {
  return kind === 'load' || kind === 'store' || kind === 'probe' || kind === 'trapIf' || kind === 'steady';
}

const NARROW = new Map<number, number>([
  [O.load8u, 8],
  [O.load8uW, 8],
  [O.load16u, 16],
  [O.load16uW, 16],
]);

/** Turns a lifted block into a value graph and statements: slots read once, computations folded and shared. `bigEndian`: of the guest's memory. */
export function blockCode(block: IrBlock, slots: SlotTable, on = ALL_OPTIMISATIONS, bigEndian = false): BlockCode {
  return new Converter(block, slots, on, bigEndian).run();
}

class Converter {
  private readonly block: IrBlock;
  private readonly slots: SlotTable;
  private readonly on: Optimisations;
  private readonly graph: ValueGraph;
  private readonly statements: Statement[] = [];
  private readonly deferred: DeferredWrite[] = [];
  /** Slot number to current value. */
  private readonly current = new Map<number, number>();
  private readonly out = new Map<number, number>();
  private readonly entries = new Map<number, number>();
  /** Conditions of traps so far. */
  private readonly passed = new Set<number>();
  /** IR value number to graph value. */
  private readonly map: Int32Array;
  private pending: Map<number, number> | undefined;
  private readonly memory: KnownMemory;

  constructor(block: IrBlock, slots: SlotTable, on: Optimisations, bigEndian: boolean) {
    this.on = on;
    this.graph = new ValueGraph(on.folding, block.constants);
    this.memory = new KnownMemory(this.graph, bigEndian);
    this.block = block;
    this.slots = slots;
    this.map = new Int32Array(block.valueTypes.length).fill(-1);
  }

  run(): BlockCode {
    const { block } = this;
    // Where it is not done in place the engine does a trap or system instruction as a whole.
    const { terminal } = block;
    const left = isForEngine(terminal) && !isInPlace(terminal);
    const count = left ? block.count - 1 : block.count;
    for (let insn = 0; insn < count; insn++) {
      const first = block.insnFirstOp[insn]!;
      const end = insn + 1 < block.count ? block.insnFirstOp[insn + 1]! : block.code.length / OP_STRIDE;
      this.pending = undefined;
      if (block.joins?.includes(insn)) this.endTransient(insn - 1);
      for (let at = first; at < end; at++) this.convert(at * OP_STRIDE, insn);
      if (this.pending) {
        this.completeFamilies(this.pending);
        this.deferred.push({ insn, at: this.statements.length, values: this.pending });
      }
    }
    // A block without instructions (step-over.ts) has only what its condition needs.
    if (block.count === 0) for (let at = 0; at < block.code.length; at += OP_STRIDE) this.convert(at, 0);
    if (terminal.kind === 'kernelCall' && terminal.steady) this.convertSteady(terminal.number, terminal.steady);
    if (this.on.deadWrites) this.markDeadSets();
    const terminalValues = terminalArgs(terminal).map((value) => this.map[value]!);
    if (this.slots.lanes.size > 0) this.dropUnusedLanes(terminalValues);
    return {
      block,
      graph: this.graph,
      statements: this.statements,
      deferred: this.deferred,
      out: this.out,
      dropsTransient: this.dropsTransient(),
      entries: this.entries,
      terminalValues,
    };
  }

  private convert(at: number, insn: number): void {
    const { code } = this.block;
    const op = code[at + OP_NUM]!;
    const spec = OP_SPECS[op]!;
    const a = this.arg(code[at + OP_A]!);
    const b = this.arg(code[at + OP_B]!);
    const c = this.arg(code[at + OP_C]!);
    const imm = code[at + OP_IMM]!;
    const dst = code[at + OP_DST]!;
    if (op === O.const32) this.map[dst] = this.graph.const32(imm);
    else if (spec.effect === 'pure') this.map[dst] = this.graph.pure(op, a, b, c, imm);
    else if (spec.imm === 'slot') this.convertSlot(dst, a, imm, insn);
    else this.convertEffect(op, dst, a, b, c, imm, insn);
  }

  /** The answer of a steady call, in its slot. */
  private convertSteady(number: number, { result }: SteadyCall): void {
    const slot = this.slots.byWord[result.offset >> 2]!;
    const last = this.block.count - 1;
    const answer = this.graph.result('i32');
    this.push('steady', 0, last, -1, -1, -1, number, answer);
    this.current.set(slot, answer);
    this.out.set(slot, answer);
    this.push('set', 0, last, answer, -1, -1, slot, -1);
  }

  /**
   * A write of some slots of a family is one of those, too, that the block wrote before: it does not change
   * them, but if all are noted together the region has one recipe to keep, not one for each group.
   */
  private completeFamilies(written: Map<number, number>): void {
    const { slots } = this;
    let families = 0;
    for (const slot of written.keys()) families |= slots.familyBits[slot]!;
    for (const slot of slots.deferredSlots) {
      if ((slots.deferredBit[slot]! & families) === 0 || written.has(slot)) continue;
      const value = this.out.get(slot);
      if (value !== undefined) written.set(slot, value);
    }
  }

  private arg(value: number): number {
    return value < 0 ? -1 : this.map[value]!;
  }

  private convertSlot(dst: number, a: number, imm: number, insn: number): void {
    const slot = this.slots.byWord[imm >> 2]!;
    const lanes = this.slots.lanes.get(slot);
    if (lanes !== undefined) {
      if (dst >= 0)
        this.map[dst] = joinLanes(
          this.graph,
          this.slots.type[slot]!,
          lanes.map((lane) => this.slotValue(lane)),
        );
      else this.setLanes(lanes, a, insn);
      return;
    }
    if (dst >= 0) {
      this.map[dst] = this.slotValue(slot);
      return;
    }
    this.current.set(slot, a);
    this.out.set(slot, a);
    if (this.slots.deferred[slot]) {
      this.pending ??= new Map();
      this.pending.set(slot, a);
    } else {
      this.push('set', 0, insn, a, -1, -1, slot, -1);
    }
  }

  /** Writes a slot that is kept in lanes: those that change. */
  private setLanes(lanes: readonly number[], value: number, insn: number): void {
    lanes.forEach((slot, lane) => {
      const type = this.slots.type[slot]!;
      const fresh = laneOf(this.graph, value, type, lane);
      if (fresh === (this.current.get(slot) ?? this.graph.entry(slot, type))) return;
      this.current.set(slot, fresh);
      this.out.set(slot, fresh);
      this.push('set', 0, insn, fresh, -1, -1, slot, -1);
    });
  }

  /** Lanes that were read only to be joined with others, and then not wanted, are not read. */
  private dropUnusedLanes(terminalValues: readonly number[]): void {
    const { graph, statements, deferred } = this;
    const used = usedValues({ graph, statements, deferred, terminalValues });
    for (const lanes of this.slots.lanes.values()) {
      for (const lane of lanes) {
        const entry = this.entries.get(lane);
        if (entry !== undefined && !used[entry]) this.entries.delete(lane);
      }
    }
  }

  private slotValue(slot: number): number {
    let value = this.current.get(slot);
    if (value === undefined) {
      value = this.graph.entry(slot, this.slots.type[slot]!);
      this.current.set(slot, value);
      this.entries.set(slot, value);
    }
    return value;
  }

  private convertEffect(op: number, dst: number, a: number, b: number, c: number, imm: number, insn: number): void {
    const spec = OP_SPECS[op]!;
    const kind = statementKind(op);
    if (kind === 'trapIf' && this.on.folding) {
      // Who has come this far has not trapped for the same reason.
      if (this.passed.has(a)) return;
      this.passed.add(a);
    }
    if (kind === 'load' && this.on.forwardedLoads) {
      const known = this.memory.load(op, a);
      if (known >= 0) {
        this.map[dst] = known;
        return;
      }
    }
    let result = -1;
    if (dst >= 0) {
      result = this.graph.result(spec.result!);
      this.graph.setWidth(result, NARROW.get(op) ?? 0);
      this.map[dst] = result;
    }
    const value = kind === 'store' ? this.storedValue(op, b) : b;
    if (kind === 'load') this.memory.loaded(op, a, result);
    else if (kind === 'store') this.memory.stored(op, a, value);
    else if (kind === 'helper') this.memory.forget();
    this.push(kind, op, insn, a, value, c, imm, result);
  }

  /** A narrow store needs no mask on its value. */
  private storedValue(op: number, value: number): number {
    const mask = op === O.store8 ? 0xff : op === O.store16 ? 0xffff : 0;
    const { graph } = this;
    if (mask === 0 || graph.op[value] !== O.and || !graph.isConst(graph.b[value]!)) return value;
    return (graph.imm[graph.b[value]!]! & mask) === mask ? graph.a[value]! : value;
  }

  private push(
    kind: StatementKind,
    op: number,
    insn: number,
    a: number,
    b: number,
    c: number,
    imm: number,
    result: number,
  ): void {
    const aligned = kind !== 'set' && this.isAligned(op, a);
    this.statements.push({ kind, op, insn, a, b, c, imm, result, aligned, dead: false });
  }

  /** Whether the address of a vector's access is known to be aligned. Others are not asked: a trap on theirs is rare. */
  private isAligned(op: number, address: number): boolean {
    if ((op !== O.loadV && op !== O.storeV) || !this.on.folding) return false;
    const { graph } = this;
    return this.passed.has(graph.pure(O.and, address, graph.const32(15), -1, 0));
  }

  /**
   * Whether transient slots mean nothing behind the block. A trap or system instruction is left to the
   * engine, which may look at them, and so may what stands at a computed address that is misaligned; one
   * that the last instruction set is for the block that follows.
   */
  private dropsTransient(): boolean {
    const { terminal, count } = this.block;
    if (terminal.kind !== 'jump' && terminal.kind !== 'call' && terminal.kind !== 'branch') return false;
    return !this.setsTransient(count - 1);
  }

  private setsTransient(instruction: number): boolean {
    return this.statements.some(
      ({ kind, imm, insn }) => kind === 'set' && insn === instruction && this.slots.transient[imm],
    );
  }

  /** A block that is joined with the next ends with this instruction: transient slots as at any block's end. */
  private endTransient(insn: number): void {
    if (!this.slots.transient.includes(true) || this.setsTransient(insn)) return;
    this.slots.transient.forEach((yes, slot) => {
      if (yes) this.out.delete(slot);
    });
    this.push('endTransient', 0, insn, -1, -1, -1, 0, -1);
  }

  /** Backwards: a set is dead if the same slot is set again with no possible exit between. */
  private markDeadSets(): void {
    const overwritten = new Set<number>();
    const endTransient = (): void => {
      this.slots.transient.forEach((yes, slot) => {
        if (yes) overwritten.add(slot);
      });
    };
    if (this.dropsTransient()) endTransient();
    for (let i = this.statements.length - 1; i >= 0; i--) {
      const statement = this.statements[i]!;
      if (statement.kind === 'set') {
        statement.dead = overwritten.has(statement.imm);
        overwritten.add(statement.imm);
      } else if (statement.kind === 'endTransient') endTransient();
      else if (mayExit(statement.kind)) overwritten.clear();
    }
  }
}

function statementKind(op: number): StatementKind {
  const spec = OP_SPECS[op]!;
  switch (op) {
    case O.probeW:
      return 'probe';
    case O.peek32:
    case O.peek64:
      return 'peek';
    case O.poke32:
    case O.poke64:
      return 'poke';
    case O.cycles:
      return 'cycles';
    case O.interrupts:
      return 'interrupts';
    default:
      return spec.effect === 'trap' ? 'trapIf' : (spec.effect as 'load' | 'store' | 'helper');
  }
}

/** IR values a terminal uses, in a fixed order. */
function terminalArgs(terminal: Terminal): readonly number[] {
  switch (terminal.kind) {
    case 'branch':
      return [terminal.cond];
    case 'callIndirect':
    case 'return':
    case 'jumpIndirect':
      return [terminal.target];
    case 'trap':
      return isInPlace(terminal) ? [terminal.error] : [];
    case 'system':
      return isInPlace(terminal) ? terminal.args : [];
    case 'switchMode':
      return isInPlace(terminal) ? [terminal.target, terminal.mode] : [];
    default:
      // trap, system and switchMode that leave at their instruction: the interpreter computes their values.
      return [];
  }
}
