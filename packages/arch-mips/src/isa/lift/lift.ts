import type { BlockBuilder, I32, LiftContext, LiftResult, Terminal } from '@kml/core';
import type { Decoder } from '../decode/decoder.ts';
import { reg } from '../state.ts';
import { ADEL, RI } from '../vectors.ts';
import { fetchWord } from './fetch.ts';
import { Insn } from './insn.ts';

const DELAY_TARGET = reg('delayTarget');

/** Lengths as the next pc wants them: 4; from a branch to its slot's odd pc; from there to behind it. */
const PLAIN: LiftResult = { kind: 'ok', length: 4 };
const TO_SLOT: LiftResult = { kind: 'ok', length: 5 };
const FROM_SLOT: LiftResult = { kind: 'ok', length: 3 };

/** The pc for a computed target: what is no multiple of 4 becomes the address error that fetching there is (see layout). */
export function targetPc(b: BlockBuilder, target: I32): I32 {
  const low = b.shl(b.and(target, b.const(1)), b.const(1));
  return b.and(b.or(target, low), b.const(~1));
}

/**
 * Lifts instructions one at a time. A branch goes on in the same block with its delay slot, as the
 * instruction at pc | 1, and the block ends behind that.
 */
export class Lifter {
  private readonly decoder: Decoder;
  private readonly insn: Insn;
  private readonly bigEndian: boolean;
  /** The branch whose slot comes next, and the block it is in. */
  private afterSlot: Terminal | undefined;
  private branchBlock: BlockBuilder | undefined;

  constructor(decoder: Decoder, bigEndian: boolean) {
    this.decoder = decoder;
    this.bigEndian = bigEndian;
    this.insn = new Insn(bigEndian);
  }

  /** IsaBackend.lift. */
  lift(context: LiftContext, pc: number): LiftResult {
    const b = context.builder;
    if (pc & 2) {
      b.beginInstruction(pc, 1);
      b.endWith({ kind: 'trap', vector: ADEL, error: b.get(DELAY_TARGET), completes: false });
      return PLAIN;
    }
    const word = fetchWord(context.code, pc & ~1, this.bigEndian);
    if (word === undefined) return { kind: 'fetch', address: pc & ~1 };
    this.lower(context, pc, word);
    if ((pc & 1) === 0) return this.insn.afterSlot && !b.terminal ? this.expectSlot(b) : PLAIN;
    if (b.terminal === undefined) this.endSlot(b);
    return FROM_SLOT;
  }

  private lower(context: LiftContext, pc: number, word: number): void {
    const x = this.insn;
    const row = this.decoder.find(word);
    context.builder.beginInstruction(pc, row === undefined ? 1 : (context.costs[row.cost] ?? 1));
    x.begin(context, pc, word, row!);
    // A branch in a delay slot is unpredictable: MIPS32 vol. II, 4.1.2.
    if (row === undefined || (x.inSlot && row.branch)) x.raise(RI);
    else row.lift(x);
  }

  private expectSlot(b: BlockBuilder): LiftResult {
    this.afterSlot = this.insn.afterSlot;
    this.branchBlock = b;
    return TO_SLOT;
  }

  /** Behind a delay slot: the branch's outcome, which is in `delayTarget` where the branch is not in the block. */
  private endSlot(b: BlockBuilder): void {
    if (this.branchBlock === b) b.endWith(this.afterSlot!);
    else b.endWith({ kind: 'jumpIndirect', target: targetPc(b, b.get(DELAY_TARGET)) });
    this.branchBlock = undefined;
  }
}
