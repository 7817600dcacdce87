import { PLACE_LEAVE, type Place } from '../engine/translator-port.ts';
import type { Terminal } from '../ir/block.ts';
import { INTERRUPTS_ADDRESS, LOOKUP_ADDRESS, SITE_ADDRESS, STATE_BASE } from '../memory/memory-map.ts';
import type { BlockCode } from './block-code.ts';
import { finishBlock } from './block-emitter.ts';
import { emitReturn, loadClock, pushClock, storeClock, takeClock } from './clock-emitter.ts';
import { NO_CHARGE, plus } from './clock-flow.ts';
import { LEAVE, LOOKUP_ENTRIES, SITE_ELSEWHERE, SITE_NONE } from './control-words.ts';
import { OPCODE, VOID } from './encoder.ts';
import type { InPlaceTerminal } from './in-place.ts';
import { IMPORT_IN_PLACE, PARAM_BACK, PARAM_STACK, REGION_TYPE } from './region-abi.ts';
import type { RegionContext } from './region-context.ts';

const NOT_EQUAL = 0x47;
const OR = 0x72;

/**
 * A trap or system instruction that the engine does in place. State is in memory. Control
 * falls out where the CPU goes on behind the instruction, in the region's mode.
 *
 * A program's trap that leads elsewhere is a call of what stands there: the kernel's entry. What goes
 * back to the program (in kernel text) leaves to whoever took the trap (SITE_ELSEWHERE), who goes on if
 * the mode is its own. Any other frame between gives LEAVE on, and so none goes on in a
 * mode that it was not made for.
 */
export function emitInPlace(region: RegionContext, code: BlockCode, terminal: InPlaceTerminal): void {
  const out = region.code;
  const place = placeOf(region, code, terminal);
  if (terminal.kind === 'switchMode') {
    emitSwitch(region, code, terminal, place);
    return;
  }
  out.i32Const(region.services.placeNumber(place));
  for (let i = 0; i < 3; i++) {
    if (i < code.terminalValues.length) region.values.push(code.terminalValues[i]!);
    else out.i32Const(0);
  }
  callHost(region);
  if (place.inKernelText) {
    out.byte(OPCODE.if).byte(VOID);
    leave(region);
    out.end();
  } else {
    const answer = region.locals.allocate('i32');
    out.tee(answer).byte(OPCODE.if).byte(VOID);
    out.get(answer).i32Const(PLACE_LEAVE).op(0x46).byte(OPCODE.if).byte(VOID);
    leave(region);
    out.end();
    callHandler(region, answer, place.next);
    out.end();
    region.locals.release(answer);
  }
  finishBlock(region);
}

/**
 * A change of mode is done here. The engine is asked only where an interrupt waits, or where code that is
 * not the kernel's goes back from a trap: it may have come to the kernel.
 */
function emitSwitch(
  region: RegionContext,
  code: BlockCode,
  terminal: Extract<Terminal, { kind: 'switchMode' }>,
  place: Place,
): void {
  const { code: out, services, values } = region;
  [services.pcOffset, services.modeOffset].forEach((offset, index) => {
    out.i32Const(0);
    values.push(code.terminalValues[index]!);
    out.memory(OPCODE.i32Store, 2, STATE_BASE + offset);
  });
  finishBlock(region);
  // With or without the host nothing is pending behind.
  const trap = terminal.trap !== undefined && !place.inKernelText ? place.cycles : 0;
  region.charge(plus(region.pending, { instructions: 0, cycles: 0, entry: trap }));
  region.pending = NO_CHARGE;
  if (terminal.trap === undefined && !place.inKernelText) out.i32Const(1);
  else out.i32Const(0).memory(OPCODE.i32Load, 2, INTERRUPTS_ADDRESS);
  out.byte(OPCODE.if).byte(VOID);
  out.i32Const(services.placeNumber(place)).i32Const(0).i32Const(0).i32Const(0);
  callHost(region);
  out.i32Const(PLACE_LEAVE).op(0x46).byte(OPCODE.if).byte(VOID);
  leave(region);
  out.end().end();
  if (place.inKernelText && terminal.comesBack !== true) {
    out.i32Const(0).i32Const(SITE_ELSEWHERE).memory(OPCODE.i32Store, 2, SITE_ADDRESS);
    leave(region);
    return;
  }
  const answer = region.locals.allocate('i32');
  callHandler(region, answer, place.next);
  region.locals.release(answer);
}

function placeOf(region: RegionContext, code: BlockCode, terminal: InPlaceTerminal): Place {
  const { block } = code;
  const last = block.count - 1;
  const pc = block.insnPc[last]!;
  const isTrap = terminal.kind === 'trap';
  return {
    kind: terminal.kind,
    number: isTrap ? terminal.vector : terminal.kind === 'system' ? terminal.routine : (terminal.trap ?? -1),
    completes: !isTrap || terminal.completes,
    pc,
    mode: block.insnMode?.[last] ?? region.input.mode,
    cycles: block.insnCycles[last]!,
    next: terminal.inPlace!,
    nextMode: region.input.mode,
    inKernelText: region.services.isKernelText(pc),
  };
}

/** The import with its arguments on the stack; the clock is the host's meanwhile. */
function callHost(region: RegionContext): void {
  storeClock(region);
  region.code.call(IMPORT_IN_PLACE);
  loadClock(region);
}

function leave(region: RegionContext): void {
  region.code.i32Const(LEAVE);
  emitReturn(region);
}

/** Calls what stands at pc. Where that comes back in the region's mode it goes on: falls out if at `next`, else by a jump. */
function callHandler(region: RegionContext, answer: number, next: number): void {
  const out = region.code;
  const target = region.locals.allocate('i32');
  pushState(region, region.services.pcOffset);
  out.tee(target).get(PARAM_STACK).i32Const(next);
  pushClock(region);
  pushLookupSlot(region, target);
  out.byte(OPCODE.callIndirect).u32(REGION_TYPE).u32(0);
  takeClock(region);
  region.locals.release(target);
  out.tee(answer).i32Const(LEAVE).op(0x46).byte(OPCODE.if).byte(VOID);
  out.i32Const(0).memory(OPCODE.i32Load, 2, SITE_ADDRESS).i32Const(SITE_ELSEWHERE).op(NOT_EQUAL);
  pushOtherMode(region);
  out.op(OR).byte(OPCODE.if).byte(VOID);
  leave(region);
  out.end();
  out.i32Const(0).i32Const(SITE_NONE).memory(OPCODE.i32Store, 2, SITE_ADDRESS);
  pushState(region, region.services.pcOffset);
  out.tee(answer).i32Const(next).op(NOT_EQUAL).byte(OPCODE.if).byte(VOID);
  // To a handler, or where the kernel's own convention goes on: a jump.
  out.get(answer).get(PARAM_STACK).get(PARAM_BACK);
  pushClock(region);
  pushLookupSlot(region, answer);
  out.byte(OPCODE.returnCallIndirect).u32(REGION_TYPE).u32(0).end();
  out.byte(OPCODE.else);
  // It came back as a function does: at kernel privilege it may.
  pushOtherMode(region);
  out.byte(OPCODE.if).byte(VOID);
  out
    .i32Const(0)
    .get(answer)
    .memory(OPCODE.i32Store, 2, STATE_BASE + region.services.pcOffset);
  out.i32Const(0).i32Const(SITE_ELSEWHERE).memory(OPCODE.i32Store, 2, SITE_ADDRESS);
  leave(region);
  out.end();
  out.get(answer).i32Const(next).op(NOT_EQUAL).byte(OPCODE.if).byte(VOID);
  out.get(answer);
  emitReturn(region);
  out.end().end();
}

function pushState(region: RegionContext, offset: number): void {
  region.code.i32Const(0).memory(OPCODE.i32Load, 2, STATE_BASE + offset);
}

function pushOtherMode(region: RegionContext): void {
  pushState(region, region.services.modeOffset);
  region.code.i32Const(region.input.mode).op(NOT_EQUAL);
}

/** The table slot of the code at a target in a local, in the mode that the CPU is in: the look-up cache's, else the stub's. */
function pushLookupSlot(region: RegionContext, target: number): void {
  const out = region.code;
  const entry = region.locals.allocate('i32');
  const [shiftLeft, shiftRight, xor, and] = [0x74, 0x76, 0x73, 0x71];
  out.get(target).get(target).i32Const(4).op(shiftRight).op(xor);
  out
    .i32Const(LOOKUP_ENTRIES - 1)
    .op(and)
    .i32Const(4)
    .op(shiftLeft);
  out.i32Const(0).memory(OPCODE.i32Load, 2, LOOKUP_ADDRESS).op(0x6a).tee(entry);
  out.memory(OPCODE.i32Load, 2, 8).i32Const(0);
  out.get(entry).memory(OPCODE.i32Load, 2, 0).get(target).op(0x46);
  out.get(entry).memory(OPCODE.i32Load, 2, 4);
  pushState(region, region.services.modeOffset);
  out.op(0x46).op(and).byte(OPCODE.select);
  region.locals.release(entry);
}
