/** POPF, and STI: what may enable interrupts, after which the engine looks for one. */
import type { Cpu } from '@kml/core';
import { EFL, FLAG_IF, ioplOf, readEflags, writableFlags, writeEflags } from './eflags.ts';
import { updateMode } from './mode.ts';
import { cplOf, ESP } from './registers.ts';
import { peekStack, setStackPointer } from './stack.ts';

/** POPF, POPFD: bits that the privilege level may not change stay, without a fault. SDM vol. 2, POPF. */
export function popFlags(cpu: Cpu, wide: number, _b: number, _c: number, next: number): void {
  const is32 = wide !== 0;
  const flags = peekStack(cpu, 0, is32);
  let mask = writableFlags(cplOf(cpu), ioplOf(cpu));
  if (!is32) mask &= 0xffff;
  setStackPointer(cpu, cpu.get(ESP) + (is32 ? 4 : 2));
  writeEflags(cpu, (readEflags(cpu) & ~mask) | (flags & mask));
  updateMode(cpu);
  cpu.pc = next;
}

/** STI. The shadow of one instruction that hardware leaves before it takes an interrupt does not exist here. */
export function enableInterrupts(cpu: Cpu, _a: number, _b: number, _c: number, next: number): void {
  cpu.set(EFL, cpu.get(EFL) | FLAG_IF);
  cpu.pc = next;
}
