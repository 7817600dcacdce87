/**
 * Trap vectors: Cause.ExcCode, MIPS32 vol. III, table 9.31. The error code that goes with a trap is
 * the bad address (ADEL, ADES), the coprocessor (CPU), else 0.
 */
export const INT = 0;
/** TLB modified. */
export const MOD = 1;
/** TLB miss or invalid entry, load or fetch; store. */
export const TLBL = 2;
export const TLBS = 3;
/** Address error, load or fetch; store. */
export const ADEL = 4;
export const ADES = 5;
export const IBE = 6;
export const DBE = 7;
export const SYS = 8;
export const BP = 9;
/** Reserved instruction. */
export const RI = 10;
/** Coprocessor unusable. */
export const CPU = 11;
/** Integer overflow. */
export const OV = 12;
export const TR = 13;
/** Floating point exception. */
export const FPE = 15;
export const WATCH = 23;
export const MCHECK = 24;

/** Pseudo trap: host code executes this floating point instruction. */
export const FP_ASSIST = 0x100;

/** Pseudo trap: a computed jump to an address that is no multiple of 4. */
export const UNALIGNED_JUMP = 0x101;

/** Pseudo trap: host code executes this MTC0. */
export const MTC0_ASSIST = 0x102;

/** Offsets of the handlers from EBase. MIPS32 vol. III, table 6.4. */
export const VECTOR_REFILL = 0x000;
export const VECTOR_GENERAL = 0x180;
export const VECTOR_INTERRUPT = 0x200;

/** The kernel call: SPECIAL2 with function 8, which the manual reserves; its number in bits 25:6. */
export function kernelCallWord(number: number): number {
  return 0x7000_0008 | (number << 6);
}
