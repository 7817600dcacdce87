/* What else programs ask the system: limits, times, identities, contexts, terminals, futexes, clone. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static ucontext_t here, there;
static int steps;

static void routine(int a, int b) {
  printf("in context %d %d\n", a, b);
  for (int i = 0; i < 3; i++) {
    steps++;
    swapcontext(&there, &here);
  }
  printf("context ends\n");
}

static int child(void *argument) {
  *(int *)argument += 1;
  return 21;
}

int main(void) {
  struct rlimit limit;
  struct utsname name;
  int status;
  setvbuf(stdout, 0, _IONBF, 0);
  uname(&name);
  printf("%s %d\n", name.sysname, name.machine[0] != 0);
  getrlimit(RLIMIT_STACK, &limit);
  printf("stack %d\n", limit.rlim_cur > 0);
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = 50;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  int failed = dup2(0, 60) < 0 ? errno : 0;
  printf("files %d %d\n", (int)limit.rlim_cur, failed);
  struct timespec ts, resolution;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  clock_getres(CLOCK_MONOTONIC, &resolution);
  printf("clock %d %d\n", ts.tv_nsec < 1000000000, resolution.tv_nsec > 0);
  struct timeval tv;
  gettimeofday(&tv, 0);
  printf("day %d %d\n", tv.tv_sec > 1000000000, time(0) - tv.tv_sec <= 1);
  struct tms tms;
  printf("times %d\n", times(&tms) != (clock_t)-1);
  struct rusage usage;
  printf("rusage %d\n", getrusage(RUSAGE_SELF, &usage));
  printf("ids %d %d %d %d\n", getuid() == geteuid(), getgid() == getegid(), getpid() == getpgrp() || getpgrp() > 0,
         getppid() > 0);
  printf("page %ld secure %lu\n", getauxval(AT_PAGESZ), getauxval(AT_SECURE));
  char comm[17] = "";
  prctl(PR_SET_NAME, "renamed");
  prctl(PR_GET_NAME, comm);
  printf("name %s\n", comm);

  static char stack[65536];
  getcontext(&there);
  there.uc_stack.ss_sp = stack;
  there.uc_stack.ss_size = sizeof stack;
  there.uc_link = &here;
  makecontext(&there, (void (*)(void))routine, 2, 17, 42);
  for (int i = 0; i < 4; i++) swapcontext(&here, &there);
  printf("steps %d\n", steps);

  int shared = 1;
  pid_t pid = clone(child, stack + sizeof stack - 64, CLONE_VM | SIGCHLD, &shared);
  waitpid(pid, &status, 0);
  printf("clone %d %d\n", WEXITSTATUS(status), shared);

  cpu_set_t cpus;
  printf("affinity %d\n", sched_getaffinity(0, sizeof cpus, &cpus) >= 0 && CPU_COUNT(&cpus) > 0);
  printf("sched %d %d\n", sched_getscheduler(0), sched_yield());
  errno = 0;
  int priority = getpriority(PRIO_PROCESS, 0);
  printf("nice %d %d\n", priority, errno);
  long unknown = syscall(4000 + 999);
  printf("unknown %ld %d\n", unknown, errno == ENOSYS);
  struct timespec moment = {0, 2000000};
  printf("sleep %d\n", clock_nanosleep(CLOCK_MONOTONIC, 0, &moment, 0));
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_NONE};
  printf("timer %d\n", timer_create(CLOCK_MONOTONIC, &event, &timer));
  struct itimerspec spec = {{0, 0}, {100, 0}}, left;
  timer_settime(timer, 0, &spec, 0);
  timer_gettime(timer, &left);
  printf("left %d\n", left.it_value.tv_sec >= 98 && left.it_value.tv_sec <= 100);
  char where[100];
  chdir("/tmp");
  printf("cwd %s\n", getcwd(where, sizeof where));
  FILE *file = popen("echo from the shell; exit 3", "r");
  if (file && fgets(where, sizeof where, file)) printf("popen %s", where);
  if (file) printf("pclose %d\n", WEXITSTATUS(pclose(file)));
  return 0;
}
