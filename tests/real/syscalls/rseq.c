/* Restartable sequences: interrupted by another task or a signal they go on at their abort handler. */
/* Only: ia32 */
/* Calls: rseq */
#include "family.h"

#define SIGNATURE 0x53053053

struct area {
  uint32_t cpu_start, cpu;
  uint64_t sequence;
  uint32_t flags, pad[3];
} __attribute__((aligned(32)));

struct sequence {
  uint32_t version, flags;
  uint64_t start, length, abort;
} __attribute__((aligned(32)));

static struct area area;
static struct sequence sequence;
static volatile unsigned turns, handled;

static long call(void *at, unsigned length, int flags, unsigned signature) {
  return syscall(SYS_rseq, at, length, flags, signature);
}

/* Counts without end; only the abort handler leaves. Answers whether it did. */
static int count(void) {
  int aborted;
  __asm__ volatile(
    "movl $0, %0\n"
    "movl $1f, %1\n"
    "movl $2f - 1f, %2\n"
    "movl $4f, %3\n"
    "movl %5, %4\n"
    "1: incl %6\n"
    "jmp 1b\n"
    "2: jmp 5f\n"
    ".long 0x53053053\n"
    "4: movl $1, %0\n"
    "5:\n"
    : "=&r"(aborted), "=m"(sequence.start), "=m"(sequence.length), "=m"(sequence.abort), "=m"(area.sequence)
    : "r"(&sequence), "m"(turns)
    : "memory");
  return aborted;
}

static void on_alarm(int signal) { handled++; }

static int child(void *unused) {
  show("length", call(&area, 16, 0, SIGNATURE));
  show("unaligned", call((char *)&area + 4, 32, 0, SIGNATURE));
  show("flags", call(&area, 32, 2, SIGNATURE));
  show("not registered", call(&area, 32, 1, SIGNATURE));
  area.cpu = -1;
  show("register", call(&area, 32, 0, SIGNATURE));
  printf("cpu %d\n", (int)area.cpu == sched_getcpu());
  show("again", call(&area, 32, 0, SIGNATURE));
  show("another place", call(&sequence, 32, 0, SIGNATURE));
  show("another signature", call(&area, 32, 1, 5));

  signal(SIGALRM, on_alarm);
  struct itimerval soon = {{0, 0}, {0, 20000}};
  setitimer(ITIMER_REAL, &soon, NULL);
  int aborts = 0;
  while (!handled) aborts += count();
  check("aborted by a signal", aborts > 0);
  printf("sequence %llu, turns %d\n", area.sequence, turns > 0);

  fflush(stdout);
  int parent = getpid();
  pid_t rival = fork();
  if (rival == 0) {
    for (;;)
      if (getppid() != parent) _exit(0);
  }
  check("aborted by another task", count());
  kill(rival, SIGKILL);
  waitpid(rival, NULL, 0);

  show("unregister", call(&area, 32, 1, SIGNATURE));
  printf("cpu %d\n", (int)area.cpu);
  show("register", call(&area, 32, 0, SIGNATURE));
  fflush(stdout);
  area.sequence = 8;
  setitimer(ITIMER_REAL, &soon, NULL);
  for (;;);
}

static char stack[65536];

int main(void) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  sched_setaffinity(0, sizeof one, &one);
  fflush(stdout);
  /* A task with this memory has nothing registered, whatever the C library did for this one. */
  pid_t pid = clone(child, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL);
  int status;
  waitpid(pid, &status, 0);
  printf("a sequence at no address: SIG%s\n", sigabbrev_np(WTERMSIG(status)));
  return 0;
}
