/** Words pushed and popped by host code: through the stack segment, all or nothing. */
import type { Cpu } from '@kml/core';
import { SS as STACK_FAULT } from '../vectors.ts';
import { ATTR_BIG } from './descriptor.ts';
import { ATTR, BASE, cplOf, ESP, LIMIT, SEG_SS } from './registers.ts';
import { stackHasRoom } from './segments.ts';

/** Words to push, the first pushed (highest address) first. Filled by the caller of pushWords. */
export const pushed = new Int32Array(12);

/**
 * Writes `count` words (or half-words) of `pushed` below offset `top` of a stack segment given by its
 * cache. Returns the new stack offset; the caller commits it. Raises `#SS(error)` beyond the segment's limit.
 */
export function pushWords(
  cpu: Cpu,
  base: number,
  limit: number,
  attr: number,
  top: number,
  count: number,
  wide: boolean,
  supervisor: boolean,
  error: number,
): number {
  const size = wide ? 4 : 2;
  const mask = attr & ATTR_BIG ? -1 : 0xffff;
  const end = (top - count * size) & mask;
  if (limit !== -1 || attr & 0x4) {
    if (!stackHasRoom(attr, limit, end, count * size)) cpu.fault(STACK_FAULT, error);
  }
  for (let i = 0, offset = top; i < count; i++) {
    offset = (offset - size) & mask;
    const address = (base + offset) | 0;
    if (wide) cpu.virtual.write32(address, pushed[i]!, supervisor);
    else cpu.virtual.write16(address, pushed[i]! & 0xffff, supervisor);
  }
  return end;
}

/** Pushes `count` words of `pushed` on the present stack, without committing ESP. Returns the new offset. */
export function pushOnStack(cpu: Cpu, count: number, wide: boolean): number {
  const attr = cpu.get(ATTR[SEG_SS]!);
  const esp = cpu.get(ESP);
  const top = attr & ATTR_BIG ? esp : esp & 0xffff;
  return pushWords(cpu, cpu.get(BASE[SEG_SS]!), cpu.get(LIMIT[SEG_SS]!), attr, top, count, wide, cplOf(cpu) !== 3, 0);
}

/** Reads the word `index` places above the stack pointer, without changing it. */
export function peekStack(cpu: Cpu, index: number, wide: boolean): number {
  const attr = cpu.get(ATTR[SEG_SS]!);
  const limit = cpu.get(LIMIT[SEG_SS]!);
  const size = wide ? 4 : 2;
  const mask = attr & ATTR_BIG ? -1 : 0xffff;
  const offset = (cpu.get(ESP) + index * size) & mask;
  if ((limit !== -1 || attr & 0x4) && !stackHasRoom(attr, limit, offset, size)) cpu.fault(STACK_FAULT, 0);
  const address = (cpu.get(BASE[SEG_SS]!) + offset) | 0;
  const supervisor = cplOf(cpu) !== 3;
  return wide ? cpu.virtual.read32(address, supervisor) : cpu.virtual.read16(address, supervisor);
}

/** Puts an offset into the stack pointer: 16 bits of it where SS.B is clear. */
export function setStackPointer(cpu: Cpu, offset: number): void {
  if (cpu.get(ATTR[SEG_SS]!) & ATTR_BIG) cpu.set(ESP, offset);
  else cpu.set(ESP, (cpu.get(ESP) & ~0xffff) | (offset & 0xffff));
}
