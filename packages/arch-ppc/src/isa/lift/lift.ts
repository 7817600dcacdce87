import type { CodeReader, I32, LiftContext, LiftResult, Terminal } from '@kml/core';
import type { Decoder } from '../decode/decode.ts';
import { MODE_STEP } from '../state.ts';
import { Insn } from './insn.ts';

const OK: LiftResult = { kind: 'ok', length: 4 };

/** The instruction word at `pc`, or undefined where it cannot be fetched. */
export function fetchWord(code: CodeReader, pc: number): number | undefined {
  const first = code.byte(pc);
  if (first < 0) return undefined;
  return (first << 24) | (code.byte(pc + 1) << 16) | (code.byte(pc + 2) << 8) | code.byte(pc + 3);
}

/** Lifts instructions one at a time. `stepTo` is the number of the routine that raises the trace interrupt. */
export class Lifter {
  private readonly decoder: Decoder;
  private readonly stepTo: number;
  private readonly insn = new Insn();

  constructor(decoder: Decoder, stepTo: number) {
    this.decoder = decoder;
    this.stepTo = stepTo;
  }

  /** IsaBackend.lift. */
  lift(context: LiftContext, pc: number): LiftResult {
    const word = fetchWord(context.code, pc);
    if (word === undefined) return { kind: 'fetch', address: pc };
    const x = this.insn;
    x.begin(context, pc, word);
    const row = this.decoder.find(word);
    context.builder.beginInstruction(pc, row === undefined ? 1 : (context.costs[row.cost] ?? 1));
    if (row === undefined) x.illegal();
    else row.lift(x);
    if (x.mode & MODE_STEP) this.endStep(x);
    return OK;
  }

  /** Under MSR.SE the instruction ends its block, and the trace interrupt follows where the next one would. PEM, 6.4.11. */
  private endStep(x: Insn): void {
    const target = nextAddress(x, x.b.terminal);
    if (target !== undefined) {
      x.end({ kind: 'system', routine: this.stepTo, args: [target], next: x.next, faults: false });
    }
  }
}

/** Where a terminal goes; undefined for those that are interrupts or returns from them. */
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
