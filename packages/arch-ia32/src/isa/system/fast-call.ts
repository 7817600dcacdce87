/** SYSENTER and SYSEXIT. SDM vol. 2. */
import { type Cpu, type Slot, STATE_BASE } from '@kml/core';
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
import { ATTR, BASE, ECX, EDX, ESP, LIMIT, SEG_CS, SEG_SS, SELECTOR, SYSENTER_CS, SYSENTER_EIP, SYSENTER_ESP } from './registers.ts';

/** Flat, present, accessed, 32-bit: what both instructions put into the caches without reading a descriptor. */
const FLAT_CODE = ATTR_PRESENT | ATTR_SEGMENT | ATTR_CODE | ATTR_WRITABLE | ATTR_ACCESSED | ATTR_BIG | ATTR_GRANULARITY;
const FLAT_DATA = ATTR_PRESENT | ATTR_SEGMENT | ATTR_WRITABLE | ATTR_ACCESSED | ATTR_BIG | ATTR_GRANULARITY;
const DPL_3 = 0x60;

/** Places of a segment register and its cache among the words of memory. */
interface SegmentPlaces {
  readonly selector: number;
  readonly base: number;
  readonly limit: number;
  readonly attr: number;
}

function placesOf(segment: number): SegmentPlaces {
  const at = (slot: Slot): number => (STATE_BASE + slot.offset) >> 2;
  return {
    selector: at(SELECTOR[segment]!),
    base: at(BASE[segment]!),
    limit: at(LIMIT[segment]!),
    attr: at(ATTR[segment]!),
  };
}

const CS = placesOf(SEG_CS);
const SS = placesOf(SEG_SS);

function setFlat(cpu: Cpu, segment: SegmentPlaces, selector: number, attr: number): void {
  const { i32 } = cpu;
  i32[segment.selector] = selector & 0xffff;
  i32[segment.base] = 0;
  i32[segment.limit] = -1;
  i32[segment.attr] = attr;
}

/** SYSENTER: to CPL 0 at the address the MSRs hold. #GP(0) if SYSENTER_CS is null. */
export function sysenter(cpu: Cpu): void {
  const selector = cpu.get(SYSENTER_CS) & 0xfffc;
  if (selector === 0) cpu.fault(GP, 0);
  cpu.set(EFL, cpu.get(EFL) & ~(FLAG_VM | FLAG_IF | FLAG_RF));
  setFlat(cpu, CS, selector, FLAT_CODE);
  setFlat(cpu, SS, selector + 8, FLAT_DATA);
  cpu.set(ESP, cpu.get(SYSENTER_ESP));
  cpu.pc = cpu.get(SYSENTER_EIP);
  updateMode(cpu);
}

/** SYSEXIT: to CPL 3 at EDX, with the stack at ECX. The caller has checked CPL. */
export function sysexit(cpu: Cpu): void {
  const selector = cpu.get(SYSENTER_CS) & 0xfffc;
  if (selector === 0) cpu.fault(GP, 0);
  setFlat(cpu, CS, (selector + 16) | 3, FLAT_CODE | DPL_3);
  setFlat(cpu, SS, (selector + 24) | 3, FLAT_DATA | DPL_3);
  cpu.set(ESP, cpu.get(ECX));
  cpu.pc = cpu.get(EDX);
  updateMode(cpu);
}
