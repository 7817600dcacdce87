import type { Cpu } from '@kml/core';
import { MODE_FP_OFF, NOT_RESERVED, PSR_A, PSR_F, PSR_I, reg, SVC } from './state.ts';

/** SCTLR: U, alignment checks off, caches, branch prediction and MMU on, XP. */
const SCTLR = 0x00c5_187d & ~0x2;

/**
 * The state a boot loader hands to a kernel, but with the MMU on (address spaces exist from the
 * start): SVC mode, interrupts masked, floating point off.
 */
export function reset(cpu: Cpu): void {
  cpu.u8.fill(0, cpu.base, cpu.base + cpu.layout.size);
  cpu.set(reg('zf'), 1);
  cpu.set(reg('masks'), PSR_A | PSR_I | PSR_F);
  cpu.set(reg('exclusive'), NOT_RESERVED);
  cpu.set(reg('sctlr'), SCTLR);
  cpu.set(reg('ttbr0'), cpu.mmu.current.id);
  cpu.mode = SVC | MODE_FP_OFF;
}
