/* ARM. State: r0 to r14, CPSR, FPSCR, q0 to q15. Bit 0 of pc: T32. */
#define STATE_WORDS (15 + 2 + 64)
#include "driver.h"

#define CPSR_T 0x20u
#define VFP_MAGIC 0x56465001u

/* What the kernel puts into uc_regspace. */
struct vfp_frame {
  uint32_t magic, size, d[64], fpscr, fpexc, fpinst, fpinst2;
};

static struct vfp_frame *vfp_of(const ucontext_t *uc) {
  uint32_t *at = (uint32_t *)uc->uc_regspace;
  while (*at != VFP_MAGIC) {
    if (*at == 0) exit(2);
    at += at[1] / 4;
  }
  return (struct vfp_frame *)at;
}

static void load_state(ucontext_t *uc, uint32_t pc, const uint32_t *state) {
  struct vfp_frame *vfp = vfp_of(uc);
  memcpy(&uc->uc_mcontext.arm_r0, state, 15 * 4);
  uc->uc_mcontext.arm_pc = pc & ~1u;
  uc->uc_mcontext.arm_cpsr = (state[15] & ~CPSR_T) | (pc & 1 ? CPSR_T : 0);
  vfp->fpscr = state[16];
  memcpy(vfp->d, state + 17, 64 * 4);
}

static uint32_t store_state(const ucontext_t *uc, uint32_t *state) {
  struct vfp_frame *vfp = vfp_of(uc);
  /* A vector length in the case's FPSCR would make the C library's moves undefined. */
  __asm__ volatile("vmsr fpscr, %0" : : "r"(0));
  memcpy(state, &uc->uc_mcontext.arm_r0, 15 * 4);
  state[15] = uc->uc_mcontext.arm_cpsr & ~CPSR_T;
  state[16] = vfp->fpscr;
  memcpy(state + 17, vfp->d, 64 * 4);
  return uc->uc_mcontext.arm_pc | (uc->uc_mcontext.arm_cpsr & CPSR_T ? 1 : 0);
}
