import type { Cpu } from '@kml/core';
import { FLOATING, fpr, readFpscr, writeFpscr } from '../isa/index.ts';

/** Floating point as memory has it: 32 double words, then FPSCR in the lower half of one. Linux: elf_fpregset_t */
export const FP_BYTES = 33 * 8;
/** Word of it. */
const FPSCR_AT = 65;
/** Words of the CPU's state with the registers' lower halves. */
const PLACES = Int32Array.from(FLOATING, (name) => fpr(name).offset >> 2);

/** The CPU's floating-point state, registers bit for bit. */
export function saveFpState(cpu: Cpu): Uint8Array {
  const bytes = new Uint8Array(FP_BYTES);
  const words = new Int32Array(FP_BYTES >> 2);
  putFpState(cpu, words, 0);
  const view = new DataView(bytes.buffer);
  words.forEach((word, n) => {
    view.setInt32(4 * n, word);
  });
  return bytes;
}

/** The same from a word of a frame on; FPSCR's upper half is left alone. */
export function putFpState(cpu: Cpu, words: Int32Array, at: number): void {
  const { i32 } = cpu;
  const base = cpu.base >> 2;
  for (let number = 0; number < PLACES.length; number++) {
    const from = base + PLACES[number]!;
    words[at + 2 * number] = i32[from + 1]!;
    words[at + 2 * number + 1] = i32[from]!;
  }
  words[at + FPSCR_AT] = readFpscr(cpu);
}

/** Loads the CPU's floating-point state. */
export function loadFpState(cpu: Cpu, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, FP_BYTES);
  takeFpState(
    cpu,
    Int32Array.from({ length: FP_BYTES >> 2 }, (_, n) => view.getInt32(4 * n)),
    0,
  );
}

/** The same from a word of a frame on. */
export function takeFpState(cpu: Cpu, words: Int32Array, at: number): void {
  const { i32 } = cpu;
  const base = cpu.base >> 2;
  for (let number = 0; number < PLACES.length; number++) {
    const to = base + PLACES[number]!;
    i32[to + 1] = words[at + 2 * number]!;
    i32[to] = words[at + 2 * number + 1]!;
  }
  writeFpscr(cpu, words[at + FPSCR_AT]!);
}
