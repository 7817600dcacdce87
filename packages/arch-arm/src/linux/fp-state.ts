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
const FPEXC_SLOT = reg('fpexc');

/** d0 to d31 in the CPU state: the quad registers lie one behind another. */
function registers(cpu: Cpu): Uint8Array {
  const start = cpu.base + quad(0).offset;
  return cpu.u8.subarray(start, start + REGISTER_BYTES);
}

/** Writes the structure for the CPU's present registers to an offset of a view. */
export function putFp(cpu: Cpu, view: DataView, at: number): void {
  const from = (cpu.base + quad(0).offset) >> 2;
  view.setUint32(at, VFP_MAGIC, true);
  view.setUint32(at + SIZE, VFP_BYTES, true);
  for (let word = 0; word < REGISTER_BYTES >> 2; word++) {
    view.setInt32(at + REGISTERS + 4 * word, cpu.i32[from + word]!, true);
  }
  view.setInt32(at + FPSCR, readFpscr(cpu), true);
  view.setInt32(at + FPEXC, cpu.get(FPEXC_SLOT), true);
}

/** Loads the registers from an offset of a view. False, with nothing loaded, if there is no such structure. */
export function takeFp(cpu: Cpu, view: DataView, at: number): boolean {
  if (view.getUint32(at, true) !== VFP_MAGIC || view.getUint32(at + SIZE, true) !== VFP_BYTES) return false;
  const to = (cpu.base + quad(0).offset) >> 2;
  for (let word = 0; word < REGISTER_BYTES >> 2; word++) {
    cpu.i32[to + word] = view.getInt32(at + REGISTERS + 4 * word, true);
  }
  writeFpscr(cpu, view.getInt32(at + FPSCR, true));
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
