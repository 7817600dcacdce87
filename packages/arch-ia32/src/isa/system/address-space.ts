import type { Cpu } from '@kml/core';
import { CR3 } from './registers.ts';

/**
 * Loads CR3, which holds an address-space id that the kernel issued. Anything else leaves the CPU
 * without page tables that exist: it shuts down, and the machine reports it.
 */
export function loadAddressSpace(cpu: Cpu, id: number): void {
  if (id === cpu.get(CR3) && cpu.mmu.current.id === id) return;
  const space = cpu.mmu.spaceById(id);
  if (space === undefined) {
    cpu.shutdownReason = `CR3 loaded with 0x${(id >>> 0).toString(16)}, which names no address space`;
    cpu.leaveRequested = true;
    return;
  }
  cpu.set(CR3, id);
  if (cpu.mmu.current !== space) cpu.mmu.activate(space);
  cpu.leaveRequested = true;
}
