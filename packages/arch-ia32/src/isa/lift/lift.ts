import type { CycleCosts, I32, LiftContext, LiftResult, Terminal } from '@kml/core';
import { type Decoder, MAX_INSTRUCTION_BYTES } from '../decode/decode.ts';
import { MODE_CODE_SEGMENTED, MODE_FP_ONCE, MODE_STEP } from '../state.ts';
import { GP, UD } from '../vectors.ts';
import { Insn } from './insn.ts';
import { checkCodeLimit } from './segment.ts';

const OK_LENGTHS: readonly LiftResult[] = Array.from({ length: MAX_INSTRUCTION_BYTES + 1 }, (_, length) => ({
  kind: 'ok',
  length,
}));

/** Lifts instructions one at a time. `stepTo` is the number of the routine that raises #DB behind a single-stepped instruction, `endOnce` of that behind one done exactly. */
export class Lifter {
  private readonly decoder: Decoder;
  private readonly stepTo: number;
  private readonly endOnce: number;
  private readonly insn = new Insn();

  constructor(decoder: Decoder, stepTo: number, endOnce: number) {
    this.decoder = decoder;
    this.stepTo = stepTo;
    this.endOnce = endOnce;
  }

  /** IsaBackend.lift. */
  lift(context: LiftContext, pc: number): LiftResult {
    const x = this.insn;
    x.context = context;
    x.b = context.builder;
    const status = this.decoder.decode(x, context.code, pc, context.mode);
    if (status === 'fetch') return { kind: 'fetch', address: this.decoder.fetchFault };
    x.begin();
    if (status !== 'ok') {
      x.b.beginInstruction(pc, 1);
      x.raise(status === 'long' ? GP : UD);
      // At least 1, so that a block never is empty.
      return OK_LENGTHS[Math.max(1, x.length)]!;
    }
    x.b.beginInstruction(pc, staticCost(context.costs, x));
    if (x.mode & MODE_CODE_SEGMENTED) checkCodeLimit(x);
    x.row.lift(x);
    if (x.mode & MODE_STEP) this.endBehind(x, this.stepTo);
    else if (x.mode & MODE_FP_ONCE) this.endBehind(x, this.endOnce);
    return OK_LENGTHS[x.length]!;
  }

  /** The instruction ends its block, and a routine follows: under EFLAGS.TF #DB, under MODE_FP_ONCE that mode's end. */
  private endBehind(x: Insn, routine: number): void {
    const target = nextAddress(x, x.b.terminal);
    if (target !== undefined) {
      x.b.endWith({ kind: 'system', routine, args: [target], next: x.next, faults: false });
    }
  }
}

/** Where a terminal goes; undefined for those whose own end deals with single steps. */
function nextAddress(x: Insn, terminal: Terminal | undefined): I32 | undefined {
  if (terminal === undefined) return x.const(x.next);
  switch (terminal.kind) {
    case 'jump':
    case 'call':
      return x.const(terminal.target);
    case 'branch':
      return x.b.select(x.const(terminal.taken), x.const(terminal.next), terminal.cond);
    case 'callIndirect':
    case 'return':
    case 'jumpIndirect':
      return terminal.target;
    default:
      return undefined;
  }
}

/** Cycles of the instruction under the CPU model: its class, and what its memory operand adds. */
function staticCost(costs: CycleCosts, x: Insn): number {
  const base = costs[x.row.cost] ?? 1;
  return x.mod !== 3 && x.row.cost !== 'lea' ? base + (costs.memoryOperand ?? 0) : base;
}
