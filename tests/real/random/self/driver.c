/* IA-32 for the harness's own test. State: eax ecx edx ebx esi edi eflags. */
#define STATE_WORDS 7
#include "driver.h"

static const int order[6] = {REG_EAX, REG_ECX, REG_EDX, REG_EBX, REG_ESI, REG_EDI};

static void load_state(ucontext_t *uc, uint32_t pc, const uint32_t *state) {
  for (int i = 0; i < 6; i++) uc->uc_mcontext.gregs[order[i]] = state[i];
  uc->uc_mcontext.gregs[REG_EFL] = state[6];
  uc->uc_mcontext.gregs[REG_EIP] = pc;
}

static uint32_t store_state(const ucontext_t *uc, uint32_t *state) {
  for (int i = 0; i < 6; i++) state[i] = uc->uc_mcontext.gregs[order[i]];
  state[6] = uc->uc_mcontext.gregs[REG_EFL];
  return uc->uc_mcontext.gregs[REG_EIP];
}
