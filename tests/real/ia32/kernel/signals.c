/* Signals as a program sees them: what the kernel says of each fault, handlers, masks, restarts, timers. */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

static sigjmp_buf out;
static volatile int count;
static __thread int own = 5;

static void on_segv(int signo, siginfo_t *info, void *context) {
  mcontext_t *m = &((ucontext_t *)context)->uc_mcontext;
  printf("signal %d code %d address %p trap %d error %d fpregs %d\n", signo, info->si_code, info->si_addr,
         m->gregs[REG_TRAPNO], m->gregs[REG_ERR] & 7, m->fpregs != 0);
  siglongjmp(out, 1);
}

static void on_ud2(int signo, siginfo_t *info, void *context) {
  printf("signal %d code %d\n", signo, info->si_code);
  ((ucontext_t *)context)->uc_mcontext.gregs[REG_EIP] += 2;
}

static void on_trap(int signo, siginfo_t *info, void *context) { printf("signal %d code %d\n", signo, info->si_code); }

/* Spoils the floating-point state, which must come back. */
static void on_count(int signo) {
  volatile double x = 1.0;
  for (int i = 0; i < 10; i++) x *= 1.5;
  count++;
}

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

static void *thread(void *argument) {
  own += (long)argument;
  return (void *)(long)own;
}

__attribute__((noinline)) static void deep(int n) {
  char page[4096];
  memset(page, n, sizeof page);
  if (n) deep(n - 1);
  __asm__ volatile("" ::"r"(page) : "memory");
}

__attribute__((noinline)) static void endless(int n) {
  char page[4096];
  page[0] = n;
  __asm__ volatile("" ::"r"(page) : "memory");
  endless(n + 1);
  __asm__ volatile("" ::"r"(page) : "memory");
}

static void faults(void) {
  handle(SIGSEGV, on_segv, 0);
  if (!sigsetjmp(out, 1)) *(volatile int *)16 = 1;
  if (!sigsetjmp(out, 1)) (void)*(volatile int *)0x20000000;
  handle(SIGILL, on_ud2, 0);
  __asm__ volatile("ud2");
  handle(SIGTRAP, on_trap, 0);
  __asm__ volatile("int3");
}

static void stacks(void) {
  deep(200);
  stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
  sigaltstack(&stack, 0);
  handle(SIGSEGV, on_overflow, SA_ONSTACK);
  if (!sigsetjmp(out, 1)) endless(0);
}

/* A read that a signal meets: interrupted without SA_RESTART, executed again with it. */
static void blocked_read(int flags) {
  struct sigaction action = {.sa_handler = on_count, .sa_flags = flags};
  int ends[2], status;
  char byte = '-';
  sigaction(SIGUSR1, &action, 0);
  pipe(ends);
  count = 0;
  pid_t child = fork();
  if (child == 0) {
    usleep(20000);
    kill(getppid(), SIGUSR1);
    usleep(20000);
    write(ends[1], "x", 1);
    _exit(7);
  }
  ssize_t n = read(ends[0], &byte, 1);
  printf("read %zd %s byte %c count %d\n", n, n < 0 ? strerror(errno) : "", byte, count);
  waitpid(child, &status, 0);
  printf("child %d\n", WEXITSTATUS(status));
}

static void timer(void) {
  struct sigaction action = {.sa_handler = on_count, .sa_flags = SA_RESTART};
  struct itimerval every = {{0, 10000}, {0, 10000}}, off = {{0, 0}, {0, 0}};
  sigaction(SIGALRM, &action, 0);
  count = 0;
  setitimer(ITIMER_REAL, &every, 0);
  double sum = 0;
  while (count < 5) sum = fmod(sum + sqrt(sum + 1.0), 1e6);
  setitimer(ITIMER_REAL, &off, 0);
  puts("five ticks");
}

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  faults();
  struct sigaction action = {.sa_handler = on_count};
  sigaction(SIGUSR1, &action, 0);
  double d = 2.0;
  for (int i = 0; i < 5; i++) {
    d = sqrt(d) + i;
    raise(SIGUSR1);
  }
  printf("count %d, d %.10f\n", count, d);
  stacks();
  for (long i = 0; i < 4; i++) {
    pthread_t id;
    void *result;
    pthread_create(&id, 0, thread, (void *)i);
    pthread_join(id, &result);
    printf("thread %ld\n", (long)result);
  }
  printf("own %d\n", own);
  blocked_read(0);
  blocked_read(SA_RESTART);
  timer();
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, 0);
  count = 0;
  raise(SIGUSR1);
  int before = count;
  sigemptyset(&set);
  sigsuspend(&set);
  printf("sigsuspend: %d then %d, %s\n", before, count, strerror(errno));
  return 3;
}
