/** Floating point registers as host code sees them. */
import type { Cpu } from '@kml/core';
import { FLOAT, reg, STATUS_FR } from '../isa/index.ts';

const STATUS = reg('status');

/** Index in cpu.i32 of a register's lower word; the upper one follows. */
export function floatPlace(cpu: Cpu, number: number): number {
  return (cpu.base + FLOAT[number]!.offset) >> 2;
}

/** Whether there are 32 registers of 64 bits. */
export function hasFr(cpu: Cpu): boolean {
  return (cpu.get(STATUS) & STATUS_FR) !== 0;
}

/** Words of a 64-bit register, lower first. */
export function readFloat64(cpu: Cpu, number: number): readonly [low: number, high: number] {
  const at = floatPlace(cpu, number);
  return [cpu.i32[at]!, cpu.i32[at + 1]!];
}

export function writeFloat64(cpu: Cpu, number: number, low: number, high: number): void {
  const at = floatPlace(cpu, number);
  cpu.i32[at] = low;
  cpu.i32[at + 1] = high;
}

/** Where a 32-bit register lies: with FR = 0 an odd one is the upper word of the even one before it. */
function wordPlace(cpu: Cpu, number: number): number {
  return number & 1 && !hasFr(cpu) ? floatPlace(cpu, number - 1) + 1 : floatPlace(cpu, number);
}

export function readFloat32(cpu: Cpu, number: number): number {
  return cpu.i32[wordPlace(cpu, number)]!;
}

export function writeFloat32(cpu: Cpu, number: number, value: number): void {
  cpu.i32[wordPlace(cpu, number)] = value;
}
