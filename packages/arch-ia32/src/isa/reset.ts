import type { Cpu } from '@kml/core';
import { reg, SEGMENTS } from './state.ts';
import { updateMode } from './system/index.ts';

/** Present, DPL 0, accessed, 4 GiB, 32-bit. */
const FLAT_DATA = 0xc093;
const FLAT_CODE = 0xc09b;

/** CR0: PE, MP, ET, NE, WP, AM, PG. */
const CR0 = 0x8005_0033 | 0;

/**
 * The state a boot loader hands to a protected-mode kernel: flat segments of null selectors at CPL 0,
 * interrupts off, paging on (address spaces exist from the start). There is no real mode.
 */
export function reset(cpu: Cpu): void {
  cpu.u8.fill(0, cpu.base, cpu.base + cpu.layout.size);
  for (const name of SEGMENTS) {
    cpu.set(reg(`${name}Limit`), -1);
    cpu.set(reg(`${name}Attr`), name === 'cs' ? FLAT_CODE : FLAT_DATA);
  }
  cpu.set(reg('df'), 1);
  cpu.set(reg('zr'), 1);
  cpu.set(reg('pr'), 1);
  cpu.set(reg('cr0'), CR0);
  // OSFXSR and OSXMMEXCPT: SSE is on. SDM vol. 3, 2.5.
  cpu.set(reg('cr4'), 0x600);
  cpu.set(reg('cr3'), cpu.mmu.current.id);
  cpu.set(reg('dr6'), 0xffff0ff0 | 0);
  cpu.set(reg('dr7'), 0x400);
  const fpu = cpu.layout.array('fpu').offset;
  const sse = cpu.layout.array('sse').offset;
  // FNINIT's control word, all registers empty; MXCSR's reset value. SDM vol. 3, table 9-1.
  cpu.i32[(cpu.base + fpu) >> 2] = 0x37f;
  cpu.i32[(cpu.base + fpu + 12) >> 2] = 0xff;
  cpu.i32[(cpu.base + sse) >> 2] = 0x1f80;
  updateMode(cpu);
}
