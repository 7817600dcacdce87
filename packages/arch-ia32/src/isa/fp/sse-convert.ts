/** Conversions of SSE and SSE2. SDM vol. 1, 11.4.1.6 and appendix E.4.2. */
import type { Cpu } from '@kml/core';
import { CHOP, DE, IE, newUnpacked, PE, packed, QUIET, SIGNALING, unpackInteger } from '@kml/core/softfloat';
import { defineHelper } from '../host-functions.ts';
import { toInteger } from './integers.ts';
import { isPlainControl } from './sse-plain.ts';
import { beginLanes, endLanes, mxcsr, raised, readLane, roundLane, scratch, writeLane } from './sse-state.ts';

const u = newUnpacked();

/** Rounds a value to a signed 32-bit integer; the integer indefinite where it does not fit. */
function integerLane(cpu: Cpu, from: number, bytes: 4 | 8, chop: number, control: number): number {
  readLane(cpu, u, from, bytes, control);
  // IE is known before rounding, PE by it.
  const flags = toInteger(u, 32, chop !== 0 ? CHOP : (control >> 13) & 3);
  if (flags & IE) raised.before |= IE;
  else raised.after |= flags;
  return packed.low;
}

/** CVT(T)PS2DQ, CVT(T)PD2DQ, CVT(T)SS2SI and their kin: lanes at 16 of scratch to doublewords at 0; a: bytes of a lane, b: lanes, c: truncate. */
export const SSE_TO_INTEGER = defineHelper((cpu, bytes, count, chop) => {
  const width = bytes === 8 ? 8 : 4;
  const control = mxcsr(cpu);
  const at = scratch(cpu);
  beginLanes();
  for (let lane = 0; lane < count; lane++) {
    cpu.i32[(at + lane * 4) >> 2] = integerLane(cpu, at + 16 + lane * width, width, chop, control);
  }
  return endLanes(cpu);
});

/** CVTDQ2PS, CVTPI2PS, CVTSI2SS, CVTDQ2PD and their kin: doublewords at 16 to lanes at 0; a: bytes of a lane, b: lanes. */
export const SSE_FROM_INTEGER = defineHelper((cpu, bytes, count) => {
  const width = bytes === 8 ? 8 : 4;
  const control = mxcsr(cpu);
  const plain = width === 4 && isPlainControl(control);
  const at = scratch(cpu);
  beginLanes();
  for (let lane = 0; lane < count; lane++) {
    const value = cpu.i32[(at + 16 + lane * 4) >> 2]!;
    if (plain) {
      const single = Math.fround(value);
      if (single !== value) raised.after |= PE;
      cpu.view.setFloat32(at + lane * 4, single, true);
      continue;
    }
    unpackInteger(u, value >> 31, value);
    roundLane(u, width, control);
    writeLane(cpu, u, at + lane * width, width);
  }
  return endLanes(cpu);
});

/** CVTPS2PD, CVTSS2SD (a: 4) and CVTPD2PS, CVTSD2SS (a: 8): b lanes of `a` bytes at 16 to the other format at 0. */
export const SSE_CONVERT_FLOAT = defineHelper((cpu, bytes, count) => {
  const from = bytes === 8 ? 8 : 4;
  const to = bytes === 8 ? 4 : 8;
  const control = mxcsr(cpu);
  const at = scratch(cpu);
  beginLanes();
  for (let lane = 0; lane < count; lane++) {
    readLane(cpu, u, at + 16 + lane * from, from, control);
    if (u.kind === SIGNALING) {
      u.kind = QUIET;
      u.high |= 0x40000000;
      raised.before |= IE;
    } else if (u.denormal !== 0) {
      raised.before |= DE;
    }
    roundLane(u, to, control);
    writeLane(cpu, u, at + lane * to, to);
  }
  return endLanes(cpu);
});
