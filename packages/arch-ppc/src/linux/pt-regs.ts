/** struct pt_regs of 32-bit PowerPC: byte offsets in a register frame. Linux 6.1 arch/powerpc/include/asm/ptrace.h, uapi/asm/ptrace.h */
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
  r13: 52,
  r14: 56,
  r15: 60,
  r16: 64,
  r17: 68,
  r18: 72,
  r19: 76,
  r20: 80,
  r21: 84,
  r22: 88,
  r23: 92,
  r24: 96,
  r25: 100,
  r26: 104,
  r27: 108,
  r28: 112,
  r29: 116,
  r30: 120,
  r31: 124,
  nip: 128,
  msr: 132,
  /** r3 as the system call was entered with it. */
  origR3: 136,
  ctr: 140,
  link: 144,
  xer: 148,
  ccr: 152,
  /** Always 0: the MQ register is of the 601. */
  mq: 156,
  /** Offset of the exception's vector, such as 0xc00; TRAP_NO_RESTART added where no system call is to be restarted. */
  trap: 160,
  dar: 164,
  dsisr: 168,
  result: 172,
} as const;

/** Bytes of a frame. */
export const PT_SIZE = 176;

/** Back chain and saved LR below a frame: what a function called from entry code expects at its r1. Linux: STACK_FRAME_OVERHEAD */
export const STACK_OVERHEAD = 16;
/** From the frame entry code works on (r1) to the register frame. */
export const FRAME_BYTES = PT_SIZE + STACK_OVERHEAD;

/** PT trap of a system call, and the bit that says it is over. Linux: set_trap_norestart */
export const TRAP_SYSCALL = 0xc00;
export const TRAP_NO_RESTART = 0x10;

/** Summary overflow in CR0: the system call failed. */
export const CR0_SO = 0x1000_0000;
