import { SITE_ADDRESS, STATE_BASE } from '../memory/memory-map.ts';
import type { BlockCode } from './block-code.ts';
import { finishBlock } from './block-emitter.ts';
import { emitReturn, loadClock, storeClock } from './clock-emitter.ts';
import { LEAVE, SITE_EXACT } from './control-words.ts';
import { OPCODE } from './encoder.ts';
import { goOn, handOver } from './hand-over.ts';
import { IMPORT_KERNEL_CALL } from './region-abi.ts';
import type { RegionContext } from './region-context.ts';

/** Kernel call `number`, no steady one (steady-call.ts), at the end of node `index`, with `next` behind it. */
export function emitKernelCall(
  region: RegionContext,
  index: number,
  block: BlockCode,
  number: number,
  next: number,
): void {
  handOver(region, index, block, true);
  finishBlock(region);
  askKernel(region, number, next);
  goOn(region, index, next);
}

/** Calls the kernel, and returns if all translations are to leave. State is in memory. */
export function askKernel(region: RegionContext, number: number, next: number): void {
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
