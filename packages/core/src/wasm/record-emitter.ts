import { EXIT_RECORD_ADDRESS, operandOffset, RECORD_ADDRESS, SPOKEN_OF } from './control-words.ts';
import { type CodeWriter, OPCODE } from './encoder.ts';
import { IMPORT_SETTLE } from './region-abi.ts';
import type { RegionContext } from './region-context.ts';
import type { Recipe } from './shapes.ts';
import { IN_MEMORY, MIXED, RECORDED, UNREACHED } from './slot-flow.ts';

/** Keeps the region's record of deferred slots in locals: each group's tag, and its operands. */
export class RecordEmitter {
  private readonly region: RegionContext;
  private readonly tagLocals: number[];
  /** By group: operand locals, as many as its largest recipe has. */
  private readonly operandLocals: number[][];

  constructor(region: RegionContext) {
    this.region = region;
    this.tagLocals = region.input.groups.map(() => region.locals.allocate('i32'));
    this.operandLocals = region.input.operandCounts.map((count) =>
      Array.from({ length: count }, () => region.locals.allocate('i32')),
    );
  }

  /** Nothing is recorded: memory has the truth. */
  reset(): void {
    for (const local of this.tagLocals) this.region.code.i32Const(0).set(local);
  }

  /** Notes a recipe; its operands' uses are announced. */
  note(group: number, recipe: Recipe): void {
    const { code, values } = this.region;
    const locals = this.operandLocals[group]!;
    recipe.operands.forEach((value, index) => {
      values.push(value);
      code.set(locals[index]!);
    });
    code.i32Const(recipe.shape.tag).set(this.tagLocals[group]!);
  }

  /** Hands the record over to memory at a boundary where translated code goes on elsewhere. */
  handOver(states: Int8Array): void {
    const { code, input } = this.region;
    const groups = input.groups.map((group) => states[group[0]!]!);
    if (groups.every((state) => state === IN_MEMORY || state === UNREACHED)) return;
    const covered = this.slotBits((_, index) => groups[index] === RECORDED);
    const mixed = groups.flatMap((state, index) => (state === MIXED ? [index] : []));
    if (covered === allBits(input.slots.deferredSlots.length)) {
      this.store(code, RECORD_ADDRESS);
      this.storeSpokenOf(covered);
      return;
    }
    const maybeNothing = groups.every((state) => state === IN_MEMORY || state === MIXED);
    if (maybeNothing) {
      this.tagLocals.forEach((local, index) => {
        code.get(local);
        if (index > 0) code.op(0x72);
      });
      code.byte(OPCODE.if).byte(0x40);
    }
    // If there is but one group to be recorded, it is.
    const sure =
      maybeNothing && mixed.length === 1 ? covered | this.slotBits((_, index) => index === mixed[0]) : covered;
    if (sure === covered && mixed.length > 0) this.handOverMixed(covered, mixed);
    else this.handOverSure(sure);
    if (maybeNothing) code.end();
  }

  /** Hands over a record that speaks of just these slots. An older one in memory may speak of others. */
  private handOverSure(covered: number): void {
    const { code } = this.region;
    code
      .i32Const(0)
      .memory(OPCODE.i32Load, 2, RECORD_ADDRESS + SPOKEN_OF)
      .i32Const(~covered)
      .op(0x71);
    this.settleIf();
    this.store(code, RECORD_ADDRESS);
    this.storeSpokenOf(covered);
  }

  /** The same where it depends on the way here whether groups `mixed` are recorded: their tags say so. */
  private handOverMixed(covered: number, mixed: readonly number[]): void {
    const { code, locals } = this.region;
    const speaks = locals.allocate('i32');
    code.i32Const(covered);
    for (const group of mixed) {
      code
        .i32Const(this.slotBits((_, index) => index === group))
        .i32Const(0)
        .get(this.tagLocals[group]!)
        .byte(OPCODE.select)
        .op(0x72);
    }
    code.set(speaks);
    code
      .i32Const(0)
      .memory(OPCODE.i32Load, 2, RECORD_ADDRESS + SPOKEN_OF)
      .get(speaks)
      .i32Const(-1)
      .op(0x73)
      .op(0x71);
    this.settleIf();
    this.store(code, RECORD_ADDRESS);
    code
      .i32Const(0)
      .get(speaks)
      .memory(OPCODE.i32Store, 2, RECORD_ADDRESS + SPOKEN_OF);
    locals.release(speaks);
  }

  /** Stores tags and operands for the engine, at an exit. */
  storeForExit(code: CodeWriter): void {
    if (this.region.input.groups.length > 0) this.store(code, EXIT_RECORD_ADDRESS);
  }

  /** Computes what the record in memory speaks of, if it does. */
  settleIfPending(): void {
    const { code } = this.region;
    code.i32Const(0).memory(OPCODE.i64Load, 3, RECORD_ADDRESS).op(0x50).op(0x45);
    this.settleIf();
  }

  /** Has the record in memory settled if the condition on the stack says so. */
  private settleIf(): void {
    this.region.code.byte(OPCODE.if).byte(0x40).i32Const(RECORD_ADDRESS).call(IMPORT_SETTLE).end();
  }

  /** A bit for each deferred slot of the groups chosen. */
  private slotBits(chosen: (group: readonly number[], index: number) => boolean): number {
    const { groups, slots } = this.region.input;
    let word = 0;
    for (const slot of groups.filter(chosen).flat()) word |= 1 << slots.deferredSlots.indexOf(slot);
    return word;
  }

  private storeSpokenOf(slots: number): void {
    this.region.code
      .i32Const(0)
      .i32Const(slots)
      .memory(OPCODE.i32Store, 2, RECORD_ADDRESS + SPOKEN_OF);
  }

  private store(code: CodeWriter, address: number): void {
    this.storeTags(code, 0, address);
    this.storeTags(code, 2, address + 4);
    this.operandLocals.forEach((locals, group) => {
      locals.forEach((local, operand) => {
        code
          .i32Const(0)
          .get(local)
          .memory(OPCODE.i32Store, 2, address + operandOffset(group, operand));
      });
    });
  }

  /** The word with the 16-bit tags of groups `first` and the next; 0 for groups the region does not have. */
  private storeTags(code: CodeWriter, first: number, address: number): void {
    code.i32Const(0);
    const [low, high] = [this.tagLocals[first], this.tagLocals[first + 1]];
    if (low === undefined) code.i32Const(0);
    else code.get(low);
    if (high !== undefined) code.get(high).i32Const(16).op(0x74).op(0x72);
    code.memory(OPCODE.i32Store, 2, address);
  }
}

function allBits(count: number): number {
  return (1 << count) - 1;
}
