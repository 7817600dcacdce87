/** IN, OUT, INS, OUTS. No device answers: reads give all ones, writes go nowhere. SDM vol. 1, chapter 19. */
import type { Cpu } from '@kml/core';
import { GP } from '../vectors.ts';
import { DF, ioplOf } from './eflags.ts';
import { cplOf, EAX, ECX, EDI, EDX, ESI, TR_BASE, TR_LIMIT } from './registers.ts';
import { TSS } from './task-switch.ts';

/** What an address gives at which no device is. */
const OPEN_BUS = -1;

/** Raises #GP(0) unless CPL <= IOPL or the TSS's I/O map has all bits of the access clear. */
function checkPort(cpu: Cpu, port: number, bytes: number): void {
  if (cplOf(cpu) <= ioplOf(cpu)) return;
  const limit = cpu.get(TR_LIMIT) >>> 0;
  if (limit < TSS.size - 1) cpu.fault(GP, 0);
  const base = cpu.get(TR_BASE);
  const map = cpu.virtual.read16((base + TSS.ioMap) | 0, true);
  const at = map + (port >> 3);
  if (at + 1 > limit) cpu.fault(GP, 0);
  const bits = cpu.virtual.read16((base + at) | 0, true) >> (port & 7);
  if (bits & ((1 << bytes) - 1)) cpu.fault(GP, 0);
}

/** IN: `bytes` from `port` into AL, AX or EAX. */
export function portIn(cpu: Cpu, port: number, bytes: number, _c: number, next: number): void {
  checkPort(cpu, port & 0xffff, bytes);
  const mask = bytes === 4 ? -1 : (1 << (bytes * 8)) - 1;
  cpu.set(EAX, (cpu.get(EAX) & ~mask) | (OPEN_BUS & mask));
  cpu.pc = next;
}

/** OUT. */
export function portOut(cpu: Cpu, port: number, bytes: number, _c: number, next: number): void {
  checkPort(cpu, port & 0xffff, bytes);
  cpu.pc = next;
}

/** How a string instruction goes on: packed into the third argument of the routine. */
export const STRING_REPEAT = 1;
export const STRING_ADDRESS16 = 2;

/** One element of INS: `address` is the linear address of ES:EDI. */
export function portInString(cpu: Cpu, address: number, bytes: number, how: number, next: number): void {
  if (finished(cpu, how, next)) return;
  checkPort(cpu, cpu.get(EDX) & 0xffff, bytes);
  const supervisor = cplOf(cpu) !== 3;
  if (bytes === 4) cpu.virtual.write32(address, OPEN_BUS, supervisor);
  else if (bytes === 2) cpu.virtual.write16(address, OPEN_BUS & 0xffff, supervisor);
  else cpu.virtual.write8(address, OPEN_BUS & 0xff, supervisor);
  advance(cpu, EDI, bytes, how, next);
}

/** One element of OUTS: `address` is the linear address of the source. */
export function portOutString(cpu: Cpu, address: number, bytes: number, how: number, next: number): void {
  if (finished(cpu, how, next)) return;
  checkPort(cpu, cpu.get(EDX) & 0xffff, bytes);
  cpu.virtual.probeRead(address, bytes, cplOf(cpu) !== 3);
  advance(cpu, ESI, bytes, how, next);
}

function counterMask(how: number): number {
  return how & STRING_ADDRESS16 ? 0xffff : -1;
}

/** REP with a count of 0: nothing to do. */
function finished(cpu: Cpu, how: number, next: number): boolean {
  if ((how & STRING_REPEAT) === 0 || (cpu.get(ECX) & counterMask(how)) !== 0) return false;
  cpu.pc = next;
  return true;
}

/** Moves the index register by one element; with REP counts down and stays at the instruction until the count is 0. */
function advance(cpu: Cpu, index: typeof EDI, bytes: number, how: number, next: number): void {
  const mask = counterMask(how);
  const moved = cpu.get(index) + bytes * cpu.get(DF);
  cpu.set(index, (cpu.get(index) & ~mask) | (moved & mask));
  if (how & STRING_REPEAT) {
    const count = cpu.get(ECX) - 1;
    cpu.set(ECX, (cpu.get(ECX) & ~mask) | (count & mask));
    if ((count & mask) !== 0) return;
  }
  cpu.pc = next;
}
