import type { SteadyCall } from '../engine/engine-types.ts';
import { ANSWERED_ADDRESS, answerOffset, SITE_ADDRESS, STATE_BASE } from '../memory/memory-map.ts';
import type { BlockCode } from './block-code.ts';
import { finishBlock } from './block-emitter.ts';
import { emitReturn, loadClock, storeClock } from './clock-emitter.ts';
import { NO_CHARGE, plus } from './clock-flow.ts';
import { LEAVE, SITE_EXACT } from './control-words.ts';
import { OPCODE } from './encoder.ts';
import { goOn, handOver } from './hand-over.ts';
import { IMPORT_KERNEL_CALL } from './region-abi.ts';
import type { RegionContext } from './region-context.ts';
import { type Bits, hasBit, members } from './slots.ts';

const [ADD, AND, EQZ] = [0x6a, 0x71, 0x45];

/** Kernel call `number` at the end of node `index`, with `next` behind it. */
export function emitKernelCall(
  region: RegionContext,
  index: number,
  block: BlockCode,
  number: number,
  next: number,
): void {
  const steady = region.services.steadyCall(number);
  if (steady !== undefined) {
    emitSteadyCall(region, index, block, steady, number, next);
    return;
  }
  handOver(region, index, block, true);
  finishBlock(region);
  askKernel(region, number, next);
  goOn(region, index, next);
}

/** Calls the kernel, and returns if all translations are to leave. State is in memory. */
function askKernel(region: RegionContext, number: number, next: number): void {
  const { code } = region;
  const pc = region.services.pcOffset;
  code
    .i32Const(0)
    .i32Const(next)
    .memory(OPCODE.i32Store, 2, STATE_BASE + pc);
  storeClock(region);
  code.i32Const(number).call(IMPORT_KERNEL_CALL);
  loadClock(region);
  code.ifRarely();
  code.i32Const(0).i32Const(SITE_EXACT).memory(OPCODE.i32Store, 2, SITE_ADDRESS).i32Const(LEAVE);
  emitReturn(region);
  code.end();
}

/**
 * A call whose last answer, where it is known, is the answer. The state is given back as at a call of translated code:
 * it is the rare way, by the kernel, that has deferred slots computed. What was in locals need not be loaded.
 */
function emitSteadyCall(
  region: RegionContext,
  index: number,
  block: BlockCode,
  steady: SteadyCall,
  number: number,
  next: number,
): void {
  const { code } = region;
  const node = region.node(index).succs[0]!;
  const held = region.dirty.slice();
  const { pending } = region;
  handOver(region, index, block);
  finishBlock(region);
  code.i32Const(0).memory(OPCODE.i32Load, 2, ANSWERED_ADDRESS);
  code
    .i32Const(1 << steady.index)
    .op(AND)
    .op(EQZ)
    .ifRarely();
  const before = region.save();
  askKernel(region, number, next);
  region.reload(node);
  code.byte(OPCODE.else);
  region.restore(before);
  region.charge(plus(pending, { instructions: 0, cycles: steady.work }));
  answer(region, node, steady, held);
  code.end();
  region.pending = NO_CHARGE;
  if (!region.input.graph.isLoop[node]) region.checkBudget(region.input.flow.longestPath[node]!, next);
}

/** The answer, counted, and what of the state `node` wants that is not in its local already (`held`). */
function answer(region: RegionContext, node: number, { index, result }: SteadyCall, held: Bits): void {
  const { code, input } = region;
  const at = answerOffset(index);
  code
    .i32Const(0)
    .i32Const(0)
    .memory(OPCODE.i32Load, 2, at + 4);
  code
    .i32Const(1)
    .op(ADD)
    .memory(OPCODE.i32Store, 2, at + 4);
  const live = members(input.flow.liveIn[node]!);
  region.records.settleIfPending(live);
  const slot = input.slots.offset.indexOf(result.offset);
  for (const each of live) if (each !== slot && !hasBit(held, each)) region.loadSlot(each);
  code.i32Const(0).i32Const(0).memory(OPCODE.i32Load, 2, at);
  if (live.includes(slot)) code.tee(region.slotLocal(slot));
  code.memory(OPCODE.i32Store, 2, STATE_BASE + result.offset);
  region.records.reset();
}
