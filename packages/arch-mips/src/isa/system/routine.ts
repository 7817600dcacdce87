import type { Cpu } from '@kml/core';
import { defineRoutine } from '../host-functions.ts';
import { reg } from '../state.ts';
import { goTo } from './deliver.ts';

const DELAY_TARGET = reg('delayTarget');

/** Registers a system routine after which the CPU goes on behind the instruction, or where the branch goes whose delay slot it is in. */
export function defineStep(routine: (cpu: Cpu, a: number, b: number, c: number) => void): number {
  return defineRoutine((cpu, a, b, c, next) => {
    const inSlot = (cpu.pc & 1) !== 0;
    routine(cpu, a, b, c);
    if (inSlot) goTo(cpu, cpu.get(DELAY_TARGET));
    else cpu.pc = next;
  });
}
