/*
 * Runs the random-instruction cases on whatever CPU it finds: the host's own, or QEMU's.
 * Reads cases from the file argv[1], writes results to the file argv[2]. See layout.ts for both formats.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define CODE 0x20000000u
#define DATA 0x20010000u
#define DATA_BYTES 0x4000u
#define SCRATCH 0x20011000u
#define SCRATCH_BYTES 512u
#define CONTROL 0x20020000u
#define FX_IN (CONTROL)
#define FX_OUT (CONTROL + 512)
#define REGISTERS (CONTROL + 1024)

struct result {
  uint32_t vector, error, eip, registers[8], eflags;
};

static struct result result;
static sigjmp_buf back;

static void caught(int signo, siginfo_t *info, void *context) {
  static const int order[8] = {REG_EAX, REG_ECX, REG_EDX, REG_EBX, REG_ESP, REG_EBP, REG_ESI, REG_EDI};
  ucontext_t *uc = context;
  (void)signo;
  (void)info;
  result.vector = uc->uc_mcontext.gregs[REG_TRAPNO];
  result.error = uc->uc_mcontext.gregs[REG_ERR];
  result.eip = uc->uc_mcontext.gregs[REG_EIP];
  for (int i = 0; i < 8; i++) result.registers[i] = uc->uc_mcontext.gregs[order[i]];
  result.eflags = uc->uc_mcontext.gregs[REG_EFL];
  __asm__ volatile("cld");
  siglongjmp(back, 1);
}

static void map(uint32_t address, uint32_t bytes) {
  void *got = mmap((void *)address, bytes, PROT_READ | PROT_WRITE | PROT_EXEC,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (got != (void *)address) {
    perror("mmap");
    exit(2);
  }
}

int main(int argc, char **argv) {
  static char stack[65536];
  static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
  if (argc != 3) return 2;
  FILE *in = fopen(argv[1], "rb"), *out = fopen(argv[2], "wb");
  if (!in || !out) return 2;
  map(CODE, 0x1000);
  map(DATA, DATA_BYTES);
  map(CONTROL, 0x1000);
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, 0);
  struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &action, 0);
  uint32_t header[2];
  while (fread(header, 4, 2, in) == 2) {
    if (fread((void *)CODE, 1, header[0], in) != header[0]) return 2;
    memset((void *)DATA, 0, DATA_BYTES);
    if (fread((void *)SCRATCH, 1, SCRATCH_BYTES, in) != SCRATCH_BYTES) return 2;
    memset((void *)CONTROL, 0, 0x800);
    if (header[1] & 1 && fread((void *)FX_IN, 1, 512, in) != 512) return 2;
    memset(&result, 0, sizeof result);
    if (sigsetjmp(back, 1) == 0) {
      result.vector = 0xffffffffu;
      ((void (*)(void))CODE)();
      memcpy(result.registers, (void *)REGISTERS, 36);
    }
    fwrite(&result, 1, sizeof result, out);
    fwrite((void *)SCRATCH, 1, SCRATCH_BYTES, out);
    if (header[1] & 1) fwrite((void *)FX_OUT, 1, 512, out);
  }
  return fclose(out) == 0 ? 0 : 2;
}
