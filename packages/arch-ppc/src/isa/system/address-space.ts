import type { Cpu } from '@kml/core';
import { reg } from '../state.ts';

const SDR1 = reg('sdr1');

/**
 * Loads SDR1, which holds an address-space id that the kernel issued. Anything else leaves the CPU
 * without page tables that exist: it stops, and the machine reports it.
 */
export function loadAddressSpace(cpu: Cpu, id: number): void {
  if (id === cpu.get(SDR1) && cpu.mmu.current.id === id) return;
  const space = cpu.mmu.spaceById(id);
  cpu.leaveRequested = true;
  if (space === undefined) {
    cpu.shutdownReason = `SDR1 loaded with 0x${(id >>> 0).toString(16)}, which names no address space`;
    return;
  }
  cpu.set(SDR1, id);
  if (cpu.mmu.current !== space) cpu.mmu.activate(space);
}
