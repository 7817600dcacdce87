import type { KernelPort, SteadyCall } from '../engine/engine-types.ts';
import type { IrBlock } from '../ir/block.ts';
import { ANSWERED_ADDRESS, answerOffset, STATE_BASE } from '../memory/memory-map.ts';
import type { BlockCode, Statement } from './block-code.ts';
import { answerCost, minus, plus } from './clock-flow.ts';
import { OPCODE } from './encoder.ts';
import { askKernel } from './kernel-call-emitter.ts';
import type { RegionContext } from './region-context.ts';
import { deferredOut } from './slot-flow.ts';
import { members } from './slots.ts';

const [ADD, AND, EQZ] = [0x6a, 0x71, 0x45];

/** Has a block's kernel call answered where it stands, if it is a steady one, as an instruction that yields a value. */
export function markSteady(block: IrBlock, kernel: KernelPort): IrBlock {
  const { terminal } = block;
  if (terminal.kind !== 'kernelCall') return block;
  const steady = kernel.steadyCall?.(terminal.number);
  return steady === undefined ? block : { ...block, terminal: { ...terminal, steady } };
}

/**
 * The answer of the steady call that ends the block: the last one where it holds, and then nothing but the clock
 * changes. Else the kernel is asked, which is the rare way and given all state: what is dirty here stays so, for
 * its locals are loaded again with what memory has.
 */
export function emitSteadyAnswer(region: RegionContext, code: BlockCode, { result }: Statement): void {
  const { code: out, locals } = region;
  const { terminal } = code.block;
  if (terminal.kind !== 'kernelCall' || terminal.steady === undefined) throw new TypeError('no steady call');
  const { steady, number, next } = terminal;
  const answer = locals.allocate('i32');
  const here = region.save();
  const behind = plus(region.pending, answerCost(terminal));
  out.i32Const(0).memory(OPCODE.i32Load, 2, ANSWERED_ADDRESS);
  out
    .i32Const(1 << steady.index)
    .op(AND)
    .op(EQZ)
    .ifRarely();
  region.depth++;
  askForAnswer(region, code, number, next);
  // The clock has it all now, and is to hold as little as where the answer is given.
  region.charge(minus(region.pending, behind));
  region.depth--;
  out.i32Const(0).memory(OPCODE.i32Load, 2, STATE_BASE + steady.result.offset);
  out.set(answer).byte(OPCODE.else);
  region.restore(here);
  giveAnswer(region, steady);
  out.set(answer).end();
  region.pending = behind;
  if (!region.services.optimisations.mergedCharges) region.charge(behind);
  out.get(answer);
  region.values.yielded(result);
  locals.release(answer);
}

/** The kernel's own answer, then a look at the budget, which it may have changed; and what is wanted behind in its locals. */
function askForAnswer(region: RegionContext, code: BlockCode, number: number, next: number): void {
  const { index, input } = region;
  region.sync(deferredOut(code, input.flow.deferredIn[index]!, input.slots, false));
  askKernel(region, number, next);
  const live = members(input.flow.liveOut[index]!);
  region.records.here.forget();
  region.checkBudget(input.flow.longestPath[index]! - code.block.count, next);
  region.records.settleIfPending(live);
  for (const slot of live) region.loadSlot(slot);
}

/** The last answer, counted, on the stack. */
function giveAnswer({ code }: RegionContext, { index }: SteadyCall): void {
  const at = answerOffset(index);
  code
    .i32Const(0)
    .i32Const(0)
    .memory(OPCODE.i32Load, 2, at + 4);
  code
    .i32Const(1)
    .op(ADD)
    .memory(OPCODE.i32Store, 2, at + 4);
  code.i32Const(0).memory(OPCODE.i32Load, 2, at);
}
