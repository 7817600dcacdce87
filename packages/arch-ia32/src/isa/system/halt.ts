import type { Cpu } from '@kml/core';
import { EFL, FLAG_IF } from './eflags.ts';

/**
 * HLT. With interrupts enabled it goes on at once, as after an interrupt of no consequence, which
 * programs that halt in a loop must expect. With interrupts disabled nothing can wake the CPU: it
 * stays at the instruction, for the kernel's watchdog to see.
 */
export function halt(cpu: Cpu, _a: number, _b: number, _c: number, next: number): void {
  if (cpu.get(EFL) & FLAG_IF) cpu.pc = next;
}
