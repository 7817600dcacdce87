import type { Cpu } from '@kml/core';
import { advanceMode } from '../decode/it.ts';

/** Goes on at `next`, behind an instruction that host code has executed, and behind it in its IT block. */
export function goOn(cpu: Cpu, next: number): void {
  cpu.mode = advanceMode(cpu.mode);
  cpu.pc = next;
}
