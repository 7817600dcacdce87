/*
 * MIPS o32 with its FPU. State: r1 to r31, hi, lo, FCSR, f0 to f31: a word each, or, with FR = 1 (-DFR), two.
 * FCSR is none of the registers that QEMU keeps in a signal's context: nothing here touches it meanwhile.
 */
#ifdef FR
#define STATE_WORDS (34 + 64)
#else
#define STATE_WORDS (34 + 32)
#endif
#include "driver.h"
#include <sys/prctl.h>

static uint64_t *floats(const ucontext_t *uc) { return (uint64_t *)&uc->uc_mcontext.fpregs; }

static void load_state(ucontext_t *uc, uint32_t pc, const uint32_t *state) {
  mcontext_t *m = &uc->uc_mcontext;
  for (int i = 1; i < 32; i++) m->gregs[i] = (int32_t)state[i - 1];
  m->mdhi = (int32_t)state[31];
  m->mdlo = (int32_t)state[32];
  m->pc = pc;
  const uint32_t *f = state + 34;
  for (int i = 0; i < 32; i++) {
#ifdef FR
    floats(uc)[i] = f[2 * i] | (uint64_t)f[2 * i + 1] << 32;
#else
    floats(uc)[i] = f[i];
#endif
  }
  __asm__ volatile("ctc1 %0, $31" : : "r"(state[33]));
}

static uint32_t store_state(const ucontext_t *uc, uint32_t *state) {
  uint32_t fcsr;
  __asm__ volatile("cfc1 %0, $31\n\tctc1 $0, $31" : "=&r"(fcsr));
  const mcontext_t *m = &uc->uc_mcontext;
  for (int i = 1; i < 32; i++) state[i - 1] = m->gregs[i];
  state[31] = m->mdhi;
  state[32] = m->mdlo;
  state[33] = fcsr;
  uint32_t *f = state + 34;
  for (int i = 0; i < 32; i++) {
#ifdef FR
    f[2 * i] = floats(uc)[i];
    f[2 * i + 1] = floats(uc)[i] >> 32;
#else
    f[i] = floats(uc)[i];
#endif
  }
  return m->pc;
}

#ifndef FR
#define PR_FP_MODE_WANTED 0
#else
#define PR_FP_MODE_WANTED PR_FP_MODE_FR
#endif

__attribute__((constructor)) static void choose_registers(void) {
  if (prctl(PR_SET_FP_MODE, PR_FP_MODE_WANTED, 0, 0, 0) != 0) exit(2);
}
