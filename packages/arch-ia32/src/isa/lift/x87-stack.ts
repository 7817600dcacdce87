/**
 * The x87 register stack as native lifts see it: what the block being lifted knows of TOP, of which
 * registers are empty and what they hold, and of control and status word. The state in memory is
 * always the CPU's: helpers may run between native instructions (forgetX87).
 */
import type { BlockBuilder, I32, I64 } from '@kml/core';
import { CONTROL, CONTROL_BITS, CONTROL_USUAL, EMPTY_MASK, ST, STATUS, TOP } from '../fp/x87-places.ts';
import { C1 } from '../fp/x87-state.ts';
import { AGAIN_CONTROL, AGAIN_VALUE, againIf } from './fp-mode.ts';
import type { Insn } from './insn.ts';

/** A register's content: significand, and sign and exponent in 16 bits. */
export interface Extended {
  readonly significand: I64;
  readonly signExponent: I32;
  /** Known to be a normal number or zero. */
  ordinary: boolean;
}

/** What is known, registers by their number relative to the TOP that the block found. */
class KnownStack {
  top: I32 | undefined;
  /** How much TOP has changed since. */
  delta = 0;
  empty: I32 | undefined;
  status: I32 | undefined;
  /** No unmasked exception is pending. */
  clean = false;
  /** The control word is the usual one. */
  usual = false;
  readonly offsets = new Map<number, I32>();
  readonly bits = new Map<number, I32>();
  readonly isEmpty = new Map<number, boolean>();
  readonly values = new Map<number, Extended>();
}

let known = new KnownStack();
let knownOf: BlockBuilder | undefined;

function knowledge(x: Insn): KnownStack {
  if (knownOf !== x.b) {
    knownOf = x.b;
    known = new KnownStack();
  }
  return known;
}

/** A helper has changed x87 state, or may have. */
export function forgetX87(x: Insn): void {
  knownOf = x.b;
  known = new KnownStack();
}

/** Whether the block knows that no unmasked exception is pending; it does from now on. */
export function noteClean(x: Insn): boolean {
  const stack = knowledge(x);
  const before = stack.clean;
  stack.clean = true;
  return before;
}

const relative = (stack: KnownStack, i: number): number => (stack.delta + i) & 7;

function topOf(x: Insn): I32 {
  const stack = knowledge(x);
  stack.top ??= x.b.peek32(x.const(0), TOP);
  return stack.top;
}

/** Byte offset of ST(i) in the registers. */
function offsetOf(x: Insn, i: number): I32 {
  const stack = knowledge(x);
  const r = relative(stack, i);
  let offset = stack.offsets.get(r);
  if (offset === undefined) {
    const { b } = x;
    const top = topOf(x);
    const physical = r === 0 ? top : b.and(b.add(top, b.const(r)), b.const(7));
    offset = b.shl(physical, b.const(4));
    stack.offsets.set(r, offset);
    stack.bits.set(r, b.shl(b.const(1), physical));
  }
  return offset;
}

/** ST(i)'s bit in the mask of empty registers. */
function bitOf(x: Insn, i: number): I32 {
  offsetOf(x, i);
  const stack = knowledge(x);
  return stack.bits.get(relative(stack, i))!;
}

function emptyMask(x: Insn): I32 {
  const stack = knowledge(x);
  stack.empty ??= x.b.peek32(x.const(0), EMPTY_MASK);
  return stack.empty;
}

/** Sees to it that ST(i) is empty, or is not. */
function need(x: Insn, i: number, empty: boolean): void {
  const { b } = x;
  const stack = knowledge(x);
  const r = relative(stack, i);
  const fact = stack.isEmpty.get(r);
  if (fact === empty) return;
  if (fact !== undefined) {
    againIf(x, b.const(1), AGAIN_VALUE);
    return;
  }
  stack.isEmpty.set(r, empty);
  const bit = b.and(emptyMask(x), bitOf(x, i));
  againIf(x, empty ? b.eqz(bit) : bit, AGAIN_VALUE);
}

/** Sees to it that the control word is the usual one. */
export function needUsualControl(x: Insn): void {
  const { b } = x;
  const stack = knowledge(x);
  if (stack.usual) return;
  stack.usual = true;
  const control = b.and(b.peek32(b.const(0), CONTROL), b.const(CONTROL_BITS));
  againIf(x, b.ne(control, b.const(CONTROL_USUAL)), AGAIN_CONTROL);
}

/** Reads ST(i), which must not be empty. */
export function readRegister(x: Insn, i: number): Extended {
  const { b } = x;
  const stack = knowledge(x);
  need(x, i, false);
  const r = relative(stack, i);
  let value = stack.values.get(r);
  if (value === undefined) {
    const offset = offsetOf(x, i);
    value = {
      significand: b.peek64(offset, ST),
      signExponent: b.peek32(offset, ST + 8),
      ordinary: false,
    };
    stack.values.set(r, value);
  }
  return value;
}

/** Sees to it that a value is a normal number or zero. */
export function needOrdinary(x: Insn, value: Extended): void {
  if (value.ordinary) return;
  value.ordinary = true;
  const { b } = x;
  const exponent = b.and(value.signExponent, b.const(0x7fff));
  const normal = b.and(
    b.ltS64(value.significand, b.constant64(0, 0)),
    b.ltU(b.sub(exponent, b.const(1)), b.const(0x7ffe)),
  );
  const nonZero = b.or(b.ne64(value.significand, b.constant64(0, 0)), b.ne(exponent, b.const(0)));
  againIf(x, b.andThen(b.eqz(normal), nonZero), AGAIN_VALUE);
}

// ---- changes: after the instruction's last access and check

/** Writes ST(i), empty or not. */
export function writeRegister(x: Insn, i: number, value: Extended): void {
  const { b } = x;
  const stack = knowledge(x);
  const r = relative(stack, i);
  const offset = offsetOf(x, i);
  b.poke64(offset, value.significand, ST);
  b.poke32(offset, value.signExponent, ST + 8);
  stack.values.set(r, value);
  if (stack.isEmpty.get(r) === false) return;
  stack.empty = b.and(emptyMask(x), b.xor(bitOf(x, i), b.const(-1)));
  b.poke32(b.const(0), stack.empty, EMPTY_MASK);
  stack.isEmpty.set(r, false);
}

/** Sees to it that there is room for a push. */
export function needRoom(x: Insn): void {
  need(x, 7, true);
}

function moveTop(x: Insn, by: 1 | -1): void {
  const { b } = x;
  const stack = knowledge(x);
  const top = topOf(x);
  stack.delta = (stack.delta + by) & 7;
  const moved = stack.delta === 0 ? top : b.and(b.add(top, b.const(stack.delta)), b.const(7));
  b.poke32(b.const(0), moved, TOP);
}

/** Pushes: needRoom holds. */
export function pushRegister(x: Insn, value: Extended): void {
  moveTop(x, -1);
  writeRegister(x, 0, value);
}

/** Pops, of registers that are not empty. */
export function popRegisters(x: Insn, count: number): void {
  const { b } = x;
  for (let n = 0; n < count; n++) {
    const stack = knowledge(x);
    stack.isEmpty.set(relative(stack, 0), true);
    stack.empty = b.or(emptyMask(x), bitOf(x, 0));
    moveTop(x, 1);
  }
  if (count > 0) b.poke32(b.const(0), emptyMask(x), EMPTY_MASK);
}

/** Status word as it is known, without TOP. */
function status(x: Insn): I32 {
  const stack = knowledge(x);
  stack.status ??= x.b.peek32(x.const(0), STATUS);
  return stack.status;
}

/** Clears some bits of the status word and sets others. */
export function changeStatus(x: Insn, clear: number, set?: I32): void {
  const { b } = x;
  const stack = knowledge(x);
  const kept = b.and(status(x), b.const(~clear));
  stack.status = set === undefined ? kept : b.or(kept, set);
  b.poke32(b.const(0), stack.status, STATUS);
}

export function clearC1(x: Insn): void {
  changeStatus(x, C1);
}
