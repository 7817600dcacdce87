/** SYSENTER and SYSEXIT. SDM vol. 2. */
import type { Cpu } from '@kml/core';
import { GP } from '../vectors.ts';
import {
  ATTR_ACCESSED,
  ATTR_BIG,
  ATTR_CODE,
  ATTR_GRANULARITY,
  ATTR_PRESENT,
  ATTR_SEGMENT,
  ATTR_WRITABLE,
} from './descriptor.ts';
import { EFL, FLAG_IF, FLAG_RF, FLAG_VM } from './eflags.ts';
import { updateMode } from './mode.ts';
import { ECX, EDX, ESP, SYSENTER_CS, SYSENTER_EIP, SYSENTER_ESP } from './registers.ts';
import { CS, SS, setFlatSegment } from './segment-words.ts';

/** Flat, present, accessed, 32-bit: what both instructions put into the caches without reading a descriptor. */
export const FLAT_CODE =
  ATTR_PRESENT | ATTR_SEGMENT | ATTR_CODE | ATTR_WRITABLE | ATTR_ACCESSED | ATTR_BIG | ATTR_GRANULARITY;
export const FLAT_DATA = ATTR_PRESENT | ATTR_SEGMENT | ATTR_WRITABLE | ATTR_ACCESSED | ATTR_BIG | ATTR_GRANULARITY;
export const DPL_3 = 0x60;

/** SYSENTER: to CPL 0 at the address the MSRs hold. #GP(0) if SYSENTER_CS is null. */
export function sysenter(cpu: Cpu): void {
  const selector = cpu.get(SYSENTER_CS) & 0xfffc;
  if (selector === 0) cpu.fault(GP, 0);
  cpu.set(EFL, cpu.get(EFL) & ~(FLAG_VM | FLAG_IF | FLAG_RF));
  setFlatSegment(cpu, CS, selector, FLAT_CODE);
  setFlatSegment(cpu, SS, selector + 8, FLAT_DATA);
  cpu.set(ESP, cpu.get(SYSENTER_ESP));
  cpu.pc = cpu.get(SYSENTER_EIP);
  updateMode(cpu);
}

/** SYSEXIT: to CPL 3 at EDX, with the stack at ECX. The caller has checked CPL. */
export function sysexit(cpu: Cpu): void {
  const selector = cpu.get(SYSENTER_CS) & 0xfffc;
  if (selector === 0) cpu.fault(GP, 0);
  setFlatSegment(cpu, CS, (selector + 16) | 3, FLAT_CODE | DPL_3);
  setFlatSegment(cpu, SS, (selector + 24) | 3, FLAT_DATA | DPL_3);
  cpu.set(ESP, cpu.get(ECX));
  cpu.pc = cpu.get(EDX);
  updateMode(cpu);
}
