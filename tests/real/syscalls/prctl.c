/* What a process sets of itself by prctl. */
/* Calls: prctl */
#include "family.h"
#include <linux/prctl.h>

static void names(void) {
  char name[17] = "";
  show("set", prctl(PR_SET_NAME, "a-name-of-more-than-fifteen"));
  show("get", prctl(PR_GET_NAME, name));
  printf("%s\n", name);
  show("bad", prctl(PR_SET_NAME, 8));
}

static void dumpable(void) {
  printf("%d\n", prctl(PR_GET_DUMPABLE));
  show("2", prctl(PR_SET_DUMPABLE, 2));
  show("0", prctl(PR_SET_DUMPABLE, 0));
  printf("%d\n", prctl(PR_GET_DUMPABLE));
  fflush(stdout);
  if (fork() == 0) _exit(prctl(PR_GET_DUMPABLE));
  int status;
  wait(&status);
  printf("child %d\n", WEXITSTATUS(status));
  show("1", prctl(PR_SET_DUMPABLE, 1));
  setresuid(1000, 1000, 1000);
  printf("another user: %d\n", prctl(PR_GET_DUMPABLE) == 1);
}

static void signals(void) {
  int signal = -1;
  show("death signal", prctl(PR_SET_PDEATHSIG, SIGUSR1));
  show("get", prctl(PR_GET_PDEATHSIG, &signal));
  printf("%d\n", signal == SIGUSR1);
  show("none such", prctl(PR_SET_PDEATHSIG, 200));
  fflush(stdout);
  if (fork() == 0) {
    prctl(PR_GET_PDEATHSIG, &signal);
    _exit(signal);
  }
  int status;
  wait(&status);
  printf("child %d\n", WEXITSTATUS(status));
}

static void slack(void) {
  printf("%d\n", prctl(PR_GET_TIMERSLACK));
  show("set", prctl(PR_SET_TIMERSLACK, 12345));
  printf("%d\n", prctl(PR_GET_TIMERSLACK));
  fflush(stdout);
  if (fork() == 0) {
    prctl(PR_SET_TIMERSLACK, 1);
    int now = prctl(PR_GET_TIMERSLACK);
    prctl(PR_SET_TIMERSLACK, 0);
    printf("child %d %d\n", now, prctl(PR_GET_TIMERSLACK));
    fflush(stdout);
    _exit(0);
  }
  wait(NULL);
  show("reset", prctl(PR_SET_TIMERSLACK, 0));
  printf("%d\n", prctl(PR_GET_TIMERSLACK));
}

static void privileges(void) {
  show("get", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  show("get with argument", prctl(PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0));
  show("set 0", prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
  show("set", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  show("set with argument", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 1));
  show("get", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  show("keep", prctl(PR_GET_KEEPCAPS));
  show("set keep", prctl(PR_SET_KEEPCAPS, 1));
  show("keep", prctl(PR_GET_KEEPCAPS));
  show("set keep 2", prctl(PR_SET_KEEPCAPS, 2));
}

static void others(void) {
  show("timing", prctl(PR_GET_TIMING));
  show("set timing", prctl(PR_SET_TIMING, 0));
  show("set timing 1", prctl(PR_SET_TIMING, 1));
  show("mce", prctl(PR_MCE_KILL_GET, 0, 0, 0, 0));
  show("mce early", prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0));
  show("mce", prctl(PR_MCE_KILL_GET, 0, 0, 0, 0));
  show("mce 9", prctl(PR_MCE_KILL, PR_MCE_KILL_SET, 9, 0, 0));
  show("mce clear", prctl(PR_MCE_KILL, PR_MCE_KILL_CLEAR, 0, 0, 0));
  show("mce", prctl(PR_MCE_KILL_GET, 0, 0, 0, 0));
  show("thp", prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
  show("thp off", prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0));
  show("thp", prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
  show("perf", prctl(PR_TASK_PERF_EVENTS_DISABLE));
  show("unknown", prctl(123456, 0, 0, 0, 0));
}

int main(void) {
  in_child("names", names);
  in_child("dumpable", dumpable);
  in_child("signals", signals);
  in_child("slack", slack);
  in_child("privileges", privileges);
  in_child("others", others);
  return 0;
}
