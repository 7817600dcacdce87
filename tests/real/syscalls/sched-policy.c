/* Scheduling policies, priorities and CPU affinity as programs set and see them. */
/* Calls: sched_setscheduler sched_getscheduler sched_setparam sched_getparam sched_get_priority_max
   sched_get_priority_min sched_rr_get_interval sched_rr_get_interval_time64 sched_setattr sched_getattr
   sched_yield sched_setaffinity sched_getaffinity getcpu nice getpriority setpriority */
#include "family.h"

struct attr {
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
  uint32_t util_min, util_max;
};

static int set(pid_t pid, int policy, int priority) {
  struct sched_param param = {priority};
  return syscall(SYS_sched_setscheduler, pid, policy, &param);
}

static void report(const char *what) {
  struct sched_param param = {-1};
  syscall(SYS_sched_getparam, 0, &param);
  int policy = syscall(SYS_sched_getscheduler, 0);
  printf("%s: policy %d%s priority %d nice %ld\n", what, policy & 0xff, policy & SCHED_RESET_ON_FORK ? " reset" : "",
         param.sched_priority, 20 - syscall(SYS_getpriority, PRIO_PROCESS, 0));
}

static void interval(const char *what) {
  struct ts32 narrow = {-1, -1};
  struct ts64 wide = {-1, -1};
  show("sched_rr_get_interval", syscall(SYS_sched_rr_get_interval, 0, &narrow));
  show("sched_rr_get_interval_time64", syscall(SYS_sched_rr_get_interval_time64, 0, &wide));
  if (wide.sec == 0) printf("%s: %d ms, %d ms\n", what, narrow.nsec / 1000000, (int)(wide.nsec / 1000000));
}

static void attr(const char *what, struct attr a) {
  int result = syscall(SYS_sched_setattr, 0, &a, 0);
  show(what, result);
  if (result < 0 && errno == E2BIG) printf("size known: %d\n", a.size >= 48);
  memset(&a, 0xff, sizeof a);
  show("sched_getattr", syscall(SYS_sched_getattr, 0, &a, 48, 0));
  printf("size %u policy %u flags %llu nice %d priority %u\n", a.size, a.policy, (unsigned long long)a.flags, a.nice,
         a.priority);
}

static void as_user(void) {
  setresgid(1000, 1000, 1000);
  setresuid(1000, 1000, 1000);
  show("user: FIFO", set(0, SCHED_FIFO, 1));
  show("user: init's", set(1, SCHED_OTHER, 0));
  show("user: nice 5", setpriority(PRIO_PROCESS, 0, 5));
  show("user: nice 0", setpriority(PRIO_PROCESS, 0, 0));
  show("user: nice() -1", syscall(SYS_nice, -1));
  show("user: nice of init", setpriority(PRIO_PROCESS, 1, 10));
  show("user: BATCH", set(0, SCHED_BATCH, 0));
  show("user: IDLE", set(0, SCHED_IDLE, 0));
  show("user: back from IDLE", set(0, SCHED_OTHER, 0));
  report("user");
  uint32_t mask[32] = {1};
  show("user: affinity of init", syscall(SYS_sched_setaffinity, 1, sizeof mask, mask));
}

static void forked(void) {
  report("forked with reset");
}

int main(void) {
  for (int policy = -1; policy < 8; policy++) {
    if (policy == 4 || policy == 6 || policy == 7) continue;
    printf("policy %d: ", policy);
    show("max", syscall(SYS_sched_get_priority_max, policy));
    show("min", syscall(SYS_sched_get_priority_min, policy));
  }
  report("start");
  show("FIFO 0", set(0, SCHED_FIFO, 0));
  show("FIFO 100", set(0, SCHED_FIFO, 100));
  show("OTHER 1", set(0, SCHED_OTHER, 1));
  show("policy 4", set(0, 4, 0));
  show("policy -1", set(0, -1, 0));
  show("pid -1", set(-1, SCHED_OTHER, 0));
  show("no such", set(0x3fffffff, SCHED_OTHER, 0));
  show("null", syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, NULL));
  show("bad address", syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, (void *)8));
  show("FIFO 50", set(0, SCHED_FIFO, 50));
  report("FIFO");
  interval("FIFO");
  struct sched_param param = {20};
  show("setparam 20", syscall(SYS_sched_setparam, 0, &param));
  param.sched_priority = 0;
  show("setparam 0", syscall(SYS_sched_setparam, 0, &param));
  report("FIFO");
  show("RR 7", set(0, SCHED_RR, 7));
  interval("RR");
  show("yield", syscall(SYS_sched_yield));
  show("reset", set(0, SCHED_RR | SCHED_RESET_ON_FORK, 7));
  report("RR");
  in_child("child", forked);
  show("BATCH", set(0, SCHED_BATCH, 0));
  report("BATCH");
  show("IDLE", set(0, SCHED_IDLE, 0));
  report("IDLE");
  show("OTHER", set(0, SCHED_OTHER, 0));

  attr("attr nice 5", (struct attr){.size = 48, .policy = SCHED_OTHER, .nice = 5});
  attr("attr FIFO 3", (struct attr){.size = 48, .policy = SCHED_FIFO, .priority = 3});
  attr("attr keep all", (struct attr){.size = 48, .policy = SCHED_OTHER, .flags = 0x18});
  attr("attr RR without priority", (struct attr){.size = 48, .policy = SCHED_RR});
  attr("attr reset", (struct attr){.size = 0, .policy = SCHED_BATCH, .flags = 1, .nice = -30});
  attr("attr small", (struct attr){.size = 40, .policy = SCHED_OTHER});
  attr("attr flags", (struct attr){.size = 48, .policy = SCHED_OTHER, .flags = 1ull << 40});
  attr("attr back", (struct attr){.size = 48, .policy = SCHED_OTHER});
  struct attr a = {.size = 48};
  show("setattr flags", syscall(SYS_sched_setattr, 0, &a, 1));
  show("getattr small", syscall(SYS_sched_getattr, 0, &a, 40, 0));
  show("getattr flags", syscall(SYS_sched_getattr, 0, &a, 48, 1));

  show("nice 3", syscall(SYS_nice, 3));
  report("nice");
  show("nice -5", syscall(SYS_nice, -5));
  show("setpriority 30", syscall(SYS_setpriority, PRIO_PROCESS, 0, 30));
  show("getpriority", syscall(SYS_getpriority, PRIO_PROCESS, 0));
  show("getpriority which", syscall(SYS_getpriority, 3, 0));
  show("getpriority no such", syscall(SYS_getpriority, PRIO_PROCESS, 0x3fffffff));
  show("setpriority group", syscall(SYS_setpriority, PRIO_PGRP, 0, 0));
  show("getpriority group", syscall(SYS_getpriority, PRIO_PGRP, 0));

  uint32_t mask[32] = {0};
  long size = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
  check("a mask of whole words", size > 0 && size % 4 == 0);
  check("CPU 0 is there", mask[0] & 1);
  show("getaffinity 3", syscall(SYS_sched_getaffinity, 0, 3, mask));
  show("getaffinity no such", syscall(SYS_sched_getaffinity, 0x3fffffff, sizeof mask, mask));
  memset(mask, 0, sizeof mask);
  show("setaffinity none", syscall(SYS_sched_setaffinity, 0, sizeof mask, mask));
  mask[0] = 1;
  show("setaffinity 0", syscall(SYS_sched_setaffinity, 0, sizeof mask, mask));
  unsigned cpu = 99, node = 99;
  show("getcpu", syscall(SYS_getcpu, &cpu, &node, NULL));
  printf("cpu %u node %u\n", cpu, node);
  show("getcpu bad", syscall(SYS_getcpu, (void *)8, NULL, NULL));
  in_child("user", as_user);
  return 0;
}
