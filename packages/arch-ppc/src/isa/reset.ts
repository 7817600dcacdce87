import type { Cpu } from '@kml/core';
import { MSR_DR, MSR_FP, MSR_IR, MSR_ME, MSR_RI, reg } from './state.ts';
import { updateMode } from './system/mode.ts';

/** Processor version of the MPC750 (version 8, revision 3.1). PEM, table 2-5. */
const PVR_750 = 0x00080301;

/**
 * The state a boot loader hands to a kernel that has set up its translation: supervisor, interrupts
 * off, translation on (address spaces exist from the start), floating point on.
 */
export function reset(cpu: Cpu): void {
  cpu.u8.fill(0, cpu.base, cpu.base + cpu.layout.size);
  cpu.set(reg('msr'), MSR_ME | MSR_IR | MSR_DR | MSR_RI | MSR_FP);
  cpu.set(reg('pvr'), PVR_750);
  cpu.set(reg('sdr1'), cpu.mmu.current.id);
  updateMode(cpu);
}
