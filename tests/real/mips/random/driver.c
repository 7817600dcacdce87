/* MIPS o32. State: r1 to r31, hi, lo. */
#define STATE_WORDS 33
#include "driver.h"

static void load_state(ucontext_t *uc, uint32_t pc, const uint32_t *state) {
  mcontext_t *m = &uc->uc_mcontext;
  for (int i = 1; i < 32; i++) m->gregs[i] = (int32_t)state[i - 1];
  m->mdhi = (int32_t)state[31];
  m->mdlo = (int32_t)state[32];
  m->pc = pc;
}

static uint32_t store_state(const ucontext_t *uc, uint32_t *state) {
  const mcontext_t *m = &uc->uc_mcontext;
  for (int i = 1; i < 32; i++) state[i - 1] = m->gregs[i];
  state[31] = m->mdhi;
  state[32] = m->mdlo;
  return m->pc;
}
