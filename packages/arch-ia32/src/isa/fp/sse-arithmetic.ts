/** ADDPS to SQRTSD, MINPS, MAXPS: all lanes, exactly, with MXCSR's flags. SDM vol. 1, 11.5. */
import type { Cpu } from '@kml/core';
import {
  arithmetic,
  compareNumbers,
  DE,
  IE,
  LESS,
  newUnpacked,
  QUIET,
  SIGNALING,
  squareRoot,
  UNORDERED,
  type Unpacked,
} from '@kml/core/softfloat';
import { defineHelper } from '../host-functions.ts';
import { sseNan } from './nan.ts';
import { CMP, MIN, SQRT } from './sse-operations.ts';
import { comparePlain, isPlainControl, plainLane } from './sse-plain.ts';
import { beginLanes, endLanes, mxcsr, raised, readLane, roundLane, scratch, writeLane } from './sse-state.ts';

const a = newUnpacked();
const b = newUnpacked();
const r = newUnpacked();

const MIN_SINGLE = 1.1754943508222875e-38;

function exactLane(cpu: Cpu, op: number, at: number, bytes: 4 | 8, control: number): void {
  readLane(cpu, b, at + 16, bytes, control);
  if (op === SQRT) {
    raised.before |= b.kind >= QUIET ? sseNan(r, b, b) : squareRoot(r, b);
  } else {
    readLane(cpu, a, at, bytes, control);
    raised.before |=
      a.kind >= QUIET || b.kind >= QUIET ? sseNan(r, a, b) : arithmetic(op, r, a, b, (control >> 13) & 3);
  }
  roundLane(r, bytes, control);
  writeLane(cpu, r, at, bytes);
}

/** The second operand where either is a NaN or both are zeros. SDM vol. 2, MINPS. */
function minMaxLane(cpu: Cpu, op: number, at: number, bytes: 4 | 8, control: number): void {
  readLane(cpu, a, at, bytes, control);
  readLane(cpu, b, at + 16, bytes, control);
  let first = false;
  if (a.kind >= QUIET || b.kind >= QUIET) {
    raised.before |= IE;
  } else {
    if ((a.denormal | b.denormal) !== 0) raised.before |= DE;
    first = (op === MIN ? compareNumbers(a, b) : compareNumbers(b, a)) === LESS;
  }
  const from = first ? a : b;
  if (from.kind >= QUIET) copyLane(cpu, at, bytes);
  else writeLane(cpu, from, at, bytes);
}

/** The second operand's bits as they are. */
function copyLane(cpu: Cpu, at: number, bytes: 4 | 8): void {
  cpu.i32[at >> 2] = cpu.i32[(at + 16) >> 2]!;
  if (bytes === 8) cpu.i32[(at + 4) >> 2] = cpu.i32[(at + 20) >> 2]!;
}

/** Which results (LESS, EQUAL, GREATER, UNORDERED as bits) a predicate of CMPPS holds for. */
const HOLDS = [0b0010, 0b0001, 0b0011, 0b1000, 0b1101, 0b1110, 0b1100, 0b0111];
/** Predicates for which a QNaN is an invalid operation: LT, LE, NLT, NLE. */
const SIGNALS = 0b01100110;

/** Compares two operands and notes exceptions. `signals`: a QNaN is invalid. */
export function compareLane(x: Unpacked, y: Unpacked, signals: boolean): number {
  if (x.kind >= QUIET || y.kind >= QUIET) {
    if (signals || x.kind === SIGNALING || y.kind === SIGNALING) raised.before |= IE;
    return UNORDERED;
  }
  if ((x.denormal | y.denormal) !== 0) raised.before |= DE;
  return compareNumbers(x, y);
}

/** Compares a lane at `at` with that 16 bytes on. */
function compareLanes(cpu: Cpu, at: number, bytes: 4 | 8, control: number, signals: boolean): number {
  const plain = comparePlain(cpu, at, bytes);
  if (plain >= 0) return plain;
  readLane(cpu, a, at, bytes, control);
  readLane(cpu, b, at + 16, bytes, control);
  return compareLane(a, b, signals);
}

function predicateLane(cpu: Cpu, predicate: number, at: number, bytes: 4 | 8, control: number): void {
  const result = compareLanes(cpu, at, bytes, control, ((SIGNALS >> predicate) & 1) !== 0);
  const mask = -((HOLDS[predicate]! >> result) & 1);
  cpu.i32[at >> 2] = mask;
  if (bytes === 8) cpu.i32[(at + 4) >> 2] = mask;
}

/**
 * Lanes of the vectors in the scratch words; a: operation, b: bytes of a lane, c: number of lanes.
 * Returns 1 if #XM is to be raised.
 */
export const SSE_OPERATE = defineHelper((cpu, op, bytes, count) => {
  const width = bytes === 8 ? 8 : 4;
  const control = mxcsr(cpu);
  const plain = op <= SQRT && isPlainControl(control);
  let at = scratch(cpu);
  beginLanes();
  for (let lane = 0; lane < count; lane++, at += width) {
    if (plain && plainLane(cpu, op, at, width, control)) continue;
    if (op >= CMP) predicateLane(cpu, op - CMP, at, width, control);
    else if (op >= MIN) minMaxLane(cpu, op, at, width, control);
    else exactLane(cpu, op, at, width, control);
  }
  return endLanes(cpu);
});

/** EFLAGS bits ZF, PF, CF by result. */
const EFLAGS = [0x01, 0x40, 0, 0x45];

/** COMISS, UCOMISS, COMISD, UCOMISD; a: bytes, b: whether a QNaN is invalid. Returns ZF, PF and CF in place, or -1 for #XM. */
export const SSE_COMPARE = defineHelper((cpu, bytes, signals) => {
  const width = bytes === 8 ? 8 : 4;
  const control = mxcsr(cpu);
  const at = scratch(cpu);
  beginLanes();
  const result = compareLanes(cpu, at, width, control, signals !== 0);
  return endLanes(cpu) !== 0 ? -1 : EFLAGS[result]!;
});

/** RCPPS (a: 0) and RSQRTPS (a: 1) of `c` lanes: the correctly rounded single, which is within the architected 1.5 * 2^-12. Raises nothing. */
export const SSE_APPROXIMATE = defineHelper((cpu, root, _b, count) => {
  let at = scratch(cpu);
  for (let lane = 0; lane < count; lane++, at += 4) {
    const bits = cpu.i32[(at + 16) >> 2]!;
    const value = cpu.view.getFloat32(at + 16, true);
    if (Number.isNaN(value)) {
      cpu.i32[at >> 2] = bits | 0x400000;
      continue;
    }
    // Denormals count as 0, whatever DAZ says.
    const operand = Math.abs(value) < MIN_SINGLE ? (bits < 0 ? -0 : 0) : value;
    const result = root !== 0 ? rootOf(operand) : reciprocal(operand);
    if (Number.isNaN(result)) cpu.i32[at >> 2] = 0xffc00000 | 0;
    else cpu.view.setFloat32(at, Math.fround(result), true);
  }
  return 0;
});

/** 1 / sqrt x, with -infinity for -0. */
function rootOf(value: number): number {
  return value === 0 ? 1 / value : 1 / Math.sqrt(value);
}

/** Operands above this have a reciprocal of 0. SDM vol. 2, RCPPS: 1.11111111110100000000000b * 2^125. */
const RECIPROCAL_LIMIT = (2 - 2 ** -10 + 2 ** -12) * 2 ** 125;

function reciprocal(value: number): number {
  if (Math.abs(value) > RECIPROCAL_LIMIT) return value < 0 ? -0 : 0;
  return 1 / value;
}
