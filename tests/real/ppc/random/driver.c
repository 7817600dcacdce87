/* PowerPC. State: r0-r31 ctr lr xer cr, f0-f31 as low and high word, fpscr. */
#define STATE_WORDS 101
#include "driver.h"

enum { CTR = 35, LINK = 36, XER = 37, CCR = 38 };

/* Cases change r2 and r13, which the C library and the compiler's code rely on. */
static unsigned long own_r2, own_r13;

static void load_state(ucontext_t *uc, uint32_t pc, const uint32_t *state) {
  mcontext_t *context = uc->uc_mcontext.uc_regs;
  __asm__ volatile("stw 2,0(%0)\n\tstw 13,0(%1)" : : "b"(&own_r2), "b"(&own_r13) : "memory");
  for (int i = 0; i < 32; i++) context->gregs[i] = state[i];
  context->gregs[CTR] = state[32];
  context->gregs[LINK] = state[33];
  context->gregs[XER] = state[34];
  context->gregs[CCR] = state[35];
  context->gregs[32] = pc;
  uint32_t *fp = (uint32_t *)&context->fpregs;
  for (int i = 0; i < 32; i++) {
    fp[2 * i] = state[36 + 2 * i + 1];
    fp[2 * i + 1] = state[36 + 2 * i];
  }
  fp[64] = 0;
  fp[65] = state[100];
  /* QEMU takes rounding mode and enables over from FPSCR only where an instruction writes it. */
  uint32_t control[2] = {0, state[100] & 0xff};
  __asm__ volatile("lfd 0,0(%0)\n\tmtfsf 255,0" : : "b"(control) : "memory", "fr0");
}

static uint32_t store_state(const ucontext_t *uc, uint32_t *state) {
  __asm__ volatile("lwz 2,0(%0)\n\tlwz 13,0(%1)" : : "b"(&own_r2), "b"(&own_r13) : "memory");
  const mcontext_t *context = uc->uc_mcontext.uc_regs;
  for (int i = 0; i < 32; i++) state[i] = context->gregs[i];
  state[32] = context->gregs[CTR];
  state[33] = context->gregs[LINK];
  state[34] = context->gregs[XER];
  state[35] = context->gregs[CCR];
  const uint32_t *fp = (const uint32_t *)&context->fpregs;
  for (int i = 0; i < 32; i++) {
    state[36 + 2 * i + 1] = fp[2 * i];
    state[36 + 2 * i] = fp[2 * i + 1];
  }
  state[100] = fp[65];
  return context->gregs[32];
}
