/**
 * The floating-point state as FNSAVE (32-bit form) and FXSAVE lay it out, as the words of a place in memory: for
 * signal frames it is the task's own. SDM vol. 1, figures 8-9 and 8-10; vol. 2, FXSAVE.
 */
import type { Cpu } from '@kml/core';
import { FPU, layout, SSE_STATE, xmm } from '../state.ts';
import { ST } from './x87-places.ts';
import { emptyMask, setControlWord, setEmptyMask, setStatusWord, statusWord, top } from './x87-state.ts';
import { tagWord } from './x87-tags.ts';

const FPU_AT = layout.array('fpu').offset >> 2;
const MXCSR_AT = (layout.array('sse').offset + SSE_STATE.mxcsr) >> 2;
const XMM_AT = Int32Array.from({ length: 8 }, (_, n) => xmm(n).offset >> 2);
/** Words of FNSAVE's image, of its environment; words that FXSAVE writes. */
export const FSAVE_WORDS = 27;
const ENVIRONMENT_WORDS = 7;
export const FXSAVE_WORDS = 72;
/** MXCSR bits that exist. */
export const MXCSR_MASK = 0xffff;
/** Places in FXSAVE's image: MXCSR and the mask of its bits, ST and XMM registers. */
const [FX_MXCSR, FX_MXCSR_MASK, FX_ST, FX_XMM] = [6, 7, 8, 40];

/** Where the words of the x87 state lie from its first one on. */
const [CONTROL, OPCODE, FIP, FCS, FDP, FDS] = [
  FPU.control,
  FPU.opcode,
  FPU.instructionPointer,
  FPU.codeSelector,
  FPU.dataPointer,
  FPU.dataSelector,
].map((offset) => offset >> 2) as [number, number, number, number, number, number];

/** Writes the FSAVE_WORDS words of FNSAVE's image. */
export function saveFsaveWords(cpu: Cpu, words: Int32Array, at: number): void {
  const { i32 } = cpu;
  const fpu = (cpu.base >> 2) + FPU_AT;
  const registers = (cpu.base + ST) >> 2;
  const first = top(cpu);
  words[at] = i32[fpu + CONTROL]! | 0xffff_0000;
  words[at + 1] = statusWord(cpu) | 0xffff_0000;
  words[at + 2] = tagWord(cpu) | 0xffff_0000;
  words[at + 3] = i32[fpu + FIP]!;
  words[at + 4] = i32[fpu + FCS]! | ((i32[fpu + OPCODE]! & 0x7ff) << 16);
  words[at + 5] = i32[fpu + FDP]!;
  words[at + 6] = i32[fpu + FDS]! | 0xffff_0000;
  // Ten bytes each: two registers are five words.
  let to = at + ENVIRONMENT_WORDS;
  for (let n = 0; n < 8; n += 2) {
    const even = registers + 4 * ((first + n) & 7);
    const odd = registers + 4 * ((first + n + 1) & 7);
    words[to] = i32[even]!;
    words[to + 1] = i32[even + 1]!;
    words[to + 2] = (i32[even + 2]! & 0xffff) | (i32[odd]! << 16);
    words[to + 3] = (i32[odd]! >>> 16) | (i32[odd + 1]! << 16);
    words[to + 4] = (i32[odd + 1]! >>> 16) | (i32[odd + 2]! << 16);
    to += 5;
  }
}

/** Writes the FXSAVE_WORDS words of FXSAVE's image. */
export function saveFxsaveWords(cpu: Cpu, words: Int32Array, at: number): void {
  const { i32 } = cpu;
  const base = cpu.base >> 2;
  const fpu = base + FPU_AT;
  const registers = (cpu.base + ST) >> 2;
  const first = top(cpu);
  words[at] = (i32[fpu + CONTROL]! & 0xffff) | (statusWord(cpu) << 16);
  words[at + 1] = (~emptyMask(cpu) & 0xff) | ((i32[fpu + OPCODE]! & 0x7ff) << 16);
  words[at + 2] = i32[fpu + FIP]!;
  words[at + 3] = i32[fpu + FCS]! & 0xffff;
  words[at + 4] = i32[fpu + FDP]!;
  words[at + 5] = i32[fpu + FDS]! & 0xffff;
  words[at + FX_MXCSR] = i32[base + MXCSR_AT]!;
  words[at + FX_MXCSR_MASK] = MXCSR_MASK;
  for (let n = 0; n < 8; n++) {
    const st = registers + 4 * ((first + n) & 7);
    const to = at + FX_ST + 4 * n;
    words[to] = i32[st]!;
    words[to + 1] = i32[st + 1]!;
    words[to + 2] = i32[st + 2]! & 0xffff;
    words[to + 3] = 0;
    const from = base + XMM_AT[n]!;
    for (let word = 0; word < 4; word++) words[at + FX_XMM + 4 * n + word] = i32[from + word]!;
  }
}

/** Loads what FXRSTOR loads; false, with nothing changed, where MXCSR has reserved bits set. */
export function loadFxsaveWords(cpu: Cpu, words: Int32Array, at: number): boolean {
  const mxcsr = words[at + FX_MXCSR]!;
  if ((mxcsr & ~MXCSR_MASK) !== 0) return false;
  const { i32 } = cpu;
  const base = cpu.base >> 2;
  const fpu = base + FPU_AT;
  const registers = (cpu.base + ST) >> 2;
  setControlWord(cpu, words[at]! & 0xffff);
  setStatusWord(cpu, words[at]! >>> 16);
  setEmptyMask(cpu, ~words[at + 1]! & 0xff);
  i32[fpu + OPCODE] = (words[at + 1]! >>> 16) & 0x7ff;
  i32[fpu + FIP] = words[at + 2]!;
  i32[fpu + FCS] = words[at + 3]! & 0xffff;
  i32[fpu + FDP] = words[at + 4]!;
  i32[fpu + FDS] = words[at + 5]! & 0xffff;
  i32[base + MXCSR_AT] = mxcsr;
  const first = top(cpu);
  for (let n = 0; n < 8; n++) {
    const st = registers + 4 * ((first + n) & 7);
    const from = at + FX_ST + 4 * n;
    i32[st] = words[from]!;
    i32[st + 1] = words[from + 1]!;
    i32[st + 2] = words[from + 2]! & 0xffff;
    const to = base + XMM_AT[n]!;
    for (let word = 0; word < 4; word++) i32[to + word] = words[at + FX_XMM + 4 * n + word]!;
  }
  return true;
}
