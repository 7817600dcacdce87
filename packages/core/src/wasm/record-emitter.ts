import { EXIT_RECORD_ADDRESS, EXIT_WORDS_ADDRESS, operandOffset, RECORD_ADDRESS, SPOKEN_OF } from './control-words.ts';
import type { Note } from './deferral.ts';
import { type CodeWriter, OPCODE, VOID } from './encoder.ts';
import { type NotedRecord, type RecordFlow, recordsIn } from './record-flow.ts';
import { CARRIED } from './record-names.ts';
import { IMPORT_SETTLE } from './region-abi.ts';
import type { RegionContext } from './region-context.ts';
import { MAX_OPERANDS } from './shapes.ts';
import { IN_MEMORY, MIXED, RECORDED, UNREACHED } from './slot-flow.ts';
import { addBit, type Bits, bits } from './slots.ts';

const EQUAL = 0x46;
/** A group's bits in `needs`: its word, then its operands. */
const NEED_BITS = 1 + MAX_OPERANDS;

/**
 * Emits what the region keeps of its records of deferred slots (record-flow.ts), by group: the word that says
 * which it is, where a place cannot tell, and the operands that are nowhere else; each in a local.
 */
export class RecordEmitter {
  private readonly region: RegionContext;
  private readonly flow: RecordFlow;
  /** By group: the local of the word, -1 if it is nowhere carried. */
  private readonly wordLocals: number[];
  /** By group: operand locals, as many as some record keeps. */
  private readonly operandLocals: number[][];
  /** Records that may be the newest here. */
  private current: Bits;
  private known: { readonly words: readonly number[]; readonly needs: number } | undefined;

  constructor(region: RegionContext) {
    const { groups, records: flow } = region.input;
    this.region = region;
    this.flow = flow;
    const ofGroup = groups.map((_, group) =>
      recordsIn(flow, flow.ofGroup[group]!, group).flatMap((record) => record ?? []),
    );
    this.wordLocals = ofGroup.map((records, group) =>
      flow.memoryCarried[group] || records.some(({ carried }) => carried) ? region.locals.allocate('i32') : -1,
    );
    this.operandLocals = ofGroup.map((records) => {
      const kept = records.map(({ places }) => places.findLastIndex(({ kind }) => kind === 'kept') + 1);
      return Array.from({ length: Math.max(0, ...kept) }, () => region.locals.allocate('i32'));
    });
    this.current = this.memory();
  }

  /** By group: the word of the record here, CARRIED if the exit must store it. */
  get words(): readonly number[] {
    return this.here.words;
  }

  /** What an exit here must store: a bit for each word and operand. */
  get needs(): number {
    return this.here.needs;
  }

  /** Records at a node's start. */
  enterNode(index: number): void {
    this.setCurrent(this.flow.reaching[index]!.slice());
  }

  /** Nothing is recorded: memory has the truth. */
  reset(): void {
    this.setCurrent(this.memory());
    this.wordLocals.forEach((local, group) => {
      if (this.flow.memoryCarried[group]) this.region.code.i32Const(0).set(local);
    });
  }

  /** Notes a recipe; the uses of the operands that it keeps are announced. */
  note(note: Note): void {
    const { code, values } = this.region;
    const { group } = note;
    const { number, places, word, carried } = this.flow.byNote.get(note)!;
    note.recipe.operands.forEach((value, operand) => {
      if (places[operand]!.kind !== 'kept') return;
      values.push(value);
      code.set(this.operandLocals[group]![operand]!);
    });
    if (carried) code.i32Const(word).set(this.wordLocals[group]!);
    const others = this.flow.ofGroup[group]!;
    const current = this.current.map((bits, i) => bits & ~others[i]!);
    addBit(current, number);
    this.setCurrent(current);
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
      mixed.forEach((group, index) => {
        code.get(this.wordLocals[group]!);
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
        .get(this.wordLocals[group]!)
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

  /** Stores for the engine what an exit needs of words and operands. */
  storeForExit(code: CodeWriter, needs: number): void {
    this.wordLocals.forEach((local, group) => {
      const bits = needs >>> (group * NEED_BITS);
      if (bits & 1)
        code
          .i32Const(0)
          .get(local)
          .memory(OPCODE.i32Store, 2, EXIT_WORDS_ADDRESS + 4 * group);
      this.operandLocals[group]!.forEach((operandLocal, operand) => {
        if ((bits >>> (1 + operand)) & 1) this.storeOperand(code, EXIT_RECORD_ADDRESS, group, operand, operandLocal);
      });
    });
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

  /** Stores the record here, whole. */
  private store(code: CodeWriter, address: number): void {
    this.storeTags(code, 0, address);
    this.storeTags(code, 2, address + 4);
    this.wordLocals.forEach((local, group) => {
      const records = this.distinctHere(group).filter((record) => record !== undefined && record.places.length > 0);
      if (records.every((record) => record!.places.every(({ kind }) => kind === 'kept'))) {
        const count = Math.max(0, ...records.map((record) => record!.places.length));
        for (let i = 0; i < count; i++) this.storeOperand(code, address, group, i, this.operandLocals[group]![i]!);
        return;
      }
      const told = this.onlyHere(group) === undefined;
      for (const record of records) {
        if (told) code.get(local).i32Const(record!.word).op(EQUAL).byte(OPCODE.if).byte(VOID);
        this.storeOperands(code, address, record!);
        if (told) code.end();
      }
    });
  }

  private storeOperands(code: CodeWriter, address: number, { note, places }: NotedRecord): void {
    const { group } = note;
    places.forEach((place, operand) => {
      if (place.kind === 'constant') {
        code
          .i32Const(0)
          .i32Const(place.value)
          .memory(OPCODE.i32Store, 2, address + operandOffset(group, operand));
      } else {
        const local = place.kind === 'slot' ? this.region.slotLocal(place.slot) : this.operandLocals[group]![operand]!;
        this.storeOperand(code, address, group, operand, local);
      }
    });
  }

  private storeOperand(code: CodeWriter, address: number, group: number, operand: number, local: number): void {
    code
      .i32Const(0)
      .get(local)
      .memory(OPCODE.i32Store, 2, address + operandOffset(group, operand));
  }

  /** The word with the 16-bit tags of groups `first` and the next; 0 for groups the region does not have. */
  private storeTags(code: CodeWriter, first: number, address: number): void {
    const groups = [first, first + 1].filter((group) => group < this.wordLocals.length);
    let known = 0;
    const unknown: number[] = [];
    for (const group of groups) {
      const only = this.onlyHere(group);
      if (only === undefined) unknown.push(group);
      else known |= ((only.record?.word ?? 0) & 0xffff) << (group === first ? 0 : 16);
    }
    code.i32Const(0);
    if (known !== 0 || unknown.length === 0) code.i32Const(known);
    unknown.forEach((group, index) => {
      code.get(this.wordLocals[group]!);
      if (group === first) code.i32Const(0xffff).op(0x71);
      else code.i32Const(16).op(0x74);
      if (index > 0 || known !== 0) code.op(0x72);
    });
    code.memory(OPCODE.i32Store, 2, address);
  }

  private get here(): { readonly words: readonly number[]; readonly needs: number } {
    this.known ??= this.lookHere();
    return this.known;
  }

  private lookHere() {
    let needs = 0;
    const words = this.wordLocals.map((_, group) => {
      const only = this.onlyHere(group);
      const shift = group * NEED_BITS;
      for (const record of this.distinctHere(group)) {
        record?.places.forEach(({ kind }, operand) => {
          if (kind === 'kept') needs |= 1 << (shift + 1 + operand);
        });
      }
      if (only === undefined) needs |= 1 << shift;
      return only === undefined ? CARRIED : (only.record?.word ?? 0);
    });
    return { words, needs };
  }

  /** The record of a group that is the newest here for sure (undefined within: memory has the truth). */
  private onlyHere(group: number): { readonly record: NotedRecord | undefined } | undefined {
    const records = this.distinctHere(group);
    return records.length === 1 && this.flow.named ? { record: records[0] } : undefined;
  }

  /** Records of a group that may be the newest here, of each word one. */
  private distinctHere(group: number): (NotedRecord | undefined)[] {
    const records = recordsIn(this.flow, this.current, group);
    return [...new Map(records.map((record) => [record?.word ?? 0, record])).values()];
  }

  private memory(): Bits {
    const set = bits(this.flow.records.length);
    this.flow.ofGroup.forEach((_, group) => {
      addBit(set, group);
    });
    return set;
  }

  private setCurrent(set: Bits): void {
    this.current = set;
    this.known = undefined;
  }
}

function allBits(count: number): number {
  return (1 << count) - 1;
}
