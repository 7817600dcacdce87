/** Count steps every second cycle. MIPS32 24K Software User's Manual, 6.2.9. */
import type { Cpu } from '@kml/core';
import { COUNT_RESOLUTION } from '../identity.ts';
import { reg } from '../state.ts';

const OFFSET = reg('countOffset');

function steps(cpu: Cpu): number {
  return Math.floor(cpu.clock.cycles() / COUNT_RESOLUTION) | 0;
}

/** Count as it is now. */
export function readCount(cpu: Cpu): number {
  return (steps(cpu) + cpu.get(OFFSET)) | 0;
}

/** MTC0 to Count. */
export function writeCount(cpu: Cpu, value: number): void {
  cpu.set(OFFSET, (value - steps(cpu)) | 0);
}
