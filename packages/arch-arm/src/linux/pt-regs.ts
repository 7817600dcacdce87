/** struct pt_regs of ARM: byte offsets in a register frame. Linux 6.1 arch/arm/include/uapi/asm/ptrace.h */
export const PT = {
  r0: 0,
  r1: 4,
  r2: 8,
  r3: 12,
  r4: 16,
  r5: 20,
  r6: 24,
  r7: 28,
  r8: 32,
  r9: 36,
  r10: 40,
  r11: 44,
  r12: 48,
  sp: 52,
  lr: 56,
  pc: 60,
  cpsr: 64,
  origR0: 68,
} as const;

/** Bytes of a frame. */
export const PT_SIZE = 72;
