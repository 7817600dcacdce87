import { operandOffset, SPOKEN_OF } from './control-words.ts';
import type { SettleShape } from './region-module.ts';
import { MAX_GROUPS } from './shapes.ts';

/** Computes deferred slots from a record in memory (control-words.ts) and empties it. */
export class RecordSettler {
  private readonly i32: Int32Array;
  private readonly byTag: SettleShape[] = [];

  constructor(i32: Int32Array) {
    this.i32 = i32;
  }

  add(tag: number, settle: SettleShape): void {
    this.byTag[tag] = settle;
  }

  clear(): void {
    this.byTag.length = 0;
  }

  settle(record: number): void {
    const { i32 } = this;
    i32[(record + SPOKEN_OF) >> 2] = 0;
    const low = i32[record >> 2]!;
    const high = i32[(record >> 2) + 1]!;
    if ((low | high) === 0) return;
    i32[record >> 2] = 0;
    i32[(record >> 2) + 1] = 0;
    for (let group = 0; group < MAX_GROUPS; group++) {
      const tag = ((group < 2 ? low : high) >>> ((group & 1) * 16)) & 0xffff;
      if (tag !== 0) this.byTag[tag]!(record + operandOffset(group, 0));
    }
  }
}
