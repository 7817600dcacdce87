/* Signal frames of 32-bit PowerPC as programs see them: what is in them, and what comes of changing it. */
#define _GNU_SOURCE
#include <fenv.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unwind.h>
#include <unistd.h>

static volatile int codes[4], frames_seen;
static unsigned char *volatile where;
static volatile unsigned long r14_seen, trap_seen, dar_seen;
static volatile double f14_seen;

static void show(const char *name) {
  printf("%s: signal %d code %d\n", name, codes[0], codes[1]);
}

/* Steps over the instruction, with another value in r14, f14 and CR1. */
static void skip(int signo, siginfo_t *info, void *context) {
  ucontext_t *uc = context;
  codes[0] = signo;
  codes[1] = info->si_code;
  where = info->si_addr;
  r14_seen = uc->uc_mcontext.uc_regs->gregs[14];
  trap_seen = uc->uc_mcontext.uc_regs->gregs[40];
  dar_seen = uc->uc_mcontext.uc_regs->gregs[41];
  f14_seen = uc->uc_mcontext.uc_regs->fpregs.fpregs[14];
  uc->uc_mcontext.uc_regs->gregs[14] = 4711;
  uc->uc_mcontext.uc_regs->fpregs.fpregs[14] = 2.5;
  uc->uc_mcontext.uc_regs->gregs[32] += 4;
  /* An enabled exception that is still there would interrupt again as the handler returns. */
  ((unsigned *)&uc->uc_mcontext.uc_regs->fpregs.fpscr)[1] &= 0xff;
}

static void catch(int signo) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = skip;
  action.sa_flags = SA_SIGINFO;
  sigaction(signo, &action, 0);
}

/* The second argument of a handler without SA_SIGINFO is a struct sigcontext; its last word points at the registers. */
static void old_handler(int signo, unsigned long *context) {
  unsigned long *regs = (unsigned long *)context[7];
  codes[0] = signo;
  codes[1] = (int)context[4];
  r14_seen = regs[14];
  regs[14] = 815;
}

static _Unwind_Reason_Code count(struct _Unwind_Context *context, void *argument) {
  (void)context, (void)argument;
  frames_seen++;
  return _URC_NO_REASON;
}

static void tracer(int signo) {
  (void)signo;
  _Unwind_Backtrace(count, 0);
}

static __attribute__((noinline)) int deep(int n) {
  if (n == 0) raise(SIGUSR2);
  else deep(n - 1);
  return n + 1;
}

/* Loads r29 to r31 from an odd address: their sum. */
int unaligned_multiple(char *space);
__asm__("unaligned_multiple:\n\tstwu 1, -32(1)\n\tstmw 29, 16(1)\n\tli 4, 7\n\tstw 4, 1(3)\n\tli 4, 8\n\tstw 4, 5(3)\n\tli 4, 9\n\tstw 4, 9(3)\n"
        "\tlmw 29, 1(3)\n\tstmw 29, 2(3)\n\tlwz 3, 6(3)\n\tadd 3, 3, 29\n\tadd 3, 3, 31\n\tlmw 29, 16(1)\n\taddi 1, 1, 32\n\tblr\n");

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  catch(SIGILL);
  catch(SIGTRAP);
  catch(SIGBUS);
  catch(SIGFPE);
  catch(SIGSEGV);

  register long r14 __asm__("r14") = 1234;
  register double f14 __asm__("fr14") = 1.25;
  __asm__ volatile(".long 0" : "+r"(r14), "+f"(f14));
  show("illegal");
  printf("r14 %lu then %ld, f14 %g then %g, trap %lx\n", r14_seen, r14, f14_seen, f14, trap_seen);
  __asm__ volatile("mtsrr0 3");
  show("privileged");
  __asm__ volatile("trap");
  show("trap");
  __asm__ volatile("tweqi 3, 0\n\ttwnei 3, 0" : : : "memory");
  show("trap word immediate");
  static char space[16];
  unsigned long odd = (unsigned long)space | 2, unused;
  __asm__ volatile("lwarx %0, 0, %1" : "=r"(unused) : "r"(odd));
  show("unaligned reservation");
  printf("address %d dar %d\n", where == (unsigned char *)odd, dar_seen == odd);
  __asm__ volatile("stw 3, 0(%0)" : : "b"(0x2000) : "memory");
  show("store");
  printf("address %p trap %lx\n", where, trap_seen);

  double value = 0;
  memcpy(space + 3, &(double){6.5}, 8);
  __asm__ volatile("lfd %0, 3(%1)" : "=f"(value) : "b"(space));
  printf("unaligned lfd %g\n", value);
  printf("unaligned lmw %d\n", unaligned_multiple(space));

  volatile double zero = 0, one = 1, big = 1e308, result;
  int mode = -1;
  prctl(PR_GET_FPEXC, &mode);
  printf("exception mode %d\n", mode);
  feenableexcept(FE_DIVBYZERO);
  result = one / zero;
  show("division");
  feclearexcept(FE_ALL_EXCEPT);
  fedisableexcept(FE_ALL_EXCEPT);
  feenableexcept(FE_INVALID);
  result = zero / zero;
  show("invalid");
  feclearexcept(FE_ALL_EXCEPT);
  fedisableexcept(FE_ALL_EXCEPT);
  feenableexcept(FE_OVERFLOW);
  result = big * big;
  show("overflow");
  feclearexcept(FE_ALL_EXCEPT);
  prctl(PR_SET_FPEXC, 0);
  codes[0] = codes[1] = 0;
  result = big * big;
  show("exceptions ignored");
  fedisableexcept(FE_ALL_EXCEPT);
  (void)result;

  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = (void (*)(int))old_handler;
  sigaction(SIGUSR1, &action, 0);
  r14 = 99;
  long pid = getpid();
  register long r0 __asm__("r0") = SYS_kill;
  register long r3 __asm__("r3") = pid;
  register long r4 __asm__("r4") = SIGUSR1;
  __asm__ volatile("sc" : "+r"(r0), "+r"(r3), "+r"(r4), "+r"(r14) : : "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "ctr", "cr0", "memory");
  printf("old frame: signal %d %d r14 %lu then %ld\n", codes[0], codes[1], r14_seen, r14);

  signal(SIGUSR2, tracer);
  deep(5);
  printf("frames through the old trampoline: %d\n", frames_seen >= 9);
  struct sigaction tracing = {.sa_handler = tracer, .sa_flags = SA_SIGINFO};
  sigaction(SIGUSR2, &tracing, 0);
  frames_seen = 0;
  deep(5);
  printf("frames through the new trampoline: %d\n", frames_seen >= 9);

  unsigned long pvr;
  __asm__ volatile("mfpvr %0" : "=r"(pvr));
  printf("pvr %lx\n", pvr);
  printf("hwcap %lx platform %s dcache %lu minsig %lu\n", getauxval(AT_HWCAP), (char *)getauxval(AT_PLATFORM),
         getauxval(AT_DCACHEBSIZE), getauxval(51));
  static ucontext_t a;
  volatile int passes = 0;
  syscall(SYS_swapcontext, &a, 0, sizeof a);
  if (passes++ < 2) syscall(SYS_swapcontext, 0, &a, sizeof a);
  printf("swapcontext passes %d\n", passes);
  return 0;
}
