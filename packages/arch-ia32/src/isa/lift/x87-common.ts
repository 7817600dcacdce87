/** What every floating-point handler begins with. */
import type { I32 } from '@kml/core';
import { FPU, layout, MODE_NO_FPU, MODE_SEGMENTED } from '../state.ts';
import { MF, NM } from '../vectors.ts';
import { FS, GS, type Insn } from './insn.ts';
import { eipOf } from './segment.ts';
import { forgetX87, noteClean } from './x87-stack.ts';

export const FPU_AT = layout.array('fpu').offset;
export const SCRATCH_AT = layout.array('scratch').offset;
const ERROR_SUMMARY = 0x80;

/** False, having raised #NM, where CR0.EM or CR0.TS forbids floating point. */
export function fpuAvailable(x: Insn): boolean {
  if ((x.mode & MODE_NO_FPU) === 0) return true;
  x.raise(NM);
  return false;
}

/** #MF if an unmasked x87 exception is pending: all x87 and MMX instructions but the FN… ones wait for it. */
export function waitForErrors(x: Insn): void {
  const b = x.b;
  const status = b.peek32(b.const(0), FPU_AT + FPU.status);
  x.trapIf(b.and(status, b.const(ERROR_SUMMARY)), MF);
}

/** Begins a waiting x87 or MMX instruction that a helper does; false where it ends in #NM. */
export function beginWaiting(x: Insn): boolean {
  if (!fpuAvailable(x)) return false;
  if (!noteClean(x)) waitForErrors(x);
  forgetX87(x);
  return true;
}

/** Notes the instruction as the last one (FIP, FOP), and its memory operand (FDP). After its last access. */
export function noteLast(x: Insn, address?: I32): void {
  const b = x.b;
  const zero = b.const(0);
  const opcode = ((x.opcode & 7) << 8) | (x.modrm & 0xff);
  const eip = eipOf(x, b.const(x.pc));
  if (b.constantOf(eip) === x.pc) {
    b.poke64(zero, b.constant64(x.pc, opcode), FPU_AT + FPU.instructionPointer);
  } else {
    b.poke32(zero, eip, FPU_AT + FPU.instructionPointer);
    b.poke32(zero, b.const(opcode), FPU_AT + FPU.opcode);
  }
  if (address === undefined) return;
  const segment = x.segment();
  const based = (x.mode & MODE_SEGMENTED) !== 0 || segment === FS || segment === GS;
  b.poke32(zero, based ? x.effectiveAddress() : address, FPU_AT + FPU.dataPointer);
}

/** Low and high word of a 64-bit load. */
export function load64Words(x: Insn, address: I32): [low: I32, high: I32] {
  const b = x.b;
  const value = b.load64(address);
  return [b.wrap(value), b.wrap(b.shrU64(value, b.constant64(32, 0)))];
}
