import type { Cpu } from '@kml/core';

/** Does the instruction at pc, whose common case is inline, on the state in memory, and goes on behind it. */
export function assist(cpu: Cpu, next: number): void {
  cpu.pc = next;
}
