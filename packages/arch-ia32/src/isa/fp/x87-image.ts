/**
 * The floating-point state as FNSTENV and FNSAVE lay it out in memory (protected mode), as bytes: for those
 * instructions and debuggers. SDM vol. 1, figures 8-9 and 8-10. FXSAVE: x87-words.ts.
 */
import type { Cpu } from '@kml/core';
import { FPU, layout } from '../state.ts';
import { indexSt, setControlWord, setEmptyMask, setStatusWord, statusWord } from './x87-state.ts';
import { tagWord } from './x87-tags.ts';
import { FSAVE_WORDS, saveFsaveWords } from './x87-words.ts';

const FPU_AT = layout.array('fpu').offset;

/** Bytes of the environment, and of the environment with the registers. */
export const ENVIRONMENT_BYTES = { 16: 14, 32: 28 } as const;
export const STATE_BYTES = { 16: 94, 32: 108 } as const;

function word(cpu: Cpu, offset: number): number {
  return cpu.i32[(cpu.base + FPU_AT + offset) >> 2]!;
}
function setWord(cpu: Cpu, offset: number, value: number): void {
  cpu.i32[(cpu.base + FPU_AT + offset) >> 2] = value;
}

function setTagWord(cpu: Cpu, tags: number): void {
  let mask = 0;
  for (let n = 0; n < 8; n++) if (((tags >> (n * 2)) & 3) === 3) mask |= 1 << n;
  setEmptyMask(cpu, mask);
}

/** Writes the environment in its 16- or 32-bit form. */
export function saveEnvironment(cpu: Cpu, view: DataView, form: 16 | 32): void {
  const fip = word(cpu, FPU.instructionPointer);
  const fdp = word(cpu, FPU.dataPointer);
  const cs = word(cpu, FPU.codeSelector);
  const ds = word(cpu, FPU.dataSelector);
  const first = [word(cpu, FPU.control), statusWord(cpu), tagWord(cpu)];
  if (form === 16) {
    [...first, fip, cs, fdp, ds].forEach((value, i) => {
      view.setUint16(i * 2, value & 0xffff, true);
    });
    return;
  }
  const opcode = word(cpu, FPU.opcode) & 0x7ff;
  [...first.map((value) => value | 0xffff0000), fip, cs | (opcode << 16), fdp, ds | 0xffff0000].forEach((value, i) => {
    view.setInt32(i * 4, value, true);
  });
}

/** Loads the environment; pending exceptions follow from the control and status words. */
export function loadEnvironment(cpu: Cpu, view: DataView, form: 16 | 32): void {
  const step = form >> 3;
  const get = (i: number) => (form === 16 ? view.getUint16(i * step, true) : view.getInt32(i * step, true));
  setControlWord(cpu, get(0));
  setStatusWord(cpu, get(1) & 0xffff);
  setTagWord(cpu, get(2));
  setWord(cpu, FPU.instructionPointer, get(3));
  setWord(cpu, FPU.opcode, form === 16 ? 0 : (get(4) >>> 16) & 0x7ff);
  setWord(cpu, FPU.codeSelector, get(4) & 0xffff);
  setWord(cpu, FPU.dataPointer, get(5));
  setWord(cpu, FPU.dataSelector, get(6) & 0xffff);
}

function saveRegister(cpu: Cpu, view: DataView, at: number, i: number): void {
  const from = indexSt(cpu, i);
  view.setInt32(at, cpu.i32[from]!, true);
  view.setInt32(at + 4, cpu.i32[from + 1]!, true);
  view.setUint16(at + 8, cpu.i32[from + 2]! & 0xffff, true);
}

function loadRegister(cpu: Cpu, view: DataView, at: number, i: number): void {
  const to = indexSt(cpu, i);
  cpu.i32[to] = view.getInt32(at, true);
  cpu.i32[to + 1] = view.getInt32(at + 4, true);
  cpu.i32[to + 2] = view.getUint16(at + 8, true);
}

/** Writes what FNSAVE writes (108 bytes in the 32-bit form, to whole words; 94 in the 16-bit one). */
export function saveFsave(cpu: Cpu, view: DataView, form: 16 | 32 = 32): void {
  if (form === 32) {
    saveFsaveWords(cpu, new Int32Array(view.buffer, view.byteOffset, FSAVE_WORDS), 0);
    return;
  }
  saveEnvironment(cpu, view, form);
  for (let i = 0; i < 8; i++) saveRegister(cpu, view, ENVIRONMENT_BYTES[form] + i * 10, i);
}

/** Loads what FRSTOR loads. */
export function loadFsave(cpu: Cpu, view: DataView, form: 16 | 32 = 32): void {
  loadEnvironment(cpu, view, form);
  for (let i = 0; i < 8; i++) loadRegister(cpu, view, ENVIRONMENT_BYTES[form] + i * 10, i);
}
