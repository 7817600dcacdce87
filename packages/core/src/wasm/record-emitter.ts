import { EXIT_RECORD_ADDRESS, MAX_HOMES, operandOffset, RECORD_ADDRESS, tagOffset } from './control-words.ts';
import { type CodeWriter, OPCODE, VOID } from './encoder.ts';
import { IMPORT_SETTLE } from './region-abi.ts';
import type { RegionContext } from './region-context.ts';
import type { Recipe } from './shapes.ts';
import { MIXED, RECORDED } from './slot-flow.ts';

/** A group of slots with one recipe: how the region keeps it, and where a record in memory has it. */
interface Group {
  readonly tag: number;
  /** Locals, as many as its largest recipe has operands. */
  readonly operands: readonly number[];
  readonly home: number;
  /** Bits of its slots, and of all its family's. */
  readonly slots: number;
  readonly family: number;
  /** Slot that its state is read by. */
  readonly slot: number;
}

/** Keeps the region's record of deferred slots in locals: each group's tag, and its operands. */
export class RecordEmitter {
  private readonly region: RegionContext;
  private readonly groups: readonly Group[];
  /** The groups by family. What memory has of one family does not concern the others. */
  private readonly families: readonly (readonly Group[])[];
  /** Deferred slots that the region treats as ordinary ones: no record in memory may speak of them. */
  private readonly ordinary: number;

  constructor(region: RegionContext) {
    this.region = region;
    const { slots, groups, operandCounts } = region.input;
    this.groups = groups.map((members, index) => ({
      tag: region.locals.allocate('i32'),
      operands: Array.from({ length: operandCounts[index]! }, () => region.locals.allocate('i32')),
      home: 31 - Math.clz32(slots.deferredBit[members[0]!]!),
      slots: members.reduce((word, slot) => word | slots.deferredBit[slot]!, 0),
      family: slots.familyBits[members[0]!]!,
      slot: members[0]!,
    }));
    const families = [...new Set(this.groups.map(({ family }) => family))];
    this.families = families.map((bits) => this.groups.filter(({ family }) => family === bits));
    this.ordinary = slots.deferredBit.reduce((word, bit, slot) => (slots.deferred[slot] ? word : word | bit), 0);
  }

  /** Nothing is recorded: memory has the truth. */
  reset(): void {
    for (const { tag } of this.groups) this.region.code.i32Const(0).set(tag);
  }

  /** Notes a recipe; its operands' uses are announced. */
  note(group: number, recipe: Recipe): void {
    const { code, values } = this.region;
    const { tag, operands } = this.groups[group]!;
    recipe.operands.forEach((value, index) => {
      values.push(value);
      code.set(operands[index]!);
    });
    code.i32Const(recipe.shape.tag).set(tag);
  }

  /** Hands the record over to memory at a boundary where translated code goes on elsewhere. */
  handOver(states: Int8Array): void {
    for (const family of this.families) {
      const sure = family.filter(({ slot }) => states[slot] === RECORDED);
      const mixed = family.filter(({ slot }) => states[slot] === MIXED);
      if (mixed.length === 0) this.handOverSure(sure);
      else if (sure.length > 0) this.handOverMixed(sure, mixed);
      else this.handOverPerhaps(mixed);
    }
  }

  /** Hands over groups of one family where it depends on the way here whether there are any: their tags say so. */
  private handOverPerhaps(mixed: readonly Group[]): void {
    const { code } = this.region;
    mixed.forEach(({ tag }, index) => {
      code.get(tag);
      if (index > 0) code.op(0x72);
    });
    code.byte(OPCODE.if).byte(VOID);
    // If there is but one group to be recorded, it is.
    if (mixed.length === 1) this.handOverSure(mixed);
    else this.handOverMixed([], mixed);
    code.end();
  }

  /** Hands over groups of one family. An older record in memory may speak of other slots of it. */
  private handOverSure(groups: readonly Group[]): void {
    if (groups.length === 0) return;
    const { family } = groups[0]!;
    const speaks = slotsOf(groups);
    if (family !== speaks) {
      this.loadWord(this.region.code, RECORD_ADDRESS)
        .i32Const(family & ~speaks)
        .op(0x71);
      this.settleIf();
    }
    this.storeWord(family, groups, (code) => code.i32Const(speaks));
    this.store(this.region.code, RECORD_ADDRESS, groups);
  }

  /** The same where it depends on the way here whether groups `mixed` are recorded. */
  private handOverMixed(sure: readonly Group[], mixed: readonly Group[]): void {
    const { code, locals } = this.region;
    const { family } = mixed[0]!;
    const speaks = locals.allocate('i32');
    code.i32Const(slotsOf(sure));
    for (const { tag, slots } of mixed) code.i32Const(slots).i32Const(0).get(tag).byte(OPCODE.select).op(0x72);
    code.tee(speaks).i32Const(-1).op(0x73).i32Const(family).op(0x71);
    this.loadWord(code, RECORD_ADDRESS).op(0x71);
    this.settleIf();
    const groups = [...sure, ...mixed];
    this.storeWord(family, groups, (writer) => writer.get(speaks));
    this.store(code, RECORD_ADDRESS, groups);
    locals.release(speaks);
  }

  /** Stores tags and operands for the engine, at an exit. */
  storeForExit(code: CodeWriter): void {
    const { groups } = this;
    if (groups.length === 0) return;
    code
      .i32Const(0)
      .i32Const(homesOf(groups) | slotsOf(groups))
      .memory(OPCODE.i32Store, 2, EXIT_RECORD_ADDRESS);
    this.store(code, EXIT_RECORD_ADDRESS, groups);
  }

  /** Computes what the record in memory speaks of, if these slots are among it, or one that the region treats as ordinary. */
  settleIfPending(slots: readonly number[]): void {
    const { code, input } = this.region;
    const bits = slots.reduce((word, slot) => word | input.slots.deferredBit[slot]!, this.ordinary);
    if (bits === 0) return;
    this.loadWord(code, RECORD_ADDRESS).i32Const(bits).op(0x71);
    this.settleIf();
  }

  /** Has the record in memory settled if the condition on the stack says so. */
  private settleIf(): void {
    this.region.code.ifRarely().i32Const(RECORD_ADDRESS).call(IMPORT_SETTLE).end();
  }

  private loadWord(code: CodeWriter, record: number): CodeWriter {
    return code.i32Const(0).memory(OPCODE.i32Load, 2, record);
  }

  /** The record's word: of the family these groups, which speak of the slots that `speaks` pushes. */
  private storeWord(family: number, groups: readonly Group[], speaks: (code: CodeWriter) => void): void {
    const { code, input } = this.region;
    const whole = input.slots.deferredBit.reduce((word, bit) => word | bit, 0);
    code.i32Const(0);
    speaks(code);
    code.i32Const(homesOf(groups)).op(0x72);
    if (family !== whole) {
      const others = whole & ~family;
      this.loadWord(code, RECORD_ADDRESS)
        .i32Const(others | (others << MAX_HOMES))
        .op(0x71)
        .op(0x72);
    }
    code.memory(OPCODE.i32Store, 2, RECORD_ADDRESS);
  }

  private store(code: CodeWriter, record: number, groups: readonly Group[]): void {
    for (const { tag, operands, home } of groups) {
      code
        .i32Const(0)
        .get(tag)
        .memory(OPCODE.i32Store, 2, record + tagOffset(home));
      operands.forEach((local, operand) => {
        code
          .i32Const(0)
          .get(local)
          .memory(OPCODE.i32Store, 2, record + operandOffset(home, operand));
      });
    }
  }
}

function slotsOf(groups: readonly Group[]): number {
  return groups.reduce((word, { slots }) => word | slots, 0);
}

function homesOf(groups: readonly Group[]): number {
  return groups.reduce((word, { home }) => word | (1 << (home + MAX_HOMES)), 0);
}
