import type { Cpu } from '@kml/core';
import { reg, TIMEBASE_SHIFT } from '../state.ts';

const OFFSET_LOW = reg('tbOffsetLow');

/** The time base's low word as it is now. The high one has no part in it. */
export function timeBaseLow(cpu: Cpu): number {
  return (Math.floor(cpu.clock.cycles() / 2 ** TIMEBASE_SHIFT) + (cpu.get(OFFSET_LOW) >>> 0)) % 2 ** 32;
}
