/** LAR, LSL, VERR, VERW: what a program may ask about a selector. SDM vol. 2 and vol. 3, 5.10. */
import type { Cpu } from '@kml/core';
import { reg } from '../state.ts';
import {
  dplOf,
  found,
  isCode,
  isConforming,
  isNullSelector,
  isReadable,
  isWritableData,
  lookUp,
  systemType,
} from './descriptor.ts';
import { cplOf, GENERAL_SLOTS } from './registers.ts';

const ZR = reg('zr');

/** System types LAR and LSL answer for, as bits. SDM vol. 2, tables in LAR and LSL. */
const LAR_TYPES = 0b0001_1010_0011_1110;
const LSL_TYPES = 0b0000_1010_0000_1110;

/** Whether the selector is visible to the program: within its table, and of a level it may use. */
function visible(cpu: Cpu, selector: number, systemTypes: number): boolean {
  if (isNullSelector(selector) || !lookUp(cpu, selector)) return false;
  const type = systemType(found.attr);
  if (type >= 0 && ((systemTypes >> type) & 1) === 0) return false;
  if (isCode(found.attr) && isConforming(found.attr)) return true;
  const dpl = dplOf(found.attr);
  return cplOf(cpu) <= dpl && (selector & 3) <= dpl;
}

function finish(cpu: Cpu, passed: boolean, next: number): void {
  cpu.set(ZR, passed ? 0 : 1);
  cpu.pc = next;
}

function store(cpu: Cpu, destination: number, value: number): void {
  const slot = GENERAL_SLOTS[destination & 7]!;
  const wide = (destination & WIDE) !== 0;
  cpu.set(slot, wide ? value : (cpu.get(slot) & ~0xffff) | (value & 0xffff));
}

/** Flag in the destination argument: 32-bit operand size. */
export const WIDE = 8;

/** LAR: access rights into register `destination`, ZF set if the selector is visible. */
export function loadAccessRights(cpu: Cpu, selector: number, destination: number, _c: number, next: number): void {
  const passed = visible(cpu, selector & 0xffff, LAR_TYPES);
  if (passed) store(cpu, destination, found.high & 0x00f0_ff00);
  finish(cpu, passed, next);
}

/** LSL: byte limit. */
export function loadSegmentLimit(cpu: Cpu, selector: number, destination: number, _c: number, next: number): void {
  const passed = visible(cpu, selector & 0xffff, LSL_TYPES);
  if (passed) store(cpu, destination, found.limit);
  finish(cpu, passed, next);
}

/** VERR (`write` 0) and VERW. */
export function verify(cpu: Cpu, selector: number, write: number, _c: number, next: number): void {
  const value = selector & 0xffff;
  const passed = visible(cpu, value, 0) && (write ? isWritableData(found.attr) : isReadable(found.attr));
  finish(cpu, passed, next);
}
