/** struct pt_regs of i386: byte offsets in a register frame. Linux 6.1 arch/x86/include/asm/ptrace.h */
export const PT = {
  ebx: 0,
  ecx: 4,
  edx: 8,
  esi: 12,
  edi: 16,
  ebp: 20,
  eax: 24,
  ds: 28,
  es: 32,
  fs: 36,
  gs: 40,
  origEax: 44,
  eip: 48,
  cs: 52,
  eflags: 56,
  esp: 60,
  ss: 64,
} as const;

/** Bytes of a frame. */
export const PT_SIZE = 68;

/** Selectors. Linux 6.1 arch/x86/include/asm/segment.h */
export const USER_CS = 0x73;
export const USER_DS = 0x7b;
export const KERNEL_CS = 0x60;
export const KERNEL_DS = 0x68;
export const KERNEL_PERCPU = 0xd8;
/** CS as a kernel-mode user process's frame has it: the marker keeps RPL 3 in the low bits. KML arch/x86/include/asm/segment.h */
export const KU_CS_INTERRUPT = 0x1_0073;
export const KU_CS_EXCEPTION = 0x2_0073;
