/** Segment and system descriptors in guest memory. SDM vol. 3, 3.4.5 and 3.5. */
import type { Cpu } from '@kml/core';
import { GP } from '../vectors.ts';
import { GDTR_BASE, GDTR_LIMIT, LDTR_ATTR, LDTR_BASE, LDTR_LIMIT } from './registers.ts';

/** Attribute bits as the descriptor caches hold them: descriptor bits 40 to 55, limit bits cleared. */
export const ATTR_ACCESSED = 0x1;
/** Data: writable. Code: readable. */
export const ATTR_WRITABLE = 0x2;
/** Data: expand-down. Code: conforming. */
export const ATTR_EXPAND_DOWN = 0x4;
export const ATTR_CONFORMING = 0x4;
export const ATTR_CODE = 0x8;
/** Code or data segment; clear in system descriptors. */
export const ATTR_SEGMENT = 0x10;
export const ATTR_PRESENT = 0x80;
/** D or B: 32 bits. */
export const ATTR_BIG = 0x4000;
export const ATTR_GRANULARITY = 0x8000;
const ATTR_MASK = 0xf0ff;

/** Types of system descriptors (attribute bits 0 to 4). SDM vol. 3, table 3-2. */
export const TYPE_LDT = 0x2;
export const TYPE_TASK_GATE = 0x5;
export const TYPE_INTERRUPT_GATE16 = 0x6;
export const TYPE_TRAP_GATE16 = 0x7;
export const TYPE_TSS_AVAILABLE = 0x9;
export const TYPE_TSS_BUSY = 0xb;
export const TYPE_CALL_GATE = 0xc;
export const TYPE_INTERRUPT_GATE = 0xe;
export const TYPE_TRAP_GATE = 0xf;

/** Selector bit: look in the LDT. */
const SELECTOR_TI = 4;

/**
 * A descriptor as read: what a cache would hold, and where it lies. One object serves all look-ups
 * (`found`): its fields are to be used before the next one.
 */
export interface Descriptor {
  /** Linear address of its two words. */
  address: number;
  low: number;
  high: number;
  base: number;
  /** Byte limit, as int32 (-1 is 4 GiB). */
  limit: number;
  attr: number;
}

/** The descriptor looked up last. */
export const found: Descriptor = { address: 0, low: 0, high: 0, base: 0, limit: 0, attr: 0 };

export function isNullSelector(selector: number): boolean {
  return (selector & 0xfffc) === 0;
}

/** Descriptor privilege level. */
export function dplOf(attr: number): number {
  return (attr >> 5) & 3;
}

/** Present data, or readable code: may be loaded into DS, ES, FS, GS. */
export function isReadable(attr: number): boolean {
  return (attr & ATTR_SEGMENT) !== 0 && (attr & (ATTR_CODE | ATTR_WRITABLE)) !== ATTR_CODE;
}

export function isCode(attr: number): boolean {
  return (attr & (ATTR_SEGMENT | ATTR_CODE)) === (ATTR_SEGMENT | ATTR_CODE);
}

/** Code whose privilege level need not equal the caller's. */
export function isConforming(attr: number): boolean {
  return (attr & ATTR_CONFORMING) !== 0;
}

export function isWritableData(attr: number): boolean {
  return (attr & (ATTR_SEGMENT | ATTR_CODE | ATTR_WRITABLE)) === (ATTR_SEGMENT | ATTR_WRITABLE);
}

/** System descriptor type, or -1 for code and data. */
export function systemType(attr: number): number {
  return attr & ATTR_SEGMENT ? -1 : attr & 0xf;
}

/** Address of a selector's descriptor, or -1 beyond its table. */
function descriptorAddress(cpu: Cpu, selector: number): number {
  const local = (selector & SELECTOR_TI) !== 0;
  if (local && (cpu.get(LDTR_ATTR) & ATTR_PRESENT) === 0) return -1;
  const limit = cpu.get(local ? LDTR_LIMIT : GDTR_LIMIT) >>> 0;
  if ((selector & 0xfff8) + 7 > limit) return -1;
  return (cpu.get(local ? LDTR_BASE : GDTR_BASE) + (selector & 0xfff8)) >>> 0;
}

/**
 * Reads a selector's descriptor into `found`. False if it lies beyond its table; throws GuestFault
 * if the table is not mapped.
 */
export function lookUp(cpu: Cpu, selector: number): boolean {
  const address = descriptorAddress(cpu, selector);
  if (address < 0) return false;
  found.address = address | 0;
  found.low = cpu.virtual.read32(address, true);
  found.high = cpu.virtual.read32(address + 4, true);
  decodeFound();
  return true;
}

function decodeFound(): void {
  const { low, high } = found;
  found.base = (low >>> 16) | ((high & 0xff) << 16) | (high & 0xff00_0000);
  found.attr = (high >>> 8) & ATTR_MASK;
  const limit = (low & 0xffff) | (high & 0xf_0000);
  found.limit = found.attr & ATTR_GRANULARITY ? (limit << 12) | 0xfff : limit;
}

/** As lookUp, but a selector beyond its table raises `vector` with the selector as error code. */
export function require(cpu: Cpu, selector: number, vector: number = GP): void {
  if (!lookUp(cpu, selector)) cpu.fault(vector, selector & 0xfffc);
}

/** Sets the accessed bit of the descriptor in `found`, in memory too. */
export function markAccessed(cpu: Cpu): void {
  if (found.attr & ATTR_ACCESSED) return;
  found.attr |= ATTR_ACCESSED;
  found.high |= ATTR_ACCESSED << 8;
  cpu.virtual.write8((found.address + 5) | 0, (found.high >>> 8) & 0xff, true);
}

/** Sets or clears the busy bit of a TSS descriptor at a linear address. */
export function setBusy(cpu: Cpu, address: number, busy: boolean): void {
  const type = cpu.virtual.read8((address + 5) | 0, true);
  cpu.virtual.write8((address + 5) | 0, busy ? type | 2 : type & ~2, true);
}
