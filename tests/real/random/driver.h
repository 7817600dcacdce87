/*
 * Runs random-instruction cases on whatever CPU it finds, QEMU's mostly. Reads cases from the file argv[1],
 * writes results to the file argv[2]; layout.ts has both formats.
 *
 * An ISA's driver.c defines STATE_WORDS, includes this file and defines the two functions below. A case is
 * entered by returning from a signal handler into it, and left by the signal it ends with, so that no code of
 * an ISA's own is needed but what takes registers from and to a ucontext (or, where the ucontext lacks a
 * register, a line of assembly: the handlers touch no floating-point or vector register themselves).
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

/* Makes the context resume at pc (with the bits that pc carries) with these registers. */
static void load_state(ucontext_t *uc, uint32_t pc, const uint32_t *state);
/* The reverse; returns pc. */
static uint32_t store_state(const ucontext_t *uc, uint32_t *state);

#define CODE 0x20000000u
#define CODE_BYTES 0x10000u
#define DATA 0x20100000u
#define DATA_BYTES 0x4000u
#define SCRATCH 0x20101000u
#define SCRATCH_BYTES 512u

enum { FILL = 1, PUT = 2, RUN = 3 };
enum { NONE, ILL, TRAP, SEGV, BUS, FPE, LOOP };

static struct {
  uint32_t signal, pc, address, state[STATE_WORDS];
} result;
static uint32_t case_pc, case_state[STATE_WORDS];
static volatile unsigned case_number, last_number;
static volatile sig_atomic_t running;
static sigjmp_buf back;

static void enter(int signo, siginfo_t *info, void *context) {
  (void)signo;
  (void)info;
  load_state(context, case_pc, case_state);
}

static void leave(int signo, siginfo_t *info, void *context) {
  if (signo == SIGALRM) {
    unsigned last = last_number;
    last_number = case_number;
    if (!running || last != case_number) return;
  }
  result.pc = store_state(context, result.state);
  result.address = signo == SIGSEGV || signo == SIGBUS ? (uint32_t)info->si_addr : 0;
  result.signal = signo == SIGILL    ? ILL
                  : signo == SIGTRAP ? TRAP
                  : signo == SIGSEGV ? SEGV
                  : signo == SIGBUS  ? BUS
                  : signo == SIGFPE  ? FPE
                                     : LOOP;
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

static void get(FILE *in, void *into, size_t bytes) {
  size_t padded = (bytes + 3) & ~(size_t)3;
  char rest[4];
  if (fread(into, 1, bytes, in) != bytes) exit(2);
  if (padded != bytes && fread(rest, 1, padded - bytes, in) != padded - bytes) exit(2);
}

static void fill(FILE *in) {
  uint32_t length;
  uint8_t bytes[16];
  get(in, &length, 4);
  if (length > sizeof bytes) exit(2);
  get(in, bytes, length);
  for (uint32_t at = 0; at + length <= CODE_BYTES; at += length) memcpy((void *)(CODE + at), bytes, length);
}

static void put(FILE *in) {
  uint32_t where[2];
  get(in, where, 8);
  get(in, (void *)where[0], where[1]);
}

static void run(FILE *in, FILE *out) {
  get(in, &case_pc, 4);
  get(in, case_state, sizeof case_state);
  memset((void *)DATA, 0, DATA_BYTES);
  get(in, (void *)SCRATCH, SCRATCH_BYTES);
  memset(&result, 0, sizeof result);
  case_number++;
  if (sigsetjmp(back, 1) == 0) {
    running = 1;
    kill(getpid(), SIGUSR1);
  }
  running = 0;
  fwrite(&result, 1, sizeof result, out);
  fwrite((void *)SCRATCH, 1, SCRATCH_BYTES, out);
}

int main(int argc, char **argv) {
  static char stack[65536];
  static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGALRM};
  if (argc != 3) return 2;
  FILE *in = fopen(argv[1], "rb"), *out = fopen(argv[2], "wb");
  if (!in || !out) return 2;
  map(CODE, CODE_BYTES);
  map(DATA, DATA_BYTES);
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, 0);
  struct sigaction action = {.sa_sigaction = leave, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &action, 0);
  action.sa_sigaction = enter;
  sigaction(SIGUSR1, &action, 0);
  struct itimerval second = {{1, 0}, {1, 0}};
  setitimer(ITIMER_REAL, &second, 0);
  uint32_t kind;
  while (fread(&kind, 4, 1, in) == 1) {
    if (kind == FILL) fill(in);
    else if (kind == PUT) put(in);
    else if (kind == RUN) run(in, out);
    else return 2;
  }
  return fclose(out) == 0 ? 0 : 2;
}
