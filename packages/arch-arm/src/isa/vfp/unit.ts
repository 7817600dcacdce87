/** The exact arithmetic behind VFP and Advanced SIMD, and its flags. ARM ARM DDI0406C A2.7. */
import type { Cpu } from '@kml/core';
import {
  FloatUnit,
  IE,
  INPUT_FLUSHED,
  NEAREST,
  OE,
  OUTPUT_FLUSHED,
  PE,
  signalingFirst,
  UE,
  ZE,
} from '@kml/core/softfloat';
import { DN, DZC, FZ, IDC, IOC, IXC, OFC, ROUNDING_MODES, readFpscr, UFC, writeFpscr } from './fpscr.ts';

/** Shared: an operation of host code begins it, and ends it. */
export const unit = new FloatUnit({
  tinyBefore: true,
  defaultNan: { sign: 0, high: 0xc000_0000 | 0, low: 0 },
  signalingBitSet: false,
  pickNan: signalingFirst,
  infinityTimesZero: { invalid: true, defaultNan: true },
});

/** Begins an operation under FPSCR. */
export function beginVfp(cpu: Cpu): void {
  const fpscr = readFpscr(cpu);
  unit.flags = 0;
  unit.mode = ROUNDING_MODES[(fpscr >> 22) & 3]!;
  unit.flushInputs = unit.flushOutputs = (fpscr & FZ) !== 0;
  unit.alwaysDefaultNan = (fpscr & DN) !== 0;
}

/** Begins an operation under the standard FPSCR value of Advanced SIMD: flush to zero, default NaN, to nearest. A2.7.5 */
export function beginNeon(): void {
  unit.flags = 0;
  unit.mode = NEAREST;
  unit.flushInputs = unit.flushOutputs = unit.alwaysDefaultNan = true;
}

/** Cumulative flags by those of the unit. */
const FLAGS = [
  [IE, IOC],
  [ZE, DZC],
  [OE, OFC],
  [UE | OUTPUT_FLUSHED, UFC],
  [PE, IXC],
  [INPUT_FLUSHED, IDC],
] as const;

/** Ends an operation: what it raised goes to FPSCR. */
export function endFloat(cpu: Cpu): void {
  let bits = 0;
  for (const [raised, bit] of FLAGS) if (unit.flags & raised) bits |= bit;
  if (bits !== 0) writeFpscr(cpu, readFpscr(cpu) | bits);
}
