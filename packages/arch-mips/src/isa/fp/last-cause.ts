import type { Cpu } from '@kml/core';
import { reg } from '../state.ts';

/** `fpLast`: the last operation left an empty Cause field. */
export const LAST_CLEAN = 1;

const LAST = reg('fpLast');

/** The Cause field that the last operation left, as exception bits; fpLast is not 0. */
export function lastCause(cpu: Cpu): number {
  if (cpu.get(LAST) === LAST_CLEAN) return 0;
  return 0;
}
