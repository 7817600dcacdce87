/**
 * The floating-point state as FNSTENV, FNSAVE and FXSAVE lay it out in memory (protected mode), as
 * bytes: for those instructions, signal frames and debuggers. SDM vol. 1, figures 8-9 and 8-10;
 * vol. 2, FXSAVE.
 */
import type { Cpu } from '@kml/core';
import { FINITE, newUnpacked, ZERO } from '@kml/core/softfloat';
import { FPU, layout, SSE_STATE, xmm } from '../state.ts';
import {
  emptyMask,
  indexSt,
  isEmpty,
  readSt,
  setControlWord,
  setEmptyMask,
  setStatusWord,
  statusWord,
  top,
} from './x87-state.ts';

const FPU_AT = layout.array('fpu').offset;
const MXCSR_AT = layout.array('sse').offset + SSE_STATE.mxcsr;

/** Bytes of the environment, and of the environment with the registers. */
export const ENVIRONMENT_BYTES = { 16: 14, 32: 28 } as const;
export const STATE_BYTES = { 16: 94, 32: 108 } as const;
/** Bytes FXSAVE writes; FXRSTOR reads no more of the 512. */
export const FXSAVE_BYTES = 288;
/** MXCSR bits that exist. */
export const MXCSR_MASK = 0xffff;

const u = newUnpacked();

function word(cpu: Cpu, offset: number): number {
  return cpu.i32[(cpu.base + FPU_AT + offset) >> 2]!;
}
function setWord(cpu: Cpu, offset: number, value: number): void {
  cpu.i32[(cpu.base + FPU_AT + offset) >> 2] = value;
}

/** Tags by physical register: 0 valid, 1 zero, 2 special, 3 empty. SDM vol. 1, 8.1.7. */
function tagWord(cpu: Cpu): number {
  let tags = 0;
  for (let i = 0; i < 8; i++) {
    let tag = 3;
    if (!isEmpty(cpu, i)) {
      readSt(cpu, u, i);
      tag = u.kind === ZERO ? 1 : u.kind === FINITE && u.denormal === 0 ? 0 : 2;
    }
    tags |= tag << (((top(cpu) + i) & 7) * 2);
  }
  return tags;
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

/** Writes what FNSAVE writes (108 bytes in the 32-bit form, 94 in the 16-bit one). */
export function saveFsave(cpu: Cpu, view: DataView, form: 16 | 32 = 32): void {
  saveEnvironment(cpu, view, form);
  for (let i = 0; i < 8; i++) saveRegister(cpu, view, ENVIRONMENT_BYTES[form] + i * 10, i);
}

/** Loads what FRSTOR loads. */
export function loadFsave(cpu: Cpu, view: DataView, form: 16 | 32 = 32): void {
  loadEnvironment(cpu, view, form);
  for (let i = 0; i < 8; i++) loadRegister(cpu, view, ENVIRONMENT_BYTES[form] + i * 10, i);
}

/** Writes the FXSAVE_BYTES bytes that FXSAVE writes. */
export function saveFxsave(cpu: Cpu, view: DataView): void {
  for (let at = 0; at < FXSAVE_BYTES; at += 4) view.setInt32(at, 0, true);
  const fip = word(cpu, FPU.instructionPointer);
  const fdp = word(cpu, FPU.dataPointer);
  view.setUint16(0, word(cpu, FPU.control), true);
  view.setUint16(2, statusWord(cpu), true);
  view.setUint8(4, ~emptyMask(cpu) & 0xff);
  view.setUint16(6, word(cpu, FPU.opcode) & 0x7ff, true);
  view.setInt32(8, fip, true);
  view.setUint16(12, word(cpu, FPU.codeSelector), true);
  view.setInt32(16, fdp, true);
  view.setUint16(20, word(cpu, FPU.dataSelector), true);
  view.setInt32(24, cpu.i32[(cpu.base + MXCSR_AT) >> 2]!, true);
  view.setInt32(28, MXCSR_MASK, true);
  for (let i = 0; i < 8; i++) {
    saveRegister(cpu, view, 32 + i * 16, i);
    const from = (cpu.base + xmm(i).offset) >> 2;
    for (let w = 0; w < 4; w++) view.setInt32(160 + i * 16 + w * 4, cpu.i32[from + w]!, true);
  }
}

/** Loads what FXRSTOR loads; false, with nothing changed, where MXCSR has reserved bits set. */
export function loadFxsave(cpu: Cpu, view: DataView): boolean {
  const mxcsr = view.getInt32(24, true);
  if ((mxcsr & ~MXCSR_MASK) !== 0) return false;
  setControlWord(cpu, view.getUint16(0, true));
  setStatusWord(cpu, view.getUint16(2, true));
  setEmptyMask(cpu, ~view.getUint8(4));
  setWord(cpu, FPU.opcode, view.getUint16(6, true) & 0x7ff);
  setWord(cpu, FPU.instructionPointer, view.getInt32(8, true));
  setWord(cpu, FPU.codeSelector, view.getUint16(12, true));
  setWord(cpu, FPU.dataPointer, view.getInt32(16, true));
  setWord(cpu, FPU.dataSelector, view.getUint16(20, true));
  cpu.i32[(cpu.base + MXCSR_AT) >> 2] = mxcsr;
  for (let i = 0; i < 8; i++) {
    loadRegister(cpu, view, 32 + i * 16, i);
    const to = (cpu.base + xmm(i).offset) >> 2;
    for (let w = 0; w < 4; w++) cpu.i32[to + w] = view.getInt32(160 + i * 16 + w * 4, true);
  }
  return true;
}
