import type { Cpu } from '@kml/core';
import { GP } from '../vectors.ts';
import { EFL, FLAG_NT, FLAG_VM, ioplOf, readEflags, writableFlags, writeEflags } from './eflags.ts';
import { returnFar } from './far-return.ts';
import { returnToFlat } from './fast-return.ts';
import { updateMode } from './mode.ts';
import { cplOf } from './registers.ts';
import { peekStack } from './stack.ts';
import { backLink } from './task-switch.ts';
import { transferToTask } from './task-transfer.ts';

/**
 * IRET, IRETD: to the same or an outer level, or along the back link if NT is set. `wide`: 32-bit
 * operand size. Virtual-8086 mode does not exist here: a stored VM at CPL 0 is #GP(0). RF is not
 * loaded, because there are no instruction breakpoints for it to suppress. SDM vol. 2, IRET.
 */
export function iret(cpu: Cpu, wide: number, _b: number, _c: number, next: number): void {
  if (cpu.get(EFL) & FLAG_NT) {
    transferToTask(cpu, backLink(cpu), 'return', next);
    return;
  }
  const is32 = wide !== 0;
  if (is32 && returnToFlat(cpu)) return;
  const flags = peekStack(cpu, 2, is32);
  const cpl = cplOf(cpu);
  if (is32 && cpl === 0 && flags & FLAG_VM) cpu.fault(GP, 0);
  const old = readEflags(cpu);
  let mask = writableFlags(cpl, ioplOf(cpu));
  if (!is32) mask &= 0xffff;
  returnFar(cpu, is32, 1, 0);
  writeEflags(cpu, (old & ~mask) | (flags & mask));
  updateMode(cpu);
}
