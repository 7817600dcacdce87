/* The signal calls of before real-time signals: a mask of one word, handlers without information. */
/* Only: ia32 */
/* Calls: signal sigaction sigprocmask sigpending sigsuspend sigreturn sgetmask ssetmask pause waitpid */
#include "family.h"

static volatile int seen;
static void handler(int signal) { seen++; }

struct old_action {
  void (*handler)(int);
  unsigned long mask, flags;
  void (*restorer)(void);
};

int main(void) {
  check("signal: the old handler", syscall(SYS_signal, SIGUSR1, handler) == 0);
  check("signal: the new one", (void *)syscall(SYS_signal, SIGUSR1, handler) == handler);
  raise(SIGUSR1);
  struct sigaction now;
  sigaction(SIGUSR1, NULL, &now);
  printf("seen %d, reset %d, flags %x\n", seen, now.sa_handler == SIG_DFL, now.sa_flags & (SA_RESETHAND | SA_NODEFER));
  show("signal KILL", syscall(SYS_signal, SIGKILL, handler));
  struct old_action action = {handler, 1 << (SIGUSR2 - 1), SA_RESTART}, old;
  show("sigaction", syscall(SYS_sigaction, SIGUSR1, &action, NULL));
  show("sigaction old", syscall(SYS_sigaction, SIGUSR1, NULL, &old));
  printf("handler %d mask %lx flags %lx\n", old.handler == handler, old.mask, old.flags);
  show("sigaction KILL", syscall(SYS_sigaction, SIGKILL, &action, NULL));
  show("sigaction bad", syscall(SYS_sigaction, SIGUSR1, (void *)8, NULL));
  unsigned long mask = 1 << (SIGUSR1 - 1), pending = -1, before = -1;
  show("sigprocmask", syscall(SYS_sigprocmask, SIG_BLOCK, &mask, &before));
  printf("before %lx\n", before);
  seen = 0;
  raise(SIGUSR1);
  show("sigpending", syscall(SYS_sigpending, &pending));
  printf("pending %lx seen %d\n", pending, seen);
  printf("sgetmask %lx\n", syscall(SYS_sgetmask));
  show("sigsuspend", syscall(SYS_sigsuspend, 0, 0, 0));
  printf("seen %d, mask %lx\n", seen, syscall(SYS_sgetmask));
  printf("ssetmask %lx\n", syscall(SYS_ssetmask, 1 << (SIGUSR2 - 1) | 1 << (SIGKILL - 1)));
  printf("sgetmask %lx\n", syscall(SYS_sgetmask));
  syscall(SYS_ssetmask, 0);
  show("sigprocmask how", syscall(SYS_sigprocmask, 9, &mask, NULL));
  show("sigprocmask bad", syscall(SYS_sigprocmask, SIG_SETMASK, (void *)8, NULL));
  show("sigpending bad", syscall(SYS_sigpending, (void *)8));
  int status;
  pid_t me = getpid();
  signal(SIGUSR1, handler);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    usleep(10000);
    kill(me, SIGUSR1);
    _exit(5);
  }
  show("pause", syscall(SYS_pause));
  check("waitpid", syscall(SYS_waitpid, child, &status, 0) == child && WEXITSTATUS(status) == 5);
  return 0;
}
