/* What the programs of this directory share: results by name, since numbers differ between architectures. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

/* Times as the kernel has them: of 32 bits, and of 64. */
struct ts32 {
  int32_t sec, nsec;
};
struct ts64 {
  int64_t sec, nsec;
};

static const char *error_name(int error) {
  const char *name = strerrorname_np(error);
  return name ? name : "?";
}

/* Prints a result: what a call gave, or the name of its error. */
static long show(const char *what, long result) {
  if (result == -1) printf("%s: %s\n", what, error_name(errno));
  else printf("%s: %ld\n", what, result);
  fflush(stdout);
  return result;
}

/* The same of a call whose result is not the same everywhere: only whether it went well. */
static long done(const char *what, long result) {
  printf("%s: %s\n", what, result == -1 ? error_name(errno) : "done");
  fflush(stdout);
  return result;
}

/* A condition that holds on every Linux. */
static void check(const char *what, int holds) {
  printf("%s: %s\n", what, holds ? "yes" : "no");
  fflush(stdout);
}

/* Runs a function in a child, and prints how that ended. */
static void in_child(const char *what, void (*run)(void)) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    run();
    fflush(stdout);
    _exit(0);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR);
  if (WIFSIGNALED(status)) printf("%s: killed by SIG%s\n", what, sigabbrev_np(WTERMSIG(status)));
  else printf("%s: exit %d\n", what, WEXITSTATUS(status));
  fflush(stdout);
}

/* Nanoseconds on a clock. */
static int64_t now_on(clockid_t clock) {
  struct timespec ts;
  clock_gettime(clock, &ts);
  return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* Uses so much CPU time of the calling thread. */
static void burn(int64_t nanoseconds) {
  int64_t end = now_on(CLOCK_THREAD_CPUTIME_ID) + nanoseconds;
  while (now_on(CLOCK_THREAD_CPUTIME_ID) < end);
}
