/* RLIMIT_RTTIME: how long a real-time task may compute without blocking. */
/* Calls: prlimit64 sched_setscheduler */
#include "show.h"
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

static volatile int warnings;
static void warned(int signal) { warnings += signal == SIGXCPU; }

static double used(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

static void limit(rlim_t soft, rlim_t hard) {
  struct rlimit wanted = {soft, hard};
  SHOW(setrlimit(RLIMIT_RTTIME, &wanted));
}

static void become(int policy, int priority) {
  struct sched_param param = {priority};
  SHOW(sched_setscheduler(0, policy, &param));
  fflush(stdout);
}

static void burn(double seconds) {
  for (double until = used() + seconds; used() < until;)
    ;
}

int main(void) {
  struct sigaction action = {.sa_handler = warned};
  sigaction(SIGXCPU, &action, NULL);
  setvbuf(stdout, NULL, _IOLBF, 0);

  CHILD(0) {
    puts("beyond the soft limit there is a signal, and the limit moves on a second");
    limit(100000, 5000000);
    become(SCHED_FIFO, 1);
    burn(0.4);
    struct rlimit now;
    getrlimit(RLIMIT_RTTIME, &now);
    printf("warnings %d, soft limit %ld\n", warnings, (long)now.rlim_cur);
  }
  CHILD(0) {
    puts("beyond the hard limit the process dies");
    limit(100000, 300000);
    become(SCHED_RR, 1);
    for (;;)
      ;
  }
  CHILD(0) {
    puts("one that blocks now and then has no limit");
    limit(200000, 400000);
    become(SCHED_FIFO, 1);
    for (int i = 0; i < 6; i++) {
      burn(0.08);
      nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    printf("warnings %d\n", warnings);
  }
  CHILD(0) {
    puts("nor has one that is not of a real-time policy");
    limit(1, 1);
    burn(0.05);
    printf("warnings %d\n", warnings);
  }
  return 0;
}
