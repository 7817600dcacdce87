/** Floating-point registers in a signal frame: struct vfp_sigframe. Linux 6.1 arch/arm/include/asm/ucontext.h, asm/user.h */
import type { Cpu } from '@kml/core';
import { quad, reg } from '../isa/state.ts';
import { readFpscr, VECTOR, writeFpscr } from '../isa/vfp/fpscr.ts';

const VFP_MAGIC = 0x5646_5001;
/** VFP_STORAGE_SIZE, and the offsets of the structure. */
export const VFP_BYTES = 288;
const SIZE = 4;
const REGISTERS = 8;
const FPSCR = 264;
const FPEXC = 272;
const REGISTER_BYTES = 256;

/** d0 to d31 in the CPU state: the quad registers lie one behind another. */
function registers(cpu: Cpu): Uint8Array {
  const start = cpu.base + quad(0).offset;
  return cpu.u8.subarray(start, start + REGISTER_BYTES);
}

/** The structure for the CPU's present registers. */
export function saveFp(cpu: Cpu): Uint8Array {
  const bytes = new Uint8Array(VFP_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, VFP_MAGIC, true);
  view.setUint32(SIZE, VFP_BYTES, true);
  bytes.set(registers(cpu), REGISTERS);
  view.setInt32(FPSCR, readFpscr(cpu), true);
  view.setInt32(FPEXC, cpu.get(reg('fpexc')), true);
  return bytes;
}

/** Loads the registers. False, with nothing loaded, if it is no such structure. */
export function loadFp(cpu: Cpu, bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (view.getUint32(0, true) !== VFP_MAGIC || view.getUint32(SIZE, true) !== VFP_BYTES) return false;
  registers(cpu).set(bytes.subarray(REGISTERS, REGISTERS + REGISTER_BYTES));
  writeFpscr(cpu, view.getInt32(FPSCR, true));
  return true;
}

/** As a handler finds it: Len and Stride are 0 where a function is entered (AAPCS). Linux 6.1 arch/arm/vfp/vfpmodule.c: vfp_preserve_user_clear_hwstate */
export function enterFunction(cpu: Cpu): void {
  writeFpscr(cpu, readFpscr(cpu) & ~VECTOR);
}

/** As a program starts. Linux: vfp_flush_thread */
export function clearFp(cpu: Cpu): void {
  registers(cpu).fill(0);
  writeFpscr(cpu, 0);
}

/** A debugger's register set: d0 to d31, FPSCR. Linux 6.1 arch/arm/kernel/ptrace.c: vfp_get */
export const VFP_SET_BYTES = REGISTER_BYTES + 4;

export function saveVfp(cpu: Cpu): Uint8Array {
  const bytes = new Uint8Array(VFP_SET_BYTES);
  bytes.set(registers(cpu));
  new DataView(bytes.buffer).setInt32(REGISTER_BYTES, readFpscr(cpu), true);
  return bytes;
}

export function loadVfp(cpu: Cpu, bytes: Uint8Array): void {
  registers(cpu).set(bytes.subarray(0, REGISTER_BYTES));
  writeFpscr(cpu, new DataView(bytes.buffer, bytes.byteOffset).getInt32(REGISTER_BYTES, true));
}
