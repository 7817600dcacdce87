import { EXIT_RECORD_ADDRESS, operandOffset, RECORD_ADDRESS } from './control-words.ts';
import { type CodeWriter, OPCODE } from './encoder.ts';
import { IMPORT_SETTLE } from './region-abi.ts';
import type { RegionContext } from './region-context.ts';
import type { Recipe } from './shapes.ts';
import { IN_MEMORY, MIXED, RECORDED, UNREACHED } from './slot-flow.ts';

/** Keeps the region's record of deferred slots in locals: the tags in one i64, the operands of each group. */
export class RecordEmitter {
  private readonly region: RegionContext;
  private readonly tagsLocal: number;
  /** By group: operand locals, as many as its largest recipe has. */
  private readonly operandLocals: number[][];

  constructor(region: RegionContext) {
    this.region = region;
    this.tagsLocal = region.locals.allocate('i64');
    this.operandLocals = region.input.operandCounts.map((count) =>
      Array.from({ length: count }, () => region.locals.allocate('i32')),
    );
  }

  /** Nothing is recorded: memory has the truth. */
  reset(): void {
    if (this.region.input.groups.length > 0) this.region.code.i64Const(0, 0).set(this.tagsLocal);
  }

  /** Notes a recipe; its operands' uses are announced. */
  note(group: number, recipe: Recipe): void {
    const { code, values, input } = this.region;
    const locals = this.operandLocals[group]!;
    recipe.operands.forEach((value, index) => {
      values.push(value);
      code.set(locals[index]!);
    });
    const { low, high } = field(group, recipe.shape.tag);
    if (input.groups.length > 1) {
      const mask = field(group, 0xffff);
      code.get(this.tagsLocal).i64Const(~mask.low, ~mask.high).op(0x83).i64Const(low, high).op(0x84);
    } else code.i64Const(low, high);
    code.set(this.tagsLocal);
  }

  /** Hands the record over to memory at a boundary where translated code goes on elsewhere. */
  handOver(states: Int8Array): void {
    const { code, input } = this.region;
    const groups = input.groups.map((group) => states[group[0]!]!);
    if (groups.every((state) => state === IN_MEMORY || state === UNREACHED)) return;
    const covered = input.groups.reduce(
      (sum, group, index) => sum + (groups[index] === RECORDED ? group.length : 0),
      0,
    );
    if (covered === input.slots.deferredSlots.length) {
      this.store(code, RECORD_ADDRESS);
      return;
    }
    const maybeNothing = groups.every((state) => state === IN_MEMORY || state === MIXED);
    if (maybeNothing) code.get(this.tagsLocal).op(0x50).op(0x45).byte(OPCODE.if).byte(0x40);
    // An older record in memory may speak of slots that this one does not.
    this.settleIfPending();
    this.store(code, RECORD_ADDRESS);
    if (maybeNothing) code.end();
  }

  /** Stores tags and operands for the engine, at an exit. */
  storeForExit(code: CodeWriter): void {
    if (this.region.input.groups.length > 0) this.store(code, EXIT_RECORD_ADDRESS);
  }

  /** Computes what the record in memory speaks of, if it does. */
  settleIfPending(): void {
    const { code } = this.region;
    code.i32Const(0).memory(OPCODE.i64Load, 3, RECORD_ADDRESS).op(0x50).op(0x45);
    code.byte(OPCODE.if).byte(0x40).i32Const(RECORD_ADDRESS).call(IMPORT_SETTLE).end();
  }

  private store(code: CodeWriter, address: number): void {
    code.i32Const(0).get(this.tagsLocal).memory(OPCODE.i64Store, 3, address);
    this.operandLocals.forEach((locals, group) => {
      locals.forEach((local, operand) => {
        code
          .i32Const(0)
          .get(local)
          .memory(OPCODE.i32Store, 2, address + operandOffset(group, operand));
      });
    });
  }
}

/** A 16-bit tag in its group's place of the i64. */
function field(group: number, tag: number): { low: number; high: number } {
  const shifted = tag << ((group & 1) * 16);
  return group < 2 ? { low: shifted, high: 0 } : { low: 0, high: shifted };
}
