/** Far JMP, CALL, RET; IRET; SYSENTER and SYSEXIT. */
import type { I32 } from '@kml/core';
import type { Insn } from '../../lift/insn.ts';
import { ROUTINE } from '../routines.ts';
import { enterInline, exitInline } from './fast-call-inline.ts';
import { isFlat } from './flat-inline.ts';
import { mayReturnInline, returnInline } from './iret-inline.ts';
import { privileged } from './privilege.ts';

function wide(x: Insn): I32 {
  return x.const(x.opSize === 32 ? 1 : 0);
}

/** Selector and offset of a far pointer in memory. */
function farPointer(x: Insn): [selector: I32, offset: I32] {
  const bytes = x.opSize >> 3;
  const address = x.mem(bytes + 2, false, 0);
  const offset = x.load(address, x.opSize);
  return [x.load(x.b.add(address, x.const(bytes)), 16), offset];
}

/** JMP ptr16:32: the offset is the first immediate, the selector the second. */
export function jumpFarDirect(x: Insn): void {
  x.system(ROUTINE.jumpFar, x.const(x.imm2), x.const(x.opSize === 32 ? x.imm : x.imm & 0xffff));
}
/** JMP m16:32. */
export function jumpFarIndirect(x: Insn): void {
  x.system(ROUTINE.jumpFar, ...farPointer(x));
}
/** CALL ptr16:32. */
export function callFarDirect(x: Insn): void {
  x.system(ROUTINE.callFar, x.const(x.imm2), x.const(x.opSize === 32 ? x.imm : x.imm & 0xffff), wide(x));
}
/** CALL m16:32. */
export function callFarIndirect(x: Insn): void {
  x.system(ROUTINE.callFar, ...farPointer(x), wide(x));
}
/** RETF, RETF imm16. */
export function retFar(x: Insn): void {
  x.system(ROUTINE.retFar, x.const(x.opcode === 0xca ? x.imm & 0xffff : 0), wide(x));
}
/** IRET, IRETD. */
export function iret(x: Insn): void {
  if (mayReturnInline(x)) returnInline(x);
  else x.system(ROUTINE.iret, wide(x));
}
export function sysenter(x: Insn): void {
  if (isFlat(x, 3)) enterInline(x);
  else x.system(ROUTINE.sysenter);
}
export const sysexit = privileged((x) => {
  if (isFlat(x, 0)) exitInline(x);
  else x.system(ROUTINE.sysexit);
});
