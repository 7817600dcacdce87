/** MOV to and POP of segment registers, LDS and its kin, as system routines. */
import type { Cpu } from '@kml/core';
import { updateMode } from './mode.ts';
import { ESP, GENERAL_SLOTS } from './registers.ts';
import { loadSegment } from './segments.ts';
import { peekStack, setStackPointer } from './stack.ts';

/** MOV Sreg, r/m16. */
export function moveToSegment(cpu: Cpu, segment: number, selector: number, _c: number, next: number): void {
  loadSegment(cpu, segment, selector);
  updateMode(cpu);
  cpu.pc = next;
}

/** POP Sreg. */
export function popSegment(cpu: Cpu, segment: number, wide: number, _c: number, next: number): void {
  const selector = peekStack(cpu, 0, wide !== 0);
  const top = cpu.get(ESP) + (wide ? 4 : 2);
  loadSegment(cpu, segment, selector);
  setStackPointer(cpu, top);
  updateMode(cpu);
  cpu.pc = next;
}

/** Fields of the third argument of loadFarPointer: segment number, then destination register, then operand size. */
export const POINTER_REGISTER_SHIFT = 3;
export const POINTER_WIDE = 0x40;

/** LDS, LES, LFS, LGS, LSS: selector and offset as loaded from memory. */
export function loadFarPointer(cpu: Cpu, selector: number, offset: number, packed: number, next: number): void {
  loadSegment(cpu, packed & 7, selector);
  const slot = GENERAL_SLOTS[(packed >> POINTER_REGISTER_SHIFT) & 7]!;
  cpu.set(slot, packed & POINTER_WIDE ? offset : (cpu.get(slot) & ~0xffff) | (offset & 0xffff));
  updateMode(cpu);
  cpu.pc = next;
}
