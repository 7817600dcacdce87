/** Floating-point operations by the numbers that the slot `fpOp` and the assist carry. */
export const FADD = 1;
export const FSUB = 2;
export const FMUL = 3;
export const FDIV = 4;
export const FMADD = 5;
export const FMSUB = 6;
export const FNMADD = 7;
export const FNMSUB = 8;
export const FRSP = 9;
export const FRES = 10;
export const FRSQRTE = 11;
export const FCTIW = 12;
export const FCTIWZ = 13;
/** Added to the first eight: the result is rounded to single precision. */
export const TO_SINGLE = 0x10;
/** Not arithmetic: what else the assist does. */
export const FCMPU = 0x20;
export const FCMPO = 0x21;
export const LOAD_SINGLE = 0x22;
export const STORE_SINGLE = 0x23;

export const MOVE_TO_FPSCR = 0x24;

/** What the slot `fpOp` notes of an inline operation: which it was, and under which FPSCR[RN]. */
export function recordOf(op: number, roundingMode: number): number {
  return op | (roundingMode << 8);
}
export function operationOf(record: number): number {
  return record & 0xff;
}
export function roundingOf(record: number): number {
  return record >>> 8;
}

/** Whether the operation sets FPSCR[FPRF] by its result; a conversion to an integer leaves it undefined. */
export function setsClass(op: number): boolean {
  return op !== FCTIW && op !== FCTIWZ;
}

/** Whether it is a fused multiply-add, with a third operand. */
export function isFused(op: number): boolean {
  const base = op & ~TO_SINGLE;
  return base >= FMADD && base <= FNMSUB;
}
