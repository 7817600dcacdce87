/** Loading of segment registers. SDM vol. 2, MOV; vol. 3, 5.6 to 5.8. */
import type { Cpu } from '@kml/core';
import { GP, NP, SS as STACK_FAULT } from '../vectors.ts';
import {
  ATTR_PRESENT,
  dplOf,
  found,
  isCode,
  isConforming,
  isNullSelector,
  isReadable,
  isWritableData,
  markAccessed,
  require,
} from './descriptor.ts';
import { ATTR, BASE, cplOf, LIMIT, SEG_CS, SEG_DS, SEG_ES, SEG_FS, SEG_GS, SEG_SS, SELECTOR } from './registers.ts';

/** Puts selector and cache into a segment register. The caller recomputes the mode word. */
export function setSegment(
  cpu: Cpu,
  segment: number,
  selector: number,
  base: number,
  limit: number,
  attr: number,
): void {
  cpu.set(SELECTOR[segment]!, selector & 0xffff);
  cpu.set(BASE[segment]!, base);
  cpu.set(LIMIT[segment]!, limit);
  cpu.set(ATTR[segment]!, attr);
}

/** Puts a null selector into a data segment register: accesses through it are #GP(0). */
export function setNullSegment(cpu: Cpu, segment: number, selector = 0): void {
  setSegment(cpu, segment, selector, 0, 0, 0);
}

/** Loads the descriptor in `found` into a segment register. */
export function setFromFound(cpu: Cpu, segment: number, selector: number): void {
  markAccessed(cpu);
  setSegment(cpu, segment, selector, found.base, found.limit, found.attr);
}

/**
 * Loads SS for privilege level `cpl`. Raises `vector` for a selector that will not do, #SS if the
 * segment is not present; `extra` is OR-ed into the error code (EXT).
 */
export function checkStackSegment(cpu: Cpu, selector: number, cpl: number, vector: number = GP, extra = 0): void {
  const error = (selector & 0xfffc) | extra;
  if (isNullSelector(selector)) cpu.fault(vector, extra);
  require(cpu, selector, vector);
  if ((selector & 3) !== cpl || !isWritableData(found.attr) || dplOf(found.attr) !== cpl) cpu.fault(vector, error);
  if ((found.attr & ATTR_PRESENT) === 0) cpu.fault(STACK_FAULT, error);
}

/** Checks a selector for DS, ES, FS or GS, and looks it up into `found`. Not for null selectors. */
function checkDataSegment(cpu: Cpu, selector: number, vector: number): void {
  const error = selector & 0xfffc;
  require(cpu, selector, vector);
  const attr = found.attr;
  if (!isReadable(attr)) cpu.fault(vector, error);
  const conforming = isCode(attr) && isConforming(attr);
  const dpl = dplOf(attr);
  if (!conforming && ((selector & 3) > dpl || cplOf(cpu) > dpl)) cpu.fault(vector, error);
  if ((attr & ATTR_PRESENT) === 0) cpu.fault(NP, error);
}

/**
 * Loads a segment register but CS with all checks; nothing is changed if it faults. The caller
 * recomputes the mode word. `vector` is #GP, or #TS in a task switch.
 */
export function loadSegment(cpu: Cpu, segment: number, selector: number, vector: number = GP): void {
  const value = selector & 0xffff;
  if (segment === SEG_SS) {
    checkStackSegment(cpu, value, cplOf(cpu), vector);
    setFromFound(cpu, segment, value);
    return;
  }
  if (isNullSelector(value)) {
    setNullSegment(cpu, segment, value);
    return;
  }
  checkDataSegment(cpu, value, vector);
  setFromFound(cpu, segment, value);
}

const DATA_SEGMENTS = [SEG_ES, SEG_DS, SEG_FS, SEG_GS] as const;

/** A return to an outer level: data segments that it may not use become null. SDM vol. 2, RET and IRET. */
export function dropInnerSegments(cpu: Cpu, cpl: number): void {
  for (const segment of DATA_SEGMENTS) {
    const attr = cpu.get(ATTR[segment]!);
    if (attr === 0 || (isCode(attr) && isConforming(attr))) continue;
    if (dplOf(attr) < cpl) setNullSegment(cpu, segment);
  }
}

/** Whether `bytes` below stack offset `top` of a stack segment with this cache lie within it. */
export function stackHasRoom(attr: number, limit: number, offset: number, bytes: number): boolean {
  const first = offset >>> 0;
  const last = first + bytes - 1;
  if (attr & 0x4) {
    const end = attr & 0x4000 ? 0xffff_ffff : 0xffff;
    return first > limit >>> 0 && last <= end;
  }
  return last <= limit >>> 0;
}

/** Loads CS from the descriptor in `found` for privilege level `cpl`. */
export function setCodeFromFound(cpu: Cpu, selector: number, cpl: number): void {
  setFromFound(cpu, SEG_CS, (selector & 0xfffc) | cpl);
}
