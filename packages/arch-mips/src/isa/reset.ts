import type { Cpu } from '@kml/core';
import { CONFIG } from './identity.ts';
import { reg } from './state.ts';
import { updateMode } from './system/mode.ts';
import { STATUS_BEV, STATUS_ERL } from './system/status.ts';

/**
 * The state after Reset: kernel mode with ERL and BEV set, vectors at their boot addresses. The MMU
 * is on from the start: what the kernel maps is there, in all segments alike. MIPS32 vol. III, 6.2.1.
 */
export function reset(cpu: Cpu): void {
  cpu.u8.fill(0, cpu.base, cpu.base + cpu.layout.size);
  cpu.set(reg('status'), STATUS_BEV | STATUS_ERL);
  cpu.set(reg('ebase'), 0x8000_0000 | 0);
  for (const [name, value] of Object.entries(CONFIG)) cpu.set(reg(name), value);
  cpu.set(reg('spaceId'), cpu.mmu.current.id);
  cpu.set(reg('entryHi'), cpu.mmu.current.id & 0xff);
  updateMode(cpu);
}
