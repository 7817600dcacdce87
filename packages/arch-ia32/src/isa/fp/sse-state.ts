/** MXCSR, and the scratch words through which SSE helpers get vectors. SDM vol. 1, 10.2.3. */
import type { Cpu } from '@kml/core';
import {
  DOUBLE,
  FINITE,
  type Format,
  PE,
  packDouble,
  packed,
  packSingle,
  rounding,
  roundTo,
  SINGLE,
  setZero,
  UE,
  type Unpacked,
  unpackDouble,
  unpackSingle,
  ZERO,
} from '@kml/core/softfloat';
import { layout, SSE_STATE } from '../state.ts';

const MXCSR = layout.array('sse').offset + SSE_STATE.mxcsr;
const SCRATCH = layout.array('scratch').offset;

/** MXCSR bits beside the six flags (0-5) and their masks (7-12). */
export const DAZ = 0x40;
export const FTZ = 0x8000;
/** All masked, round to nearest, no DAZ or FTZ, inexact already set: only unusual results need care. */
export const ORDINARY_MASK = 0xffe0;
export const ORDINARY = 0x1fa0;

/** The same but that nothing was inexact yet. */
export const UNROUNDED = 0x1f80;

export function mxcsr(cpu: Cpu): number {
  return cpu.i32[(cpu.base + MXCSR) >> 2]!;
}

export function isOrdinary(cpu: Cpu): boolean {
  return (cpu.i32[(cpu.base + MXCSR) >> 2]! & ORDINARY_MASK) === ORDINARY;
}

export function isUnrounded(cpu: Cpu): boolean {
  return (cpu.i32[(cpu.base + MXCSR) >> 2]! & ORDINARY_MASK) === UNROUNDED;
}

/** Byte addresses of the scratch words: first operand and result at 0, second operand at 16. */
export function scratch(cpu: Cpu): number {
  return cpu.base + SCRATCH;
}

/** What one instruction has raised so far, over all lanes: before rounding, and by rounding. */
export const raised = { before: 0, after: 0 };

export function beginLanes(): void {
  raised.before = 0;
  raised.after = 0;
}

/**
 * Sets MXCSR's flags after the last lane. Returns 1 if #XM is to be raised, and the destination
 * left as it is. An unmasked exception from before the rounding of any lane hides those of rounding.
 */
export function endLanes(cpu: Cpu): number {
  const index = (cpu.base + MXCSR) >> 2;
  const unmasked = ~(cpu.i32[index]! >> 7) & 0x3f;
  if ((raised.before & unmasked) !== 0) {
    cpu.i32[index]! |= raised.before;
    return 1;
  }
  const flags = raised.before | raised.after;
  cpu.i32[index]! |= flags;
  return (flags & unmasked) !== 0 ? 1 : 0;
}

/** Unpacks a lane as an operand: a double (8 bytes) or a single, denormals taken for 0 under DAZ. */
export function readLane(cpu: Cpu, u: Unpacked, at: number, bytes: 4 | 8, control: number): void {
  if (bytes === 8) unpackDouble(u, cpu.i32[(at + 4) >> 2]!, cpu.i32[at >> 2]!);
  else unpackSingle(u, cpu.i32[at >> 2]!);
  if (u.denormal !== 0 && (control & DAZ) !== 0) {
    u.kind = ZERO;
    u.denormal = 0;
  }
}

/** Packs a rounded number into a lane. */
export function writeLane(cpu: Cpu, u: Unpacked, at: number, bytes: 4 | 8): void {
  if (bytes === 4) {
    cpu.i32[at >> 2] = packSingle(u);
    return;
  }
  packDouble(u);
  cpu.i32[at >> 2] = packed.low;
  cpu.i32[(at + 4) >> 2] = packed.high;
}

/** Rounds a lane's result as MXCSR says and notes what that raises. */
export function roundLane(u: Unpacked, bytes: 4 | 8, control: number): void {
  if (u.kind !== FINITE) return;
  const format: Format = bytes === 8 ? DOUBLE : SINGLE;
  const unmasked = ~(control >> 7) & 0x3f;
  const flush = (control & FTZ) !== 0 && (unmasked & UE) === 0;
  roundTo(u, format, (control >> 13) & 3, flush ? unmasked | UE : unmasked);
  if (flush && (rounding.flags & UE) !== 0) {
    setZero(u, u.sign);
    rounding.flags = UE | PE;
  }
  raised.after |= rounding.flags;
}
