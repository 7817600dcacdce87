/* Signals as a program sees them: faults, handlers in A32 and T32, masks, restarts, timers, alternate stacks. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static sigjmp_buf out;
static volatile int count;

static void on_fault(int signo, siginfo_t *info, void *context) {
  mcontext_t *m = &((ucontext_t *)context)->uc_mcontext;
  printf("signal %d code %d address %p mode %lx aligned %d\n", signo, info->si_code, info->si_addr, m->arm_cpsr & 0xf,
         ((unsigned long)context & 7) == 0);
  siglongjmp(out, 1);
}

/* Steps over the instruction, which is two bytes in T32, and advances ITSTATE. */
static void on_undefined(int signo, siginfo_t *info, void *context) {
  mcontext_t *m = &((ucontext_t *)context)->uc_mcontext;
  printf("signal %d at pc %d\n", signo, (unsigned long)info->si_addr == m->arm_pc);
  m->arm_pc += m->arm_cpsr & 0x20 ? 2 : 4;
  unsigned it = (m->arm_cpsr >> 25 & 3) | (m->arm_cpsr >> 8 & 0xfc);
  it = it & 7 ? (it & 0xe0) | (it << 1 & 0x1f) : 0;
  m->arm_cpsr = (m->arm_cpsr & ~0x0600fc00) | (it & 3) << 25 | (it & 0xfc) << 8;
  m->arm_r0 = 4711;
}

/* Spoils floating point and flags, which must come back. */
static void on_count(int signo) {
  volatile double x = 1.0;
  for (int i = 0; i < 10; i++) x *= 1.5;
  count++;
}

__attribute__((target("arm"), noinline)) static void on_count_a32(int signo) { count += 10; }
__attribute__((target("thumb"), noinline)) static void on_count_t32(int signo) { count += 100; }

static void on_overflow(int signo, siginfo_t *info, void *context) {
  char here;
  stack_t stack;
  sigaltstack(0, &stack);
  int inside = &here >= (char *)stack.ss_sp && &here < (char *)stack.ss_sp + stack.ss_size;
  printf("on the alternate stack: %d, flags %d\n", inside, stack.ss_flags);
  siglongjmp(out, 1);
}

static void handle(int signo, void (*handler)(int, siginfo_t *, void *), int flags) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};
  sigaction(signo, &action, 0);
}

static void handle_simply(int signo, void (*handler)(int), int flags) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
  sigaction(signo, &action, 0);
}

__attribute__((noinline)) static int deep(int n) {
  volatile char room[4096];
  room[n & 4095] = n;
  return n == 0 ? 0 : deep(n - 1) + room[n & 4095];
}

__attribute__((target("arm"), noinline)) static long undefined_a32(void) {
  register long r0 asm("r0") = 1;
  asm volatile(".inst 0xe7f000f0" : "+r"(r0));
  return r0;
}
__attribute__((target("thumb"), noinline)) static long undefined_t32(void) {
  register long r0 asm("r0") = 1;
  asm volatile(".inst.n 0xde00" : "+r"(r0));
  return r0;
}
#if __ARM_ARCH >= 7
/* Within an IT block: ITSTATE must come back with the rest. */
__attribute__((target("thumb"), noinline)) static long undefined_in_it(void) {
  register long r0 asm("r0") = 1;
  long a = 0, b = 0;
  asm volatile("cmp %0, %0\n ittte eq\n moveq %1, #5\n .inst.n 0xde00\n addeq %2, %1, #2\n movne %1, #99"
               : "+r"(r0), "+r"(a), "+r"(b)::"cc");
  return r0 * 10000 + a * 100 + b;
}
#else
static long undefined_in_it(void) { return 0; }
#endif

static void faults(void) {
  handle(SIGSEGV, on_fault, 0);
  handle(SIGBUS, on_fault, 0);
  if (!sigsetjmp(out, 1)) *(volatile int *)0x10 = 1;
  if (!sigsetjmp(out, 1)) printf("%d\n", *(volatile int *)0x1234567c);
  if (!sigsetjmp(out, 1)) ((void (*)(void))0x1000)();
  if (!sigsetjmp(out, 1)) ((void (*)(void))0x2001)();
  char *readonly = mmap((void *)0x40000000, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (!sigsetjmp(out, 1)) readonly[4] = 1;
  if (!sigsetjmp(out, 1)) ((void (*)(void))readonly)();
  handle(SIGILL, on_undefined, 0);
  printf("%ld %ld %ld\n", undefined_a32(), undefined_t32(), undefined_in_it());
}

static void handlers(void) {
  handle_simply(SIGUSR1, on_count, 0);
  volatile double kept = 3.25;
  double sum = 0;
  for (int i = 0; i < 100; i++) {
    raise(SIGUSR1);
    sum += kept;
  }
  printf("handled %d times, sum %g\n", count, sum);
  count = 0;
  handle_simply(SIGUSR1, on_count_a32, 0);
  handle_simply(SIGUSR2, on_count_t32, 0);
  raise(SIGUSR1);
  raise(SIGUSR2);
  handle_simply(SIGUSR2, on_count_a32, SA_RESETHAND);
  raise(SIGUSR2);
  struct sigaction now;
  sigaction(SIGUSR2, 0, &now);
  printf("count %d, reset %d\n", count, now.sa_handler == SIG_DFL);
}

/* Without SA_RESTORER: the kernel's own return code. Handlers in both states, both kinds of frame. */
struct kernel_action {
  void *handler;
  unsigned long flags;
  void *restorer;
  unsigned long mask[2];
};
static void on_info(int signo, siginfo_t *info, void *context) {
  mcontext_t *m = &((ucontext_t *)context)->uc_mcontext;
  count += info->si_signo == signo && m->arm_r7 != 0;
}
static void raw_action(int signo, void *handler, unsigned long flags) {
  struct kernel_action action = {.handler = handler, .flags = flags};
  if (syscall(SYS_rt_sigaction, signo, &action, 0, 8)) perror("rt_sigaction");
}
static void without_restorer(void) {
  count = 0;
  raw_action(SIGUSR1, on_count_a32, 0);
  raise(SIGUSR1);
  raw_action(SIGUSR1, on_count_t32, 0);
  raise(SIGUSR1);
  raw_action(SIGUSR1, on_info, SA_SIGINFO);
  raise(SIGUSR1);
  printf("without a restorer: %d\n", count);
}

static void alternate_stack(void) {
  static char room[65536];
  stack_t stack = {.ss_sp = room, .ss_size = sizeof room};
  sigaltstack(&stack, 0);
  handle(SIGSEGV, on_overflow, SA_ONSTACK);
  if (!sigsetjmp(out, 1)) deep(1 << 20);
  handle(SIGUSR1, on_overflow, SA_ONSTACK);
  if (!sigsetjmp(out, 1)) raise(SIGUSR1);
  stack.ss_flags = SS_DISABLE;
  sigaltstack(&stack, 0);
}

static void later(int signo, int milliseconds) {
  struct itimerval timer = {.it_value = {milliseconds / 1000, milliseconds % 1000 * 1000}};
  handle_simply(SIGALRM, on_count, signo);
  setitimer(ITIMER_REAL, &timer, 0);
}

static void *writer(void *argument) {
  usleep(150000);
  if (write(*(int *)argument, "x", 1) != 1) abort();
  return 0;
}

static void restarts(void) {
  int ends[2];
  char byte;
  if (pipe(ends)) abort();
  count = 0;
  later(0, 20);
  int got = read(ends[0], &byte, 1);
  printf("read without SA_RESTART: %d %s, handled %d\n", got, strerror(errno), count);
  pthread_t thread;
  pthread_create(&thread, 0, writer, &ends[1]);
  later(SA_RESTART, 20);
  got = read(ends[0], &byte, 1);
  printf("read with SA_RESTART: %d '%c', handled %d\n", got, byte, count);
  pthread_join(thread, 0);
  later(SA_RESTART, 20);
  struct timespec wait = {0, 200000000}, left = {0, 0};
  got = nanosleep(&wait, &left);
  printf("nanosleep: %d %s, rest %d\n", got, strerror(errno), left.tv_nsec > 0);
  later(SA_RESTART, 20);
  fd_set set;
  FD_ZERO(&set);
  FD_SET(ends[0], &set);
  struct timeval limit = {2, 0};
  got = select(ends[0] + 1, &set, 0, 0, &limit);
  printf("select: %d %s\n", got, strerror(errno));
}

/* Stopped and continued in a sleep: it goes on by restart_syscall, for the time that is left. */
static void stopped(void) {
  pid_t child = fork();
  if (child == 0) {
    struct timespec before, after, wait = {0, 200000000};
    clock_gettime(CLOCK_MONOTONIC, &before);
    int result = nanosleep(&wait, 0);
    clock_gettime(CLOCK_MONOTONIC, &after);
    long ms = (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
    printf("slept: %d, long enough %d\n", result, ms >= 200);
    exit(0);
  }
  usleep(50000);
  kill(child, SIGSTOP);
  int status;
  waitpid(child, &status, WUNTRACED);
  printf("stopped %d by %d\n", WIFSTOPPED(status), WSTOPSIG(status));
  usleep(20000);
  kill(child, SIGCONT);
  waitpid(child, &status, 0);
  printf("exited %d\n", WEXITSTATUS(status));
}

static void on_queue(int signo, siginfo_t *info, void *context) {
  printf("signal %d code %d value %d from us %d\n", signo, info->si_code, info->si_value.sival_int,
         info->si_pid == getpid());
}

static void queued(void) {
  sigset_t set, old;
  sigemptyset(&set);
  sigaddset(&set, SIGRTMIN + 1);
  handle(SIGRTMIN + 1, on_queue, 0);
  sigprocmask(SIG_BLOCK, &set, &old);
  for (int i = 0; i < 3; i++) sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 40 + i});
  fflush(stdout);
  sigprocmask(SIG_SETMASK, &old, 0);
  sigprocmask(SIG_BLOCK, &set, 0);
  sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 50});
  siginfo_t info;
  int signo = sigwaitinfo(&set, &info);
  printf("waited for %d, value %d\n", signo - SIGRTMIN, info.si_value.sival_int);
  sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 60});
  sigsuspend(&old);
  printf("suspended: %s\n", strerror(errno));
}

static void statuses(void) {
  for (int i = 0; i < 4; i++) {
    pid_t child = fork();
    if (child == 0) {
      signal(SIGSEGV, SIG_DFL);
      signal(SIGILL, SIG_DFL);
      if (i == 0) *(volatile int *)8 = 0;
      if (i == 1) undefined_a32();
      if (i == 2) abort();
      exit(7);
    }
    int status;
    waitpid(child, &status, 0);
    printf("child %d: signal %d exit %d\n", i, WTERMSIG(status), WEXITSTATUS(status));
  }
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  faults();
  handlers();
  without_restorer();
  alternate_stack();
  restarts();
  stopped();
  queued();
  statuses();
  return 3;
}
