import type { Cpu } from '@kml/core';
import { EFL, FLAG_IF } from './eflags.ts';

/** Cycles that one look at a halted CPU stands for. */
const HALTED_CYCLES = 1000;

/**
 * HLT. With interrupts enabled it goes on at once, as after an interrupt of no consequence, which
 * programs that halt in a loop must expect. With interrupts disabled nothing can wake the CPU: it
 * stays at the instruction, and time goes by in large steps, so that the kernel's watchdog soon sees it.
 */
export function halt(cpu: Cpu, _a: number, _b: number, _c: number, next: number): void {
  if (cpu.get(EFL) & FLAG_IF) cpu.pc = next;
  else cpu.clock.addCycles(HALTED_CYCLES);
}
