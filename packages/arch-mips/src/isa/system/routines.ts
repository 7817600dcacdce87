/** Instructions that change what runs: MTC0, ERET, DI, EI. */
import type { Cpu } from '@kml/core';
import { defineRoutine } from '../host-functions.ts';
import { GENERAL, reg } from '../state.ts';
import { writeCp0 } from './cp0.ts';
import { goTo } from './deliver.ts';
import { updateMode } from './mode.ts';
import { defineStep } from './routine.ts';
import { STATUS_ERL, STATUS_EXL, STATUS_IE } from './status.ts';

const STATUS = reg('status');
const EPC = reg('epc');
const ERROR_EPC = reg('errorEpc');
const LL_BIT = reg('llBit');
const DELAY_TARGET = reg('delayTarget');

/** MTC0: register number * 8 + select, value. */
const mtc0 = defineStep((cpu, register, value) => writeCp0(cpu, register, value));

/** The whole of the MTC0 `word` at pc: one that was lifted inline, but lets an interrupt in or changes the mode. */
export function mtc0Assist(cpu: Cpu, word: number, next: number): void {
  const rt = (word >>> 16) & 31;
  const inSlot = (cpu.pc & 1) !== 0;
  writeCp0(cpu, ((word >>> 11) & 31) * 8 + (word & 7), rt === 0 ? 0 : cpu.get(GENERAL[rt]!));
  cpu.leaveRequested = true;
  if (inSlot) goTo(cpu, cpu.get(DELAY_TARGET));
  else cpu.pc = next;
}

/** ERET. MIPS32 vol. II. */
const eret = defineRoutine((cpu) => {
  const status = cpu.get(STATUS);
  const error = (status & STATUS_ERL) !== 0;
  cpu.set(STATUS, status & ~(error ? STATUS_ERL : STATUS_EXL));
  cpu.set(LL_BIT, 0);
  goTo(cpu, cpu.get(error ? ERROR_EPC : EPC));
  updateMode(cpu);
});

function setInterruptEnable(cpu: Cpu, target: number, enable: number): void {
  const status = cpu.get(STATUS);
  if (target !== 0) cpu.set(GENERAL[target]!, status);
  cpu.set(STATUS, (status & ~STATUS_IE) | enable);
}

/** DI and EI: general register for the old Status. */
const di = defineStep((cpu, target) => setInterruptEnable(cpu, target, 0));
const ei = defineStep((cpu, target) => setInterruptEnable(cpu, target, STATUS_IE));

/** Numbers for `system` terminals. */
export const ROUTINE = { mtc0, eret, di, ei } as const;
