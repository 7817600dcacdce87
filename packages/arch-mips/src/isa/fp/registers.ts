/** Floating point registers as host code sees them, in words. MIPS32 vol. I-A, 6.4.1. */
import type { Cpu } from '@kml/core';
import { FLOAT, MODE_FR } from '../state.ts';
import type { Format } from './operations.ts';

function wordIndex(cpu: Cpu, slot: number): number {
  return (cpu.base + FLOAT[slot]!.offset) >> 2;
}

/** Index in cpu.i32 of the 32-bit register `n`. */
function index32(cpu: Cpu, n: number): number {
  return cpu.mode & MODE_FR ? wordIndex(cpu, n) : wordIndex(cpu, n & ~1) + (n & 1);
}

/** Index in cpu.i32 of the low word of the 64-bit register `n`. */
function index64(cpu: Cpu, n: number): number {
  return wordIndex(cpu, cpu.mode & MODE_FR ? n : n & ~1);
}

const isWide = (format: Format): boolean => format === 'd' || format === 'l';

export function lowWord(cpu: Cpu, n: number, format: Format): number {
  return cpu.i32[isWide(format) ? index64(cpu, n) : index32(cpu, n)]!;
}

export function highWord(cpu: Cpu, n: number, format: Format): number {
  return isWide(format) ? cpu.i32[index64(cpu, n) + 1]! : 0;
}

export function writeFloat(cpu: Cpu, n: number, format: Format, high: number, low: number): void {
  if (!isWide(format)) {
    cpu.i32[index32(cpu, n)] = low;
    return;
  }
  const at = index64(cpu, n);
  cpu.i32[at] = low;
  cpu.i32[at + 1] = high;
}
