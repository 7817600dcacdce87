import type { Cpu } from '@kml/core';
import { FPU, layout, SSE_STATE, xmm } from '../isa/state.ts';

/**
 * Floating-point state as FXSAVE has it, and the conversion to FNSAVE's older image that i386 signal
 * frames begin with. Selectors of the last instruction and operand are not kept (as on processors
 * that deprecate them) and read as 0. SDM vol. 1, 10.5.1; Linux 6.1 arch/x86/kernel/fpu/regset.c: convert_from_fxsr
 */
export const FXSAVE_BYTES = 512;
export const FSAVE_BYTES = 112;

/** Bits of MXCSR that exist. SDM vol. 1, 11.6.6 */
const MXCSR_MASK = 0xffff;
const st = layout.array('st').offset;
const fpu = layout.array('fpu').offset;
const sse = layout.array('sse').offset;

/** Fills `into` (512 bytes) from the CPU. */
export function saveFx(cpu: Cpu, into: Uint8Array): void {
  const state = cpu.view;
  const at = cpu.base;
  const view = new DataView(into.buffer, into.byteOffset, FXSAVE_BYTES);
  const top = state.getUint32(at + fpu + FPU.top, true) & 7;
  view.setUint16(0, state.getUint32(at + fpu + FPU.control, true), true);
  view.setUint16(2, (state.getUint32(at + fpu + FPU.status, true) & ~0x3800) | (top << 11), true);
  view.setUint16(4, ~state.getUint32(at + fpu + FPU.empty, true) & 0xff, true);
  view.setUint16(6, state.getUint32(at + fpu + FPU.opcode, true), true);
  view.setUint32(8, state.getUint32(at + fpu + FPU.instructionPointer, true), true);
  view.setUint32(16, state.getUint32(at + fpu + FPU.dataPointer, true), true);
  view.setUint32(24, state.getUint32(at + sse + SSE_STATE.mxcsr, true), true);
  view.setUint32(28, MXCSR_MASK, true);
  for (let i = 0; i < 8; i++) {
    const from = at + st + 16 * ((top + i) & 7);
    into.set(cpu.u8.subarray(from, from + 10), 32 + 16 * i);
    const register = at + xmm(i).offset;
    into.set(cpu.u8.subarray(register, register + 16), 160 + 16 * i);
  }
}

/** Loads the CPU from an FXSAVE image. False, with nothing loaded, if reserved MXCSR bits are set (FXRSTOR would fault). */
export function restoreFx(cpu: Cpu, from: Uint8Array): boolean {
  const state = cpu.view;
  const at = cpu.base;
  const view = new DataView(from.buffer, from.byteOffset, FXSAVE_BYTES);
  const mxcsr = view.getUint32(24, true);
  if ((mxcsr & ~MXCSR_MASK) !== 0) return false;
  const status = view.getUint16(2, true);
  const top = (status >> 11) & 7;
  state.setUint32(at + fpu + FPU.control, view.getUint16(0, true), true);
  state.setUint32(at + fpu + FPU.status, status & ~0x3800, true);
  state.setUint32(at + fpu + FPU.top, top, true);
  state.setUint32(at + fpu + FPU.empty, ~view.getUint16(4, true) & 0xff, true);
  state.setUint32(at + fpu + FPU.opcode, view.getUint16(6, true) & 0x7ff, true);
  state.setUint32(at + fpu + FPU.instructionPointer, view.getUint32(8, true), true);
  state.setUint32(at + fpu + FPU.dataPointer, view.getUint32(16, true), true);
  state.setUint32(at + sse + SSE_STATE.mxcsr, mxcsr, true);
  for (let i = 0; i < 8; i++) {
    const to = at + st + 16 * ((top + i) & 7);
    cpu.u8.set(from.subarray(32 + 16 * i, 42 + 16 * i), to);
    const register = at + xmm(i).offset;
    cpu.u8.set(from.subarray(160 + 16 * i, 176 + 16 * i), register);
  }
  return true;
}

/** The FNSAVE image (7 environment words, 8 registers of 10 bytes, status again) of an FXSAVE image. */
export function fsaveOf(fx: Uint8Array): Uint8Array {
  const source = new DataView(fx.buffer, fx.byteOffset, FXSAVE_BYTES);
  const image = new Uint8Array(FSAVE_BYTES);
  const view = new DataView(image.buffer);
  const status = source.getUint16(2, true);
  view.setUint32(0, 0xffff0000 | source.getUint16(0, true), true);
  view.setUint32(4, 0xffff0000 | status, true);
  view.setUint32(8, 0xffff0000 | fullTags(fx, (status >> 11) & 7), true);
  view.setUint32(12, source.getUint32(8, true), true);
  view.setUint32(16, source.getUint16(12, true) | (source.getUint16(6, true) << 16), true);
  view.setUint32(20, source.getUint32(16, true), true);
  view.setUint32(24, 0xffff0000 | source.getUint16(20, true), true);
  for (let i = 0; i < 8; i++) image.set(fx.subarray(32 + 16 * i, 42 + 16 * i), 28 + 10 * i);
  view.setUint16(108, status, true);
  return image;
}

/** The two-bit tags (valid, zero, special, empty) that FXSAVE's one bit a register stands for. SDM vol. 1, 10.5.1.1 */
function fullTags(fx: Uint8Array, top: number): number {
  const view = new DataView(fx.buffer, fx.byteOffset, FXSAVE_BYTES);
  const valid = view.getUint8(4);
  let tags = 0;
  for (let register = 0; register < 8; register++) {
    let tag = 3;
    if ((valid >> register) & 1) {
      const at = 32 + 16 * ((register - top) & 7);
      const exponent = view.getUint16(at + 8, true) & 0x7fff;
      const [low, high] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
      if (exponent === 0) tag = (low | high) === 0 ? 1 : 2;
      else tag = exponent === 0x7fff || (high & 0x8000_0000) === 0 ? 2 : 0;
    }
    tags |= tag << (2 * register);
  }
  return tags;
}
