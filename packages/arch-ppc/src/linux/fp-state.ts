import type { Cpu } from '@kml/core';
import { FLOATING, fpr, readFpscr, writeFpscr } from '../isa/index.ts';

/** Floating point as memory has it: 32 double words, then FPSCR in the lower half of one. Linux: elf_fpregset_t */
export const FP_BYTES = 33 * 8;
const FPSCR_AT = 32 * 8 + 4;
const OFFSETS = FLOATING.map((name) => fpr(name).offset);

/** The CPU's floating-point state, registers bit for bit. */
export function saveFpState(cpu: Cpu): Uint8Array {
  const bytes = new Uint8Array(FP_BYTES);
  putFpState(cpu, new DataView(bytes.buffer), 0);
  return bytes;
}

/** The same at an offset of a view; FPSCR's upper half is left alone. */
export function putFpState(cpu: Cpu, view: DataView, at: number): void {
  for (let number = 0; number < OFFSETS.length; number++) {
    const from = (cpu.base + OFFSETS[number]!) >> 2;
    view.setInt32(at + 8 * number, cpu.i32[from + 1]!);
    view.setInt32(at + 8 * number + 4, cpu.i32[from]!);
  }
  view.setInt32(at + FPSCR_AT, readFpscr(cpu));
}

/** Loads the CPU's floating-point state. */
export function loadFpState(cpu: Cpu, bytes: Uint8Array): void {
  takeFpState(cpu, new DataView(bytes.buffer, bytes.byteOffset, FP_BYTES), 0);
}

/** The same from an offset of a view. */
export function takeFpState(cpu: Cpu, view: DataView, at: number): void {
  for (let number = 0; number < OFFSETS.length; number++) {
    const to = (cpu.base + OFFSETS[number]!) >> 2;
    cpu.i32[to + 1] = view.getInt32(at + 8 * number);
    cpu.i32[to] = view.getInt32(at + 8 * number + 4);
  }
  writeFpscr(cpu, view.getInt32(at + FPSCR_AT));
}
