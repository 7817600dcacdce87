/* Signals: frames of both kinds, alternate stack, siglongjmp, masks, siginfo, restart, faults, floating point kept. */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static sigjmp_buf back;
static volatile int seen, value, code, nested;
static char *volatile address;
static char stack[65536];
static volatile int on_stack;

static void info_handler(int signo, siginfo_t *info, void *context) {
  char here;
  seen = signo;
  code = info->si_code;
  value = info->si_value.sival_int;
  address = info->si_addr;
  on_stack = &here >= stack && &here < stack + sizeof stack;
  (void)context;
}
static void plain_handler(int signo) {
  volatile double d = 1.5;
  d = d * d;
  seen = signo;
  if (nested++ == 0) raise(SIGUSR2);
}
static void jump_handler(int signo, siginfo_t *info, void *context) {
  info_handler(signo, info, context);
  siglongjmp(back, signo);
}
static void install(int signo, void (*handler)(int, siginfo_t *, void *), int flags) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | flags;
  sigaction(signo, &action, 0);
}

int main(void) {
  struct sigaction action, old;
  sigset_t set, pending;
  setvbuf(stdout, 0, _IONBF, 0);
  memset(&action, 0, sizeof action);
  action.sa_handler = plain_handler;
  sigaction(SIGUSR1, &action, 0);
  sigaction(SIGUSR2, &action, 0);
  double x = 3.25, y = 0.1;
  raise(SIGUSR1);
  printf("plain %s nested %d fp %.17g\n", sigabbrev_np(seen), nested, x / y);

  install(SIGRTMIN + 3, info_handler, 0);
  union sigval v = {.sival_int = 4711};
  sigqueue(getpid(), SIGRTMIN + 3, v);
  printf("queued %d code %d value %d\n", seen - SIGRTMIN, code, value);

  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, 0);
  install(SIGUSR1, info_handler, SA_ONSTACK);
  raise(SIGUSR1);
  printf("alternate stack %d code %d\n", on_stack, code);

  install(SIGSEGV, jump_handler, SA_ONSTACK | SA_NODEFER);
  for (int i = 0; i < 3; i++) {
    int got = sigsetjmp(back, 1);
    if (got == 0) {
      *(volatile int *)(0x1230 + i) = 1;
    } else printf("fault %s code %d address %p on %d\n", sigabbrev_np(got), code, address, on_stack);
  }
  char *page = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (sigsetjmp(back, 1) == 0) *page = 1;
  printf("read-only code %d %d\n", code, address == page);
  mprotect(page, 4096, PROT_READ | PROT_WRITE);
  install(SIGILL, jump_handler, 0);
  *(unsigned *)page = 0;
  mprotect(page, 4096, PROT_READ | PROT_EXEC);

  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGRTMIN + 3);
  sigprocmask(SIG_BLOCK, &set, 0);
  seen = 0;
  raise(SIGUSR1);
  kill(getpid(), SIGRTMIN + 3);
  sigpending(&pending);
  printf("blocked %d pending %d %d %d\n", seen, sigismember(&pending, SIGUSR1), sigismember(&pending, SIGRTMIN + 3),
         sigismember(&pending, SIGUSR2));
  siginfo_t info;
  printf("sigwaitinfo %d\n", sigwaitinfo(&set, &info) == SIGUSR1);
  sigprocmask(SIG_UNBLOCK, &set, 0);
  printf("unblocked %d\n", seen - SIGRTMIN);

  int fds[2];
  char byte;
  pipe(fds);
  install(SIGALRM, info_handler, 0);
  struct itimerval timer = {.it_value = {0, 20000}};
  setitimer(ITIMER_REAL, &timer, 0);
  int n = read(fds[0], &byte, 1);
  printf("read %d %s\n", n, strerror(errno));
  install(SIGALRM, info_handler, SA_RESTART);
  setitimer(ITIMER_REAL, &timer, 0);
  if (fork() == 0) {
    usleep(60000);
    write(fds[1], "z", 1);
    _exit(0);
  }
  n = read(fds[0], &byte, 1);
  printf("restarted read %d %c\n", n, byte);
  wait(0);
  struct timespec rest, want = {0, 30000000};
  install(SIGALRM, info_handler, 0);
  timer.it_value.tv_usec = 10000;
  setitimer(ITIMER_REAL, &timer, 0);
  n = nanosleep(&want, &rest);
  printf("nanosleep %d %s rest %d\n", n, strerror(errno), rest.tv_nsec > 0 && rest.tv_nsec < 30000000);
  sigset_t empty;
  sigemptyset(&empty);
  timer.it_value.tv_usec = 10000;
  setitimer(ITIMER_REAL, &timer, 0);
  n = sigsuspend(&empty);
  printf("sigsuspend %d %s\n", n, strerror(errno));
  sigaction(SIGALRM, 0, &old);
  printf("handler %d flags %d\n", old.sa_sigaction == info_handler, (old.sa_flags & SA_SIGINFO) != 0);
  signal(SIGALRM, SIG_IGN);
  raise(SIGALRM);
  install(SIGTRAP, info_handler, SA_RESETHAND);
  raise(SIGTRAP);
  sigaction(SIGTRAP, 0, &old);
  printf("reset %d\n", old.sa_handler == SIG_DFL);
  return 0;
}
