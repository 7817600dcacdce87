/* Exceptions, descriptors and the trap flag. `kernel` as argument leaves out what needs CPL 3. */
#define _GNU_SOURCE
#include <asm/ldt.h>
#include <errno.h>
#include <fenv.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

static sigjmp_buf out;
static int steps;
static unsigned long at[64];
static unsigned data[4] = {11, 22, 33, 44};

#define TRY if (!sigsetjmp(out, 1))

static void report(int signo, siginfo_t *info, void *context) {
  printf("signal %d code %d\n", signo, info->si_code);
  siglongjmp(out, 1);
}

static void on_step(int signo, siginfo_t *info, void *context) {
  mcontext_t *m = &((ucontext_t *)context)->uc_mcontext;
  if (steps == 0) printf("step: code %d trap %d\n", info->si_code, m->gregs[REG_TRAPNO]);
  if (steps < 64) at[steps++] = m->gregs[REG_EIP];
}

static void handle(int signo, void (*handler)(int, siginfo_t *, void *)) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};
  sigaction(signo, &action, 0);
}

static unsigned through_fs(int offset) {
  unsigned value;
  __asm__ volatile("mov %%fs:(%1), %0" : "=r"(value) : "r"(offset));
  return value;
}

static void load_fs(int selector) { __asm__ volatile("mov %0, %%fs" ::"r"(selector)); }

static void arithmetic(void) {
  TRY __asm__ volatile("xor %%ecx, %%ecx; mov $1, %%eax; cdq; idiv %%ecx" ::: "eax", "ecx", "edx");
  TRY __asm__ volatile("mov $-1, %%ecx; mov $0x80000000, %%eax; cdq; idiv %%ecx" ::: "eax", "ecx", "edx");
  feenableexcept(FE_DIVBYZERO | FE_INVALID | FE_OVERFLOW);
  volatile long double one = 1, zero = 0;
  TRY {
    one = one / zero;
    __asm__ volatile("fwait");
  }
  __asm__ volatile("fninit");
  unsigned mxcsr = 0x1f80 & ~0x200;
  TRY __asm__ volatile("ldmxcsr %0; pxor %%xmm0, %%xmm0; mov $1, %%eax; cvtsi2ss %%eax, %%xmm1; divss %%xmm0, %%xmm1"
                       ::"m"(mxcsr)
                       : "eax");
  mxcsr = 0x1f80;
  __asm__ volatile("ldmxcsr %0" ::"m"(mxcsr));
  TRY __asm__ volatile("mov $0x3fc, %%eax; bound %%eax, %0" ::"m"(data) : "eax");
  TRY __asm__ volatile("mov $0x7fffffff, %%eax; add $1, %%eax; into" ::: "eax");
}

static void local_descriptors(void) {
  struct user_desc desc = {.base_addr = (unsigned)data, .limit = 15, .seg_32bit = 1, .useable = 1};
  unsigned char raw[8];
  printf("modify_ldt %ld\n", syscall(SYS_modify_ldt, 1, &desc, sizeof desc));
  load_fs(7);
  printf("%u %u\n", through_fs(4), through_fs(12));
  TRY printf("beyond: %u\n", through_fs(16));
  desc.base_addr += 4;
  desc.limit = 11;
  syscall(SYS_modify_ldt, 0x11, &desc, sizeof desc);
  load_fs(7);
  printf("%u\n", through_fs(4));
  if (fork() == 0) {
    printf("child %u\n", through_fs(8));
    _exit(0);
  }
  wait(0);
  printf("read %ld access %02x\n", syscall(SYS_modify_ldt, 0, raw, 8), raw[5] | 1);
}

static void thread_areas(void) {
  struct user_desc desc = {.entry_number = -1,
                           .base_addr = (unsigned)data,
                           .limit = 0xfffff,
                           .seg_32bit = 1,
                           .limit_in_pages = 1,
                           .useable = 1};
  printf("set_thread_area %ld\n", syscall(SYS_set_thread_area, &desc));
  load_fs(desc.entry_number * 8 + 3);
  printf("%u\n", through_fs(8));
  struct user_desc got = {.entry_number = desc.entry_number};
  syscall(SYS_get_thread_area, &got);
  printf("%d %x %d %d\n", got.base_addr == (unsigned)data, got.limit, got.seg_32bit, got.limit_in_pages);
  struct user_desc empty = {.entry_number = desc.entry_number, .read_exec_only = 1, .seg_not_present = 1};
  printf("cleared %ld\n", syscall(SYS_set_thread_area, &empty));
  TRY printf("%u\n", through_fs(8));
  load_fs(0);
  TRY __asm__ volatile("mov %0, %%gs" ::"r"(0x1003));
}

static void single_step(void) {
  int pid;
  handle(SIGTRAP, on_step);
  __asm__ volatile("pushf; orl $0x100, (%%esp); popf; nop; nop; mov $20, %%eax; int $0x80; mov %%eax, %0\n"
                   "pushf; andl $~0x100, (%%esp); popf; nop"
                   : "=m"(pid)::"eax", "memory");
  printf("pid %d, steps:", pid == getpid());
  for (int i = 1; i < steps; i++) printf(" %lu", at[i] - at[i - 1]);
  puts("");
}

static void privilege(void) {
  TRY __asm__ volatile("pushf; orl $0x40000, (%%esp); popf; mov %%esp, %%eax; mov 1(%%eax), %%ecx" ::: "eax", "ecx");
  __asm__ volatile("pushf; andl $~0x40000, (%%esp); popf" ::: "memory");
  TRY __asm__ volatile("hlt");
  TRY __asm__ volatile("int $14");
  TRY __asm__ volatile("in $0x60, %%al" ::: "eax");
  TRY __asm__ volatile("mov %%cr0, %%eax" ::: "eax");
}

int main(int argc, char **argv) {
  setvbuf(stdout, 0, _IONBF, 0);
  const int signals[] = {SIGFPE, SIGSEGV, SIGBUS, SIGILL};
  for (int i = 0; i < 4; i++) handle(signals[i], report);
  arithmetic();
  local_descriptors();
  thread_areas();
  single_step();
  TRY __asm__ volatile("int $0x99");
  errno = 0;
  long result = syscall(9999);
  printf("no such call: %ld %d\n", result, errno);
  if (argc < 2) privilege();
  return 0;
}
