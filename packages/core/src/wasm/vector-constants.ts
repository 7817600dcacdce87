import { type CodeWriter, CodeWriter as Writer } from './encoder.ts';
import type { LocalPool } from './locals.ts';

const V128_CONST = 0xfd0c;

/**
 * Vector constants of a region, each in a local from its start: V8 makes one anew, in four
 * instructions, wherever it is written out.
 */
export class VectorConstants {
  private readonly locals: LocalPool;
  private readonly byKey = new Map<string, number>();
  /** What sets the locals. */
  readonly prologue: CodeWriter = new Writer(64);

  constructor(locals: LocalPool) {
    this.locals = locals;
  }

  /** The local that holds the constant; -1 for one that is best written out (all zeros or ones: one instruction). */
  local(words: ArrayLike<number>): number {
    const first = words[0]!;
    if ((first === 0 || first === -1) && Array.prototype.every.call(words, (word) => word === first)) return -1;
    const key = Array.prototype.join.call(words);
    let local = this.byKey.get(key);
    if (local === undefined) {
      local = this.locals.fresh('v128');
      this.byKey.set(key, local);
      this.prologue.op(V128_CONST).words(words).set(local);
    }
    return local;
  }
}
