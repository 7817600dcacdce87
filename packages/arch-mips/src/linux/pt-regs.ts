/**
 * struct pt_regs of o32: byte offsets in a register frame. The first 32 bytes are the argument area of
 * the function that the entry code calls; system-call arguments 5 to 8 lie there.
 * Linux 6.1 arch/mips/include/asm/ptrace.h
 */
export const PT = {
  arg4: 16,
  /** regs[0]: the number of a system call that failed and may be restarted, else 0. */
  r0: 32,
  /** regs[26]: a3 as it was at a system call. */
  r26: 136,
  /** regs[27]: EPC of a system call in a delay slot. */
  r27: 140,
  status: 160,
  hi: 164,
  lo: 168,
  badVAddr: 172,
  cause: 176,
  epc: 180,
} as const;

/** Bytes of a frame. */
export const PT_SIZE = 184;

/** Offset of a general register. */
export function ptReg(number: number): number {
  return PT.r0 + 4 * number;
}

/** General registers by their o32 names. */
export const [V0, V1, A0, A1, A2, A3, T9, GP, SP, RA] = [2, 3, 4, 5, 6, 7, 25, 28, 29, 31] as const;
