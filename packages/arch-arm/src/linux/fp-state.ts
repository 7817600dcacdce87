/** Floating-point registers in a signal frame: struct vfp_sigframe. Linux 6.1 arch/arm/include/asm/ucontext.h, asm/user.h */
import type { Cpu } from '@kml/core';
import { quad, reg } from '../isa/state.ts';
import { readFpscr, VECTOR, writeFpscr } from '../isa/vfp/fpscr.ts';

const VFP_MAGIC = 0x5646_5001;
/** VFP_STORAGE_SIZE, and the places in the structure, in words. */
export const VFP_BYTES = 288;
const SIZE = 1;
const REGISTERS = 2;
const FPSCR = 66;
const FPEXC = 68;
const REGISTER_BYTES = 256;
const FPEXC_SLOT = reg('fpexc');

/** d0 to d31 in the CPU state: the quad registers lie one behind another. */
function registers(cpu: Cpu): Uint8Array {
  const start = cpu.base + quad(0).offset;
  return cpu.u8.subarray(start, start + REGISTER_BYTES);
}

/** Writes the structure for the CPU's present registers, from a word of a frame on. */
export function putFp(cpu: Cpu, words: Int32Array, at: number): void {
  const { i32 } = cpu;
  const from = (cpu.base + quad(0).offset) >> 2;
  words[at] = VFP_MAGIC;
  words[at + SIZE] = VFP_BYTES;
  for (let word = 0; word < REGISTER_BYTES >> 2; word++) words[at + REGISTERS + word] = i32[from + word]!;
  words[at + FPSCR] = readFpscr(cpu);
  words[at + FPEXC] = cpu.get(FPEXC_SLOT);
}

/** Loads the registers from a word of a frame on. False, with nothing loaded, if there is no such structure. */
export function takeFp(cpu: Cpu, words: Int32Array, at: number): boolean {
  if (words[at] !== VFP_MAGIC || words[at + SIZE] !== VFP_BYTES) return false;
  const { i32 } = cpu;
  const to = (cpu.base + quad(0).offset) >> 2;
  for (let word = 0; word < REGISTER_BYTES >> 2; word++) i32[to + word] = words[at + REGISTERS + word]!;
  writeFpscr(cpu, words[at + FPSCR]!);
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
