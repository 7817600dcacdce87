import { type NotedRecord, type RecordFlow, recordsIn } from './record-flow.ts';
import type { Group } from './record-groups.ts';
import { CARRIED, type ExitRecords } from './record-names.ts';
import { MAX_OPERANDS } from './shapes.ts';
import { addBit, type Bits, bits } from './slots.ts';

/** A group's bits in `needs`: its word, then its operands. */
export const NEED_BITS = 1 + MAX_OPERANDS;

/** Which records (record-flow.ts) may be the newest at the place that code is emitted for, and what an exit there has of them. */
export class RecordsHere {
  private readonly flow: RecordFlow;
  private readonly groups: readonly Group[];
  private readonly homes: readonly number[];
  private reaching: Bits;
  private known: { readonly records: ExitRecords; readonly needs: number } | undefined;

  constructor(flow: RecordFlow, groups: readonly Group[]) {
    this.flow = flow;
    this.groups = groups;
    this.homes = groups.map(({ home }) => home);
    this.reaching = this.memory();
  }

  /** Numbers of the records. */
  get current(): Bits {
    return this.reaching;
  }

  set current(set: Bits) {
    this.reaching = set;
    this.known = undefined;
  }

  /** What the exit's side table says of the records. */
  get atExit(): ExitRecords {
    return this.look().records;
  }

  /** What an exit must store: a bit for each word and operand. */
  get needs(): number {
    return this.look().needs;
  }

  /** Memory has the truth. */
  forget(): void {
    this.current = this.memory();
  }

  /** Record `number` is the newest of its group from here on. */
  note(group: number, number: number): void {
    const others = this.flow.ofGroup[group]!;
    const reaching = this.reaching.map((bits, i) => bits & ~others[i]!);
    addBit(reaching, number);
    this.current = reaching;
  }

  /** The record of a group that is the newest for sure (undefined within: memory has the truth). */
  only(group: Group): { readonly record: NotedRecord | undefined } | undefined {
    const records = this.distinct(group);
    return records.length === 1 && this.flow.named ? { record: records[0] } : undefined;
  }

  /** Records of a group that may be the newest, of each word one. */
  distinct({ index }: Group): (NotedRecord | undefined)[] {
    const records = recordsIn(this.flow, this.reaching, index);
    return [...new Map(records.map((record) => [record?.word ?? 0, record])).values()];
  }

  private look(): { readonly records: ExitRecords; readonly needs: number } {
    this.known ??= this.lookAfresh();
    return this.known;
  }

  private lookAfresh(): { readonly records: ExitRecords; readonly needs: number } {
    let needs = 0;
    const words = this.groups.map((group) => {
      const only = this.only(group);
      const shift = group.index * NEED_BITS;
      for (const record of this.distinct(group)) {
        record?.places.forEach(({ kind }, operand) => {
          if (kind === 'kept') needs |= 1 << (shift + 1 + operand);
        });
      }
      if (only === undefined) needs |= 1 << shift;
      return only === undefined ? CARRIED : (only.record?.word ?? 0);
    });
    return { records: { words, homes: this.homes }, needs };
  }

  private memory(): Bits {
    const set = bits(this.flow.records.length);
    for (const { index } of this.groups) addBit(set, index);
    return set;
  }
}
