import type { Cpu } from '@kml/core';
import { reg } from '../state.ts';

const ENTRY_HI = reg('entryHi');
const SPACE_ID = reg('spaceId');
const ASID = 0xff;

/** The kernel switches to address space `id`: EntryHi.ASID shows its low 8 bits. */
export function setAddressSpace(cpu: Cpu, id: number): void {
  cpu.set(SPACE_ID, id);
  cpu.set(ENTRY_HI, (cpu.get(ENTRY_HI) & ~ASID) | (id & ASID));
}

/**
 * MTC0 to EntryHi. ASID names an address space that the kernel issued: the present one, or else one
 * with that id. Anything else leaves the CPU without page tables that exist: it shuts down, and the
 * machine reports it.
 */
export function writeEntryHi(cpu: Cpu, value: number): void {
  const asid = value & ASID;
  if (asid !== (cpu.get(SPACE_ID) & ASID)) {
    const space = cpu.mmu.spaceById(asid);
    if (space === undefined) {
      cpu.shutdownReason = `EntryHi loaded with ASID ${asid}, which names no address space`;
      cpu.leaveRequested = true;
      return;
    }
    cpu.set(SPACE_ID, space.id);
    if (cpu.mmu.current !== space) cpu.mmu.activate(space);
    cpu.leaveRequested = true;
  }
  cpu.set(ENTRY_HI, value & (0xffff_e000 | ASID));
}
