import type { Cpu } from '@kml/core';
import { reg } from '../state.ts';
import { deliverPendingFloat } from './deliver.ts';
import { writeMsr } from './mode.ts';

const SRR0 = reg('srr0');
const SRR1 = reg('srr1');
const MSR = reg('msr');

/** MSR bits that rfi takes from SRR1; the others stay. PEM, 8.2, rfi. */
export const FROM_SRR1 = 0x87c0ff73 | 0;

/** RFI. The reservation is the kernel's to drop: hardware keeps it over interrupts. */
export function returnFromInterrupt(cpu: Cpu): void {
  cpu.pc = cpu.get(SRR0) & ~3;
  writeMsr(cpu, (cpu.get(MSR) & ~FROM_SRR1) | (cpu.get(SRR1) & FROM_SRR1));
  deliverPendingFloat(cpu);
}

/** An RFI that was lifted inline but does more than that can. */
export function rfiAssist(cpu: Cpu): void {
  returnFromInterrupt(cpu);
  cpu.leaveRequested = true;
}
