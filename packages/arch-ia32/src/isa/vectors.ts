/** Exception vectors. SDM vol. 3, 6.3.1. A software interrupt `INT n` is trap number SOFTWARE | n. */
export const DE = 0;
export const DB = 1;
export const NMI = 2;
export const BP = 3;
export const OF = 4;
export const BR = 5;
export const UD = 6;
export const NM = 7;
export const DF = 8;
export const TS = 10;
export const NP = 11;
export const SS = 12;
export const GP = 13;
export const PF = 14;
export const MF = 16;
export const AC = 17;
export const MC = 18;
export const XM = 19;
export const SOFTWARE = 0x100;

const WITH_ERROR_CODE = [DF, TS, NP, SS, GP, PF, AC].reduce((bits, vector) => bits | (1 << vector), 0);

/** Whether an exception pushes an error code. SDM vol. 3, table 6-1. */
export function hasErrorCode(vector: number): boolean {
  return vector < 32 && ((WITH_ERROR_CODE >> vector) & 1) !== 0;
}

/** First vector of external interrupts: line n arrives at IRQ_BASE + n. */
export const IRQ_BASE = 0x20;

/** Pseudo trap of a repeated string instruction whose count is 0: the CPU goes on behind it. */
export const REP_DONE = 0x200;
/** Pseudo trap of a floating-point instruction that the native lift does not do: it is done again, see lift/fp-mode.ts. */
export const FP_AGAIN = 0x201;

/** Pseudo traps of POPF (the error code says whether it is the 32-bit one) and STI that do more than change flags: enable an interrupt that waits, or change the mode. */
export const POPF_ASSIST = 0x202;
export const STI_ASSIST = 0x203;
/** Pseudo trap of an IRETD that is not the common one. */
export const IRET_ASSIST = 0x204;
/** Pseudo trap of an INT n that is not the common one; the error code is n. */
export const INT_ASSIST = 0x205;
/** SYSENTER, which is no exception but leads into the kernel as one does. */
export const SYSENTER_TRAP = 0x206;
