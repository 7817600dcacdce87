/* Signals with what they carry: queues, waiting for them, alternate stacks, flags of actions. */
/* Calls: rt_sigaction rt_sigprocmask rt_sigpending rt_sigtimedwait rt_sigtimedwait_time64 rt_sigqueueinfo
   rt_tgsigqueueinfo rt_sigsuspend rt_sigreturn sigaltstack tkill tgkill kill pause */
#include "family.h"
#include <setjmp.h>

static sigset_t set_of(int first, int second) {
  sigset_t set;
  sigemptyset(&set);
  if (first) sigaddset(&set, first);
  if (second) sigaddset(&set, second);
  return set;
}

static void queue(const char *what, int signal, int code, int value) {
  siginfo_t info = {.si_signo = signal, .si_code = code};
  info.si_pid = getpid();
  info.si_uid = getuid();
  info.si_value.sival_int = value;
  show(what, syscall(SYS_rt_sigqueueinfo, getpid(), signal, &info));
}

static void take(sigset_t set) {
  siginfo_t info = {};
  struct ts32 none = {0, 0};
  int signal = syscall(SYS_rt_sigtimedwait, &set, &info, &none, _NSIG / 8);
  if (signal < 0) printf("none: %s\n", error_name(errno));
  else
    printf("took %s%d code %d value %d own %d\n", signal >= SIGRTMIN ? "RT" : "", signal >= SIGRTMIN ? signal - SIGRTMIN : 0,
           info.si_code == SI_QUEUE ? 1 : info.si_code == SI_USER ? 0 : info.si_code == SI_TKILL ? 6 : -1,
           info.si_code == SI_QUEUE ? info.si_value.sival_int : 0, info.si_pid == getpid());
}

static void queues(void) {
  sigset_t set = set_of(SIGRTMIN, SIGRTMIN + 1), pending;
  sigaddset(&set, SIGUSR1);
  syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, _NSIG / 8);
  queue("RT1", SIGRTMIN + 1, SI_QUEUE, 1);
  queue("RT0", SIGRTMIN, SI_QUEUE, 2);
  queue("RT0 again", SIGRTMIN, SI_QUEUE, 3);
  queue("USR1", SIGUSR1, SI_QUEUE, 4);
  queue("USR1 again", SIGUSR1, SI_QUEUE, 5);
  show("kill", kill(getpid(), SIGRTMIN));
  show("pending", syscall(SYS_rt_sigpending, &pending, _NSIG / 8));
  printf("%d %d %d\n", sigismember(&pending, SIGUSR1), sigismember(&pending, SIGRTMIN), sigismember(&pending, SIGRTMIN + 2));
  for (int i = 0; i < 6; i++) take(set);
  struct ts64 soon = {0, 5000000};
  show("wait in vain", syscall(SYS_rt_sigtimedwait_time64, &set, NULL, &soon, _NSIG / 8));
  show("wait size", syscall(SYS_rt_sigtimedwait_time64, &set, NULL, &soon, 4));
  show("wait bad", syscall(SYS_rt_sigtimedwait_time64, (void *)8, NULL, &soon, _NSIG / 8));
  siginfo_t info = {.si_code = SI_USER};
  show("as kill, to others", syscall(SYS_rt_sigqueueinfo, getppid(), SIGUSR1, &info));
  show("to none", syscall(SYS_rt_sigqueueinfo, 0x3ffffff, SIGUSR1, &(siginfo_t){.si_code = SI_QUEUE}));
  show("signal that is none", syscall(SYS_rt_sigqueueinfo, getpid(), 200, &(siginfo_t){.si_code = SI_QUEUE}));
  info.si_code = SI_QUEUE;
  info.si_value.sival_int = 9;
  info.si_pid = getpid();
  show("to a thread", syscall(SYS_rt_tgsigqueueinfo, getpid(), getpid(), SIGRTMIN, &info));
  take(set);
  show("thread of another", syscall(SYS_rt_tgsigqueueinfo, 1, getpid(), SIGRTMIN, &info));
  show("tkill", syscall(SYS_tkill, getpid(), SIGRTMIN));
  take(set);
  show("tgkill", syscall(SYS_tgkill, getpid(), getpid(), SIGRTMIN));
  take(set);
  show("tgkill of none", syscall(SYS_tgkill, getpid(), 0x3ffffff, 0));
  show("tgkill 0", syscall(SYS_tgkill, getpid(), 0, 0));
  show("tkill -1", syscall(SYS_tkill, -1, 0));
}

static char stack[65536];
static volatile int depth, on_stack, seen_code, last, order[16], count;

static void handler(int signal, siginfo_t *info, void *context) {
  char here;
  on_stack = &here >= stack && &here < stack + sizeof stack;
  stack_t old;
  if (on_stack) {
    show("while on it", sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL));
    sigaltstack(NULL, &old);
    printf("flags %d\n", old.ss_flags);
  }
  seen_code = info->si_code;
  order[count++] = signal;
}

static void nests(int signal) {
  if (++depth < 3) raise(signal);
  last = depth;
}

static void plain(int signal) { order[count++] = signal; }

static void actions(void) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK}, old;
  show("altstack", sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL));
  show("too small", sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = 100}, NULL));
  show("flags", sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack, .ss_flags = 77}, NULL));
  show("action", sigaction(SIGUSR1, &action, NULL));
  raise(SIGUSR1);
  printf("on the stack %d, tkill %d\n", on_stack, seen_code == SI_TKILL);
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGUSR1, &action, &old);
  printf("old flags %d\n", (old.sa_flags & SA_ONSTACK) != 0);
  kill(getpid(), SIGUSR1);
  printf("on the stack %d, user %d\n", on_stack, seen_code == SI_USER);
  show("off", sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL));
  struct sigaction nested = {.sa_handler = nests, .sa_flags = SA_NODEFER};
  sigaction(SIGUSR2, &nested, NULL);
  raise(SIGUSR2);
  printf("nested %d\n", depth);
  nested.sa_flags = SA_RESETHAND;
  depth = 5;
  sigaction(SIGUSR2, &nested, NULL);
  raise(SIGUSR2);
  sigaction(SIGUSR2, NULL, &old);
  printf("reset %d\n", old.sa_handler == SIG_DFL);
  show("SIGKILL", sigaction(SIGKILL, &action, NULL));
  show("SIGSTOP", sigaction(SIGSTOP, &action, NULL));
  show("none", syscall(SYS_rt_sigaction, 200, NULL, NULL, _NSIG / 8));
  show("size", syscall(SYS_rt_sigaction, SIGUSR1, NULL, NULL, 4));
  show("bad", syscall(SYS_rt_sigaction, SIGUSR1, (void *)8, NULL, _NSIG / 8));
  /* The mask while a handler runs, and the order of delivery. */
  struct sigaction masked = {.sa_handler = plain};
  sigfillset(&masked.sa_mask);
  sigaction(SIGUSR1, &masked, NULL), sigaction(SIGUSR2, &masked, NULL), sigaction(SIGHUP, &masked, NULL);
  sigset_t set = set_of(SIGUSR1, SIGUSR2), old_set;
  sigaddset(&set, SIGHUP);
  sigprocmask(SIG_BLOCK, &set, &old_set);
  raise(SIGUSR2), raise(SIGUSR1), raise(SIGHUP);
  count = 0;
  sigprocmask(SIG_SETMASK, &old_set, NULL);
  printf("three: %d, HUP %d\n", count, order[2] == SIGHUP || order[0] == SIGHUP);
  show("how", syscall(SYS_rt_sigprocmask, 77, &set, NULL, _NSIG / 8));
  show("mask size", syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 5));
  /* SIGKILL and SIGSTOP cannot be blocked. */
  sigfillset(&set);
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &set, &old_set, _NSIG / 8);
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &old_set, &set, _NSIG / 8);
  printf("KILL %d STOP %d\n", sigismember(&set, SIGKILL), sigismember(&set, SIGSTOP));
}

static void suspends(void) {
  sigset_t set = set_of(SIGUSR1, 0), none = set_of(0, 0), mask;
  struct sigaction action = {.sa_handler = plain};
  sigaction(SIGUSR1, &action, NULL);
  sigprocmask(SIG_BLOCK, &set, NULL);
  raise(SIGUSR1);
  count = 0;
  show("sigsuspend", syscall(SYS_rt_sigsuspend, &none, _NSIG / 8));
  sigprocmask(SIG_BLOCK, NULL, &mask);
  printf("taken %d, blocked again %d\n", count, sigismember(&mask, SIGUSR1));
  show("suspend size", syscall(SYS_rt_sigsuspend, &none, 4));
  signal(SIGALRM, plain);
  struct itimerval soon = {{0, 0}, {0, 10000}};
  setitimer(ITIMER_REAL, &soon, NULL);
  show("pause", pause());
}

static void changes(int signal, siginfo_t *info, void *context) {
  ucontext_t *user = context;
  sigaddset(&user->uc_sigmask, SIGUSR2);
}

static void context(void) {
  struct sigaction action = {.sa_sigaction = changes, .sa_flags = SA_SIGINFO};
  sigset_t mask;
  sigaction(SIGUSR1, &action, NULL);
  raise(SIGUSR1);
  sigprocmask(SIG_BLOCK, NULL, &mask);
  printf("mask from the frame: %d\n", sigismember(&mask, SIGUSR2));
}

/* Faults tell where; blocked or ignored they kill. */
static volatile void *fault_address;
static sigjmp_buf back_again;

static void faulted(int signal, siginfo_t *info, void *context) {
  fault_address = info->si_addr;
  seen_code = info->si_code;
  siglongjmp(back_again, 1);
}

static void faults(void) {
  struct sigaction action = {.sa_sigaction = faulted, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, NULL), sigaction(SIGBUS, &action, NULL);
  char *page = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (!sigsetjmp(back_again, 1)) page[5] = 1;
  printf("protected: %d %d\n", seen_code == SEGV_ACCERR, fault_address == page + 5);
  munmap(page, 8192);
  if (!sigsetjmp(back_again, 1)) page[7] = 1;
  printf("nothing there: %d %d\n", seen_code == SEGV_MAPERR, fault_address == page + 7);
  fflush(stdout);
  signal(SIGSEGV, SIG_IGN);
  page[0] = 1;
}

static void user_limits(void) {
  struct rlimit limit = {2, 2};
  setresuid(4321, 4321, 4321);
  setrlimit(RLIMIT_SIGPENDING, &limit);
  sigset_t set = set_of(SIGRTMIN, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, NULL);
  queue("first", SIGRTMIN, SI_QUEUE, 1);
  queue("second", SIGRTMIN, SI_QUEUE, 2);
  queue("third", SIGRTMIN, SI_QUEUE, 3);
  show("kill goes through", kill(getpid(), SIGUSR1));
  show("init", kill(1, SIGUSR1));
}

int main(void) {
  in_child("queues", queues);
  in_child("actions", actions);
  in_child("suspends", suspends);
  in_child("context", context);
  in_child("faults", faults);
  in_child("limits", user_limits);
  return 0;
}
