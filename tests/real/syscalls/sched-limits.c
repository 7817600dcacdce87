/* What RLIMIT_RTPRIO and RLIMIT_NICE allow an ordinary user. Raising them takes a privilege that not every host gives. */
/* Calls: sched_setscheduler setpriority */
#include "family.h"

static int set(pid_t pid, int policy, int priority) {
  struct sched_param param = {priority};
  return syscall(SYS_sched_setscheduler, pid, policy, &param);
}

static void with_limits(void) {
  struct rlimit rt = {10, 10}, nice = {25, 25};
  setrlimit(RLIMIT_RTPRIO, &rt);
  setrlimit(RLIMIT_NICE, &nice);
  setresuid(1000, 1000, 1000);
  show("limited: FIFO 10", set(0, SCHED_FIFO, 10));
  show("limited: FIFO 11", set(0, SCHED_FIFO, 11));
  show("limited: RR 5 with reset", set(0, SCHED_RR | SCHED_RESET_ON_FORK, 5));
  show("limited: without reset", set(0, SCHED_RR, 5));
  show("limited: nice -5", setpriority(PRIO_PROCESS, 0, -5));
  show("limited: nice -6", setpriority(PRIO_PROCESS, 0, -6));
}

int main(void) {
  in_child("limits", with_limits);
  return 0;
}
