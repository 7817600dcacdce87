/** MASKMOVQ and MASKMOVDQU: (linear address, register of the data, register of the mask). */
import type { Cpu } from '@kml/core';
import { defineRoutine } from '../host-functions.ts';
import { layout, MODE_CPL, xmm } from '../state.ts';
import { setEmptyMask, setTop } from './x87-state.ts';

const ST = layout.array('st').offset;

/** Stores the bytes whose mask byte has its top bit set; all their pages are probed before the first is written. */
function storeMasked(cpu: Cpu, address: number, bytes: number, data: number, mask: number): void {
  const supervisor = (cpu.mode & MODE_CPL) !== 3;
  for (let i = 0; i < bytes; i++) {
    if (cpu.u8[mask + i]! & 0x80) cpu.virtual.probeWrite((address + i) | 0, 1, supervisor);
  }
  for (let i = 0; i < bytes; i++) {
    if (cpu.u8[mask + i]! & 0x80) cpu.virtual.write8((address + i) | 0, cpu.u8[data + i]!, supervisor);
  }
}

export const STORE_MASKED_MMX = defineRoutine((cpu, address, data, mask, next) => {
  storeMasked(cpu, address, 8, cpu.base + ST + data * 16, cpu.base + ST + mask * 16);
  setTop(cpu, 0);
  setEmptyMask(cpu, 0);
  cpu.pc = next;
});

export const STORE_MASKED_XMM = defineRoutine((cpu, address, data, mask, next) => {
  storeMasked(cpu, address, 16, cpu.base + xmm(data).offset, cpu.base + xmm(mask).offset);
  cpu.pc = next;
});
