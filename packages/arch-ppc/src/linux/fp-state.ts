import type { Cpu } from '@kml/core';
import { FLOATING, fpr, readFpscr, writeFpscr } from '../isa/index.ts';

/** Floating point as memory has it: 32 double words, then FPSCR in the lower half of one. Linux: elf_fpregset_t */
export const FP_BYTES = 33 * 8;
const FPSCR_AT = 32 * 8 + 4;
const OFFSETS = FLOATING.map((name) => fpr(name).offset);

/** The CPU's floating-point state, registers bit for bit. */
export function saveFpState(cpu: Cpu): Uint8Array {
  const bytes = new Uint8Array(FP_BYTES);
  const view = new DataView(bytes.buffer);
  OFFSETS.forEach((offset, number) => {
    view.setBigUint64(8 * number, cpu.view.getBigUint64(cpu.base + offset, true));
  });
  view.setUint32(FPSCR_AT, readFpscr(cpu));
  return bytes;
}

/** Loads the CPU's floating-point state. */
export function loadFpState(cpu: Cpu, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, FP_BYTES);
  OFFSETS.forEach((offset, number) => {
    cpu.view.setBigUint64(cpu.base + offset, view.getBigUint64(8 * number), true);
  });
  writeFpscr(cpu, view.getInt32(FPSCR_AT));
}
