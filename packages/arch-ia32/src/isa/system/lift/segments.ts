/** MOV and POP of segment registers, LDS LES LFS LGS LSS. */
import type { Insn } from '../../lift/insn.ts';
import { UD } from '../../vectors.ts';
import { SEG_CS, SELECTOR } from '../registers.ts';
import { ROUTINE } from '../routines.ts';
import { POINTER_REGISTER_SHIFT, POINTER_WIDE } from '../segment-routines.ts';

/** MOV r/m16, Sreg: a register destination of 32 bits is zero-extended, memory gets 16 bits. */
export function movFromSegment(x: Insn): void {
  if (x.reg > 5) {
    x.raise(UD);
    return;
  }
  const selector = x.b.get(SELECTOR[x.reg]!);
  if (x.isMemory) x.store(x.mem(2, true), 16, selector);
  else x.setReg(x.rm, x.opSize, selector);
}

/** MOV Sreg, r/m16. CS cannot be loaded so. */
export function movToSegment(x: Insn): void {
  if (x.reg > 5 || x.reg === SEG_CS) {
    x.raise(UD);
    return;
  }
  const selector = x.isMemory ? x.load(x.mem(2), 16) : x.getReg(x.rm, 16);
  x.system(ROUTINE.moveToSegment, x.const(x.reg), selector);
}

/** POP Sreg. */
export function popSegment(segment: number): (x: Insn) => void {
  return (x) => x.system(ROUTINE.popSegment, x.const(segment), x.const(x.opSize === 32 ? 1 : 0));
}

/** LDS and its kin: offset, then selector, from memory. */
export function loadFarPointer(segment: number): (x: Insn) => void {
  return (x) => {
    const bytes = x.opSize >> 3;
    const address = x.mem(bytes + 2, false, 0);
    const offset = x.load(address, x.opSize);
    const selector = x.load(x.b.add(address, x.const(bytes)), 16);
    const packed = segment | (x.reg << POINTER_REGISTER_SHIFT) | (x.opSize === 32 ? POINTER_WIDE : 0);
    x.system(ROUTINE.loadFarPointer, selector, offset, x.const(packed));
  };
}
