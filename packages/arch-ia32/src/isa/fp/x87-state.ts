/** The x87 register stack, control word and status word, for the helpers. SDM vol. 1, 8.1. */
import type { Cpu } from '@kml/core';
import { type Format, IE, packed, rounding, setIndefinite, type Unpacked } from '@kml/core/softfloat';
import { layout } from '../state.ts';
import { pack80, setEmpty, unpack80 } from './formats.ts';
import { EXTENDED, EXTENDED_24, EXTENDED_53, SF } from './number.ts';
import { CONTROL, EMPTY_MASK, ST, STATUS, TOP } from './x87-places.ts';

const FPU_AT = layout.array('fpu').offset;
const SCRATCH = layout.array('scratch').offset;

/** Condition codes and summary bits of the status word. */
export const C0 = 0x0100;
export const C1 = 0x0200;
export const C2 = 0x0400;
export const C3 = 0x4000;
const CONDITION = C0 | C1 | C2 | C3;
/** Error summary and busy: set together while an unmasked exception is pending. */
export const ES = 0x8080;
/** Exception bits that the control word masks. */
const MASKABLE = 0x3f;

export function control(cpu: Cpu): number {
  return cpu.i32[(cpu.base + CONTROL) >> 2]!;
}

/** The rounding mode of the control word. */
export function roundingMode(cpu: Cpu): number {
  return (cpu.i32[(cpu.base + CONTROL) >> 2]! >> 10) & 3;
}

/** The format the precision control selects for sum, difference, product, quotient and root. The reserved value 1 acts as 24 bits, as the processors do. */
export function precisionFormat(cpu: Cpu): Format {
  const precision = (cpu.i32[(cpu.base + CONTROL) >> 2]! >> 8) & 3;
  return precision === 3 ? EXTENDED : precision === 2 ? EXTENDED_53 : EXTENDED_24;
}

/** Exception bits that are not masked. */
export function unmasked(cpu: Cpu): number {
  return ~cpu.i32[(cpu.base + CONTROL) >> 2]! & MASKABLE;
}

/** Raises exception flags: sets them, and ES and B if one is unmasked. Returns those that are unmasked. */
export function raise(cpu: Cpu, flags: number): number {
  const pending = flags & unmasked(cpu);
  cpu.i32[(cpu.base + STATUS) >> 2]! |= flags | (pending !== 0 ? ES : 0);
  return pending;
}

/** Raises stack underflow (C1 = 0) or overflow (C1 = 1). Returns whether the masked response is to be given. */
export function stackFault(cpu: Cpu, overflow: boolean): boolean {
  setC1(cpu, overflow ? 1 : 0);
  return raise(cpu, IE | SF) === 0;
}

export function setC1(cpu: Cpu, value: number): void {
  const index = (cpu.base + STATUS) >> 2;
  cpu.i32[index] = (cpu.i32[index]! & ~C1) | (value !== 0 ? C1 : 0);
}

/** Clears C2 and C1: the reduction of FPREM, FSIN, … is complete. */
export function clearC2(cpu: Cpu): void {
  cpu.i32[(cpu.base + STATUS) >> 2]! &= ~(C1 | C2);
}

/** Sets C2: the operand is out of range. */
export function setC2(cpu: Cpu): void {
  cpu.i32[(cpu.base + STATUS) >> 2]! |= C2;
}

/** Replaces the four condition codes. */
export function setConditions(cpu: Cpu, bits: number): void {
  const index = (cpu.base + STATUS) >> 2;
  cpu.i32[index] = (cpu.i32[index]! & ~CONDITION) | bits;
}

/** Sets C1 as the last rounding says, and raises its flags. Returns the unmasked ones. */
export function raiseRounding(cpu: Cpu): number {
  setC1(cpu, rounding.up);
  return raise(cpu, rounding.flags);
}

export function top(cpu: Cpu): number {
  return cpu.i32[(cpu.base + TOP) >> 2]!;
}

export function setTop(cpu: Cpu, value: number): void {
  cpu.i32[(cpu.base + TOP) >> 2] = value & 7;
}

/** Whether ST(i) is empty. */
export function isEmpty(cpu: Cpu, i: number): boolean {
  return ((cpu.i32[(cpu.base + EMPTY_MASK) >> 2]! >> ((top(cpu) + i) & 7)) & 1) !== 0;
}

/** Unpacks ST(i); kind EMPTY if it is empty. */
export function readSt(cpu: Cpu, u: Unpacked, i: number): void {
  const physical = (top(cpu) + i) & 7;
  if (((cpu.i32[(cpu.base + EMPTY_MASK) >> 2]! >> physical) & 1) !== 0) {
    setEmpty(u);
    return;
  }
  const at = (cpu.base + ST + physical * 16) >> 2;
  unpack80(u, cpu.i32[at + 2]!, cpu.i32[at + 1]!, cpu.i32[at]!);
}

/** Writes raw bits to ST(i), which is then not empty. */
export function writeRaw(cpu: Cpu, i: number, signExponent: number, high: number, low: number): void {
  const physical = (top(cpu) + i) & 7;
  const at = (cpu.base + ST + physical * 16) >> 2;
  cpu.i32[at] = low;
  cpu.i32[at + 1] = high;
  cpu.i32[at + 2] = signExponent & 0xffff;
  cpu.i32[(cpu.base + EMPTY_MASK) >> 2]! &= ~(1 << physical);
}

/** Packs a rounded number into ST(i). */
export function writeSt(cpu: Cpu, u: Unpacked, i: number): void {
  pack80(u);
  writeRaw(cpu, i, packed.signExponent, packed.high, packed.low);
}

/** Index into cpu.i32 of the three words of ST(i). */
export function indexSt(cpu: Cpu, i: number): number {
  return (cpu.base + ST + ((top(cpu) + i) & 7) * 16) >> 2;
}

export function setEmptySt(cpu: Cpu, i: number): void {
  cpu.i32[(cpu.base + EMPTY_MASK) >> 2]! |= 1 << ((top(cpu) + i) & 7);
}

/** Pops `count` registers. */
export function pop(cpu: Cpu, count: number): void {
  for (let n = 0; n < count; n++) {
    setEmptySt(cpu, 0);
    setTop(cpu, top(cpu) + 1);
  }
}

const indefinite: Unpacked = { kind: 0, sign: 0, exponent: 0, high: 0, low: 0, extra: 0, denormal: 0 };
setIndefinite(indefinite);

/** Writes the default NaN to ST(i). */
export function writeIndefinite(cpu: Cpu, i: number): void {
  writeSt(cpu, indefinite, i);
}

/**
 * Makes room for a push: sets TOP and answers true if the caller is to write ST(0). Otherwise the
 * stack was full and its response has been given.
 */
export function beginPush(cpu: Cpu): boolean {
  if (isEmpty(cpu, 7)) {
    setC1(cpu, 0);
    setTop(cpu, top(cpu) - 1);
    return true;
  }
  if (stackFault(cpu, true)) {
    setTop(cpu, top(cpu) - 1);
    writeIndefinite(cpu, 0);
  }
  return false;
}

/** Index into cpu.i32 of the scratch words. */
export function scratchIndex(cpu: Cpu): number {
  return (cpu.base + SCRATCH) >> 2;
}

/** The status word with TOP in place. */
export function statusWord(cpu: Cpu): number {
  return cpu.i32[(cpu.base + STATUS) >> 2]! | (top(cpu) << 11);
}

/** Loads the status word; ES and B follow from the control word. */
export function setStatusWord(cpu: Cpu, value: number): void {
  setTop(cpu, value >> 11);
  const flags = value & ~0x3800 & ~ES & 0xffff;
  cpu.i32[(cpu.base + STATUS) >> 2] = flags | ((flags & unmasked(cpu)) !== 0 ? ES : 0);
}

/** Loads the control word; pending exceptions may become unmasked or masked by it. Bit 6 always reads 1, reserved bits 0. */
export function setControlWord(cpu: Cpu, value: number): void {
  cpu.i32[(cpu.base + CONTROL) >> 2] = (value & 0x1f3f) | 0x40;
  const index = (cpu.base + STATUS) >> 2;
  const flags = cpu.i32[index]! & ~ES;
  cpu.i32[index] = flags | ((flags & unmasked(cpu)) !== 0 ? ES : 0);
}

/** FNINIT: control 037F, status 0, all registers empty, pointers 0. The registers' bits stay. */
export function initialize(cpu: Cpu): void {
  const at = (cpu.base + FPU_AT) >> 2;
  for (let word = 0; word < 12; word++) cpu.i32[at + word] = 0;
  cpu.i32[(cpu.base + CONTROL) >> 2] = 0x37f;
  cpu.i32[(cpu.base + EMPTY_MASK) >> 2] = 0xff;
}

/** The mask of empty registers, by physical number. */
export function emptyMask(cpu: Cpu): number {
  return cpu.i32[(cpu.base + EMPTY_MASK) >> 2]!;
}

export function setEmptyMask(cpu: Cpu, mask: number): void {
  cpu.i32[(cpu.base + EMPTY_MASK) >> 2] = mask & 0xff;
}
