import { LOOKUP_ADDRESS } from '../memory/memory-map.ts';
import type { BlockCode } from './block-code.ts';
import { emitShadows, finishBlock } from './block-emitter.ts';
import type { BlockPlan } from './block-plan.ts';
import { emitReturn, pushClock, takeClock } from './clock-emitter.ts';
import { JUMP_ADDRESS, JUMP_TARGET_ADDRESS, LINKS_OFFSET, LOOKUP_ENTRIES } from './control-words.ts';
import { OPCODE, VOID } from './encoder.ts';
import { goOn, handOver } from './hand-over.ts';
import { isInPlace } from './in-place.ts';
import { emitInPlace } from './in-place-emitter.ts';
import { emitKernelCall } from './kernel-call-emitter.ts';
import { PARAM_BACK, PARAM_STACK, REGION_TYPE } from './region-abi.ts';
import type { RegionContext } from './region-context.ts';

/**
 * Emits the terminal of node `index` where it does not simply go on to another node of the region.
 * Answers whether control goes on to the node's only successor (after a call or kernel call).
 */
export function emitTerminal(region: RegionContext, index: number, code: BlockCode): boolean {
  const { terminal } = code.block;
  switch (terminal.kind) {
    case 'call':
      handOver(region, index, code);
      finishBlock(region);
      region.code.i32Const(terminal.target).get(PARAM_STACK).i32Const(terminal.returnTo);
      pushClock(region);
      // A block without instructions only leads out of a callee that stands in line.
      pushLink(region, terminal.target, code.block.count > 0);
      region.code.byte(OPCODE.callIndirect).u32(REGION_TYPE).u32(0);
      comeBack(region, index, terminal.returnTo);
      return true;
    case 'callIndirect':
      indirectTarget(region, index, code, (local) => {
        noteTarget(region, code, local, true);
        region.code.get(local).get(PARAM_STACK).i32Const(terminal.returnTo);
        pushClock(region);
        region.code.get(local);
        pushLookupSlot(region, local);
        region.code.byte(OPCODE.callIndirect).u32(REGION_TYPE).u32(0);
      });
      comeBack(region, index, terminal.returnTo);
      return true;
    case 'kernelCall':
      emitKernelCall(region, index, code, terminal.number, terminal.next);
      return true;
    case 'return':
      handOver(region, index, code);
      region.values.push(code.terminalValues[0]!);
      emitReturn(region);
      break;
    default:
      if (isInPlace(terminal)) {
        handOver(region, index, code, terminal.kind !== 'switchMode');
        emitInPlace(region, code, terminal);
        goOn(region, index, terminal.inPlace!);
        return true;
      }
      // trap, system and switchMode: the engine does the instruction
      region.code.i32Const(region.site(code, code.block.count - 1)).br(region.exitDepth());
  }
  finishBlock(region);
  return false;
}

/** A way out of the region to a known address: a tail call through its link. */
export function emitWayOut(region: RegionContext, index: number, pc: number): void {
  region.sync(region.input.flow.deferredIn[index]!);
  region.code.i32Const(pc).get(PARAM_STACK).get(PARAM_BACK);
  pushClock(region);
  pushLink(region, pc, false);
  region.code.byte(OPCODE.returnCallIndirect).u32(REGION_TYPE).u32(0);
}

/** A table slot for a known target: through its link in the address space's cache, else by look-up. */
function pushLink(region: RegionContext, target: number, isCall: boolean): void {
  const link = region.services.link(target, region.input.mode, isCall);
  const { code } = region;
  if (link < 0) {
    // No links left: answering the target from slot 0 lets the dispatcher find it.
    code.i32Const(0);
    return;
  }
  code
    .i32Const(0)
    .memory(OPCODE.i32Load, 2, LOOKUP_ADDRESS)
    .memory(OPCODE.i32Load, 2, LINKS_OFFSET + 4 * link);
}

/**
 * A computed jump to a target (in a local) that the region does not know: by the look-up. It is noted
 * which jump it was, so that the targets of jumps are learned.
 */
export function emitLookupJump(region: RegionContext, index: number, block: BlockCode, local: number): void {
  const { code } = region;
  handOver(region, index, block);
  noteTarget(region, block, local, false);
  code.get(local).get(PARAM_STACK).get(PARAM_BACK);
  pushClock(region);
  code.get(local);
  pushLookupSlot(region, local);
  code.byte(OPCODE.returnCallIndirect).u32(REGION_TYPE).u32(0);
}

/** Notes where a computed jump or call goes, to be learned if the look-up does not know it. */
function noteTarget(region: RegionContext, { block }: BlockCode, local: number, isCall: boolean): void {
  const number = region.services.jumpNumber(block.insnPc.at(-1)!, region.input.mode, isCall);
  region.code.i32Const(0).i32Const(number).memory(OPCODE.i32Store, 2, JUMP_ADDRESS);
  region.code.i32Const(0).get(local).memory(OPCODE.i32Store, 2, JUMP_TARGET_ADDRESS);
}

/**
 * A return of a callee that stands in line: returns from the region unless it goes on at the node's
 * successor, behind the call.
 */
export function emitInlineReturn(region: RegionContext, index: number, block: BlockCode, plan: BlockPlan): void {
  const { code } = region;
  const local = takeTarget(region, block, plan);
  const here = region.save();
  code
    .get(local)
    .i32Const(region.pcOf(region.node(index).succs[0]!))
    .op(0x47);
  code.byte(OPCODE.if).byte(VOID);
  handOver(region, index, block);
  code.get(local);
  emitReturn(region);
  code.end();
  region.restore(here);
  region.locals.release(local);
}

/** Ends a block with a computed target (a jump's, call's or return's): gives the local that has it, to be released. `plan` where the region may go on. */
export function takeTarget(region: RegionContext, block: BlockCode, plan?: BlockPlan): number {
  const local = region.locals.allocate('i32');
  region.values.push(block.terminalValues[0]!);
  region.code.set(local);
  if (plan) emitShadows(region, plan);
  finishBlock(region);
  return local;
}

/** Gives state back, puts the computed target in a local, and lets `go` call it. */
function indirectTarget(region: RegionContext, index: number, code: BlockCode, go: (local: number) => void): void {
  handOver(region, index, code);
  const local = takeTarget(region, code);
  go(local);
  region.locals.release(local);
}

/**
 * The target (in a local, and once on the stack) is replaced by its table slot: the look-up cache's
 * entry if that is for this pc and mode, else slot 0, whose function answers its pc.
 */
function pushLookupSlot(region: RegionContext, local: number): void {
  const { code } = region;
  const entry = region.locals.allocate('i32');
  code.i32Const(4).op(0x76).get(local).op(0x73);
  code
    .i32Const(LOOKUP_ENTRIES - 1)
    .op(0x71)
    .i32Const(4)
    .op(0x74);
  code.i32Const(0).memory(OPCODE.i32Load, 2, LOOKUP_ADDRESS).op(0x6a).tee(entry);
  code.memory(OPCODE.i32Load, 2, 8).i32Const(0);
  code.get(entry).memory(OPCODE.i64Load, 3, 0).get(local).op(0xad).i64Const(0, region.input.mode).op(0x84).op(0x51);
  code.byte(OPCODE.select);
  region.locals.release(entry);
}

/** The callee's answer and the clock are on the stack: goes on only if that is the return address. */
function comeBack(region: RegionContext, index: number, returnTo: number): void {
  const { code } = region;
  const answer = region.locals.allocate('i32');
  takeClock(region);
  code.tee(answer).i32Const(returnTo).op(0x47).ifRarely().get(answer);
  emitReturn(region);
  code.end();
  region.locals.release(answer);
  goOn(region, index, returnTo);
}

/** The value a branch decides on: shadows are put in place first, then the condition is on the stack. */
export function pushBranchCondition(region: RegionContext, code: BlockCode, plan: BlockPlan): void {
  emitShadows(region, plan);
  region.values.pushCondition(code.terminalValues[0]!);
  finishBlock(region);
}
