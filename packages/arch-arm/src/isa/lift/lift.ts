import type { BlockBuilder, LiftContext, LiftResult } from '@kml/core';
import type { Decoder } from '../decode/decode.ts';
import { advanceIt } from '../decode/it.ts';
import { writesPcWrongly } from '../decode/pc-rule.ts';
import { MODE_IT, MODE_IT_SHIFT } from '../state.ts';
import { ALIGNMENT_FETCH } from '../vectors.ts';
import { Insn } from './insn.ts';

const OK_LENGTHS: readonly LiftResult[] = Array.from({ length: 5 }, (_, length) => ({ kind: 'ok', length }));

/** Lifts instructions one at a time; keeps ITSTATE between those of a block. */
export class Lifter {
  private readonly decoder: Decoder;
  private readonly insn = new Insn();
  private builder: BlockBuilder | undefined;
  /** ITSTATE of the block's next instruction. */
  private it = 0;

  constructor(decoder: Decoder) {
    this.decoder = decoder;
  }

  /** IsaBackend.lift. */
  lift(context: LiftContext, pc: number): LiftResult {
    const x = this.insn;
    const { builder } = context;
    if (this.builder !== builder) {
      this.builder = builder;
      this.it = (context.mode & MODE_IT) >> MODE_IT_SHIFT;
    }
    x.context = context;
    x.b = builder;
    const status = this.decoder.decode(x, context.code, pc, this.it);
    if (status === 'fetch') {
      // The lift stops before this instruction, and may start again with the same builder's mode.
      return { kind: 'fetch', address: this.decoder.fetchFault };
    }
    x.mode = withIt(context.mode, this.it);
    builder.beginInstruction(pc, status === 'ok' ? (context.costs[x.row.cost] ?? 1) : 1, x.mode);
    this.it = advanceIt(this.it);
    const misaligned = (pc & 3) === 2;
    const conditional = x.cond < 14 && !misaligned && !(status === 'ok' && x.row.unconditional);
    x.guard = conditional ? x.flags.condition(x.cond) : undefined;
    if (misaligned) x.raise(ALIGNMENT_FETCH);
    else if (status === 'ok' && !writesPcWrongly(x, x.pcRule)) x.row.lift(x);
    else x.undefined();
    if (x.itAfter !== undefined) this.it = x.itAfter;
    x.itAfter = undefined;
    builder.endMode = withIt(context.mode, this.it);
    return OK_LENGTHS[x.length]!;
  }
}

function withIt(mode: number, it: number): number {
  return (mode & ~MODE_IT) | (it << MODE_IT_SHIFT);
}
