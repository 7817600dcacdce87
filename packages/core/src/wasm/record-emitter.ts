import {
  EXIT_RECORD_ADDRESS,
  EXIT_WORDS_ADDRESS,
  MAX_HOMES,
  operandOffset,
  RECORD_ADDRESS,
  tagOffset,
} from './control-words.ts';
import type { Note } from './deferral.ts';
import { type CodeWriter, OPCODE, VOID } from './encoder.ts';
import type { NotedRecord, RecordFlow } from './record-flow.ts';
import { type Group, homesOf, keptLocals, slotsOf } from './record-groups.ts';
import type { OperandPlace } from './record-names.ts';
import { NEED_BITS, RecordsHere } from './records-here.ts';
import { IMPORT_SETTLE } from './region-abi.ts';
import type { RegionContext } from './region-context.ts';
import { emitShape } from './shape-function.ts';
import type { Shape } from './shapes.ts';
import { MIXED, RECORDED } from './slot-flow.ts';

/** A group and its newest record. */
interface Known {
  readonly group: Group;
  readonly record: NotedRecord;
}

const [EQUAL, AND, OR] = [0x46, 0x71, 0x72];
/** An operand, shifted and masked. */
const CHEAP_NODES = 5;
/**
 * Emits what the region keeps of its records of deferred slots (record-flow.ts), by group: the word that says
 * which it is, where a place cannot tell, and the operands that are nowhere else; each in a local.
 */
export class RecordEmitter {
  private readonly region: RegionContext;
  private readonly flow: RecordFlow;
  private readonly groups: readonly Group[];
  /** The groups by family. What memory has of one family does not concern the others. */
  private readonly families: readonly (readonly Group[])[];
  /** Deferred slots that the region treats as ordinary ones: no record in memory may speak of them. */
  private readonly ordinary: number;
  /** Which records may be the newest where code is emitted now. */
  readonly here: RecordsHere;

  constructor(region: RegionContext) {
    const { slots, groups, records: flow } = region.input;
    this.region = region;
    this.flow = flow;
    this.groups = groups.map((members, index) => ({
      index,
      ...keptLocals(region, flow, index),
      home: 31 - Math.clz32(slots.deferredBit[members[0]!]!),
      slots: members.reduce((word, slot) => word | slots.deferredBit[slot]!, 0),
      family: slots.familyBits[members[0]!]!,
      slot: members[0]!,
    }));
    const families = [...new Set(this.groups.map(({ family }) => family))];
    this.families = families.map((bits) => this.groups.filter(({ family }) => family === bits));
    this.ordinary = slots.deferredBit.reduce((word, bit, slot) => (slots.deferred[slot] ? word : word | bit), 0);
    this.here = new RecordsHere(flow, this.groups);
  }

  /** Records at a node's start. */
  enterNode(index: number): void {
    this.here.current = this.flow.reaching[index]!;
  }

  /** Nothing is recorded: memory has the truth. */
  reset(): void {
    this.here.forget();
    for (const { index, word } of this.groups) {
      if (this.flow.memoryCarried[index]) this.region.code.i32Const(0).set(word);
    }
  }

  /** Notes a recipe; the uses of the operands that it keeps are announced. */
  note(note: Note): void {
    const { code, values } = this.region;
    const group = this.groups[note.group]!;
    const { number, places, word, carried } = this.flow.byNote.get(note)!;
    note.recipe.operands.forEach((value, operand) => {
      if (places[operand]!.kind !== 'kept') return;
      values.push(value);
      code.set(group.operands[operand]!);
    });
    if (carried) code.i32Const(word).set(group.word);
    this.here.note(note.group, number);
  }

  /**
   * Hands the records over to memory at a boundary where translated code goes on elsewhere. What costs no more
   * than its record (a field taken out of a word) is computed.
   */
  handOver(states: Int8Array): void {
    this.giveBack(states, isCheap);
  }

  /**
   * Computes what is recorded here and what the record in memory speaks of: for the host, who is to see all slots. What
   * the region knows it computes itself, and what of that family is older in memory nobody will.
   */
  settle(states: Int8Array, slots: readonly number[]): void {
    const known = this.giveBack(states, () => true, true);
    this.settleIfPending(slots);
    for (const { group, record } of known) this.compute(group, record);
  }

  private handOverFamily(family: readonly Group[], states: Int8Array): void {
    const sure = family.filter(({ slot }) => states[slot] === RECORDED);
    const mixed = family.filter(({ slot }) => states[slot] === MIXED);
    if (mixed.length === 0) this.handOverSure(sure);
    else if (sure.length > 0) this.handOverMixed(sure, mixed);
    else this.handOverPerhaps(mixed);
  }

  /**
   * Hands over each family, or where all its records are known and `inLine` computes their slots (`later`: leaves that to
   * the caller, who gets them).
   */
  private giveBack(states: Int8Array, inLine: (shape: Shape) => boolean, later = false): Known[] {
    const all: Known[] = [];
    let families = 0;
    for (const family of this.families) {
      const known = this.knownHere(family, states);
      if (known?.length === 0) continue;
      if (known === undefined || !known.every(({ record }) => inLine(record.note.recipe.shape))) {
        this.handOverFamily(family, states);
        continue;
      }
      this.settleOthers(known.map(({ group }) => group));
      families |= family[0]!.family;
      all.push(...known);
    }
    this.dropOlder(families);
    if (!later) for (const { group, record } of all) this.compute(group, record);
    return all;
  }

  /** The record in memory does not speak of these families any more. */
  private dropOlder(families: number): void {
    if (families === 0) return;
    const { code } = this.region;
    code.i32Const(0);
    this.loadWord(code, RECORD_ADDRESS)
      .i32Const(~(families | (families << MAX_HOMES)))
      .op(AND)
      .memory(OPCODE.i32Store, 2, RECORD_ADDRESS);
  }

  /** The newest records of a family's groups here; undefined where it depends on the way here which they are. */
  private knownHere(family: readonly Group[], states: Int8Array): Known[] | undefined {
    const known: Known[] = [];
    for (const group of family) {
      const state = states[group.slot];
      if (state !== RECORDED && state !== MIXED) continue;
      const record = state === RECORDED ? this.here.only(group)?.record : undefined;
      if (record === undefined) return undefined;
      known.push({ group, record });
    }
    return known;
  }

  private compute(group: Group, { places, note }: NotedRecord): void {
    const { code, locals, input } = this.region;
    const { shape } = note.recipe;
    const nodes = shape.nodes.map(() => locals.allocate('i32'));
    emitShape(code, shape, input.slots, nodes, (operand) => this.pushOperand(group, places, operand));
    for (const local of nodes) locals.release(local);
  }

  /** Hands over groups of one family where it depends on the way here whether there are any: their words say so. */
  private handOverPerhaps(mixed: readonly Group[]): void {
    const { code } = this.region;
    mixed.forEach(({ word }, index) => {
      code.get(word);
      if (index > 0) code.op(OR);
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
    const speaks = slotsOf(groups);
    this.settleOthers(groups);
    this.storeWord(groups[0]!.family, groups, (code) => code.i32Const(speaks));
    for (const group of groups) this.store(group);
  }

  /** Has an older record in memory settled if it speaks of other slots of these groups' family. */
  private settleOthers(groups: readonly Group[]): void {
    const others = groups[0]!.family & ~slotsOf(groups);
    if (others === 0) return;
    this.loadWord(this.region.code, RECORD_ADDRESS).i32Const(others).op(AND);
    this.settleIf();
  }

  /** The same where it depends on the way here whether groups `mixed` are recorded. */
  private handOverMixed(sure: readonly Group[], mixed: readonly Group[]): void {
    const { code, locals } = this.region;
    const { family } = mixed[0]!;
    const speaks = locals.allocate('i32');
    code.i32Const(slotsOf(sure));
    for (const { word, slots } of mixed) code.i32Const(slots).i32Const(0).get(word).byte(OPCODE.select).op(OR);
    code.tee(speaks).i32Const(-1).op(0x73).i32Const(family).op(0x71);
    this.loadWord(code, RECORD_ADDRESS).op(0x71);
    this.settleIf();
    const groups = [...sure, ...mixed];
    this.storeWord(family, groups, (writer) => writer.get(speaks));
    for (const group of groups) this.store(group);
    locals.release(speaks);
  }

  /** Stores for the engine what an exit needs of words and operands. */
  storeForExit(code: CodeWriter, needs: number): void {
    for (const { index, word, operands, home } of this.groups) {
      const bits = needs >>> (index * NEED_BITS);
      if (bits & 1)
        code
          .i32Const(0)
          .get(word)
          .memory(OPCODE.i32Store, 2, EXIT_WORDS_ADDRESS + 4 * index);
      operands.forEach((local, operand) => {
        if ((bits >>> (1 + operand)) & 1)
          code
            .i32Const(0)
            .get(local)
            .memory(OPCODE.i32Store, 2, EXIT_RECORD_ADDRESS + operandOffset(home, operand));
      });
    }
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

  /** Stores a group's record in memory, whole. */
  private store(group: Group): void {
    const { code } = this.region;
    const only = this.here.only(group);
    code.i32Const(0);
    if (only === undefined) code.get(group.word).i32Const(0xffff).op(AND);
    else code.i32Const((only.record?.word ?? 0) & 0xffff);
    code.memory(OPCODE.i32Store, 2, RECORD_ADDRESS + tagOffset(group.home));
    const records = this.here.distinct(group).flatMap((record) => (record?.places.length ? record : []));
    const largest = records.reduce(
      (most, record) => (record.places.length > most.places.length ? record : most),
      records[0]!,
    );
    if (records.every(({ places }) => places.every(({ kind }) => kind === 'kept'))) {
      if (largest !== undefined) this.storeOperands(group, largest);
      return;
    }
    for (const record of records) {
      if (only === undefined) code.get(group.word).i32Const(record.word).op(EQUAL).byte(OPCODE.if).byte(VOID);
      this.storeOperands(group, record);
      if (only === undefined) code.end();
    }
  }

  private storeOperands(group: Group, { places }: NotedRecord): void {
    const { code } = this.region;
    places.forEach((_, operand) => {
      code.i32Const(0);
      this.pushOperand(group, places, operand);
      code.memory(OPCODE.i32Store, 2, RECORD_ADDRESS + operandOffset(group.home, operand));
    });
  }

  private pushOperand(group: Group, places: readonly OperandPlace[], operand: number): void {
    const { code } = this.region;
    const place = places[operand]!;
    if (place.kind === 'constant') code.i32Const(place.value);
    else code.get(place.kind === 'slot' ? this.region.slotLocal(place.slot) : group.operands[operand]!);
  }
}

/** Whether a shape's slots are computed as soon as its record is stored. */
function isCheap({ nodes, outputs, operandCount }: Shape): boolean {
  return outputs.length <= operandCount && nodes.length <= CHEAP_NODES;
}
