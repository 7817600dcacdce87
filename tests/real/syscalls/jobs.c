/* Process groups, sessions, stopped and orphaned groups, subreapers. */
/* Calls: setpgid getpgid getpgrp setsid getsid prctl kill */
#include "family.h"

static int ready[2];

static void tell(void) { write(ready[1], "x", 1); }
static void heard(void) {
  char byte;
  read(ready[0], &byte, 1);
}

static pid_t child_that(void (*run)(void)) {
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) {
    run();
    fflush(stdout);
    _exit(0);
  }
  return pid;
}

static void pauses(void) {
  tell();
  for (;;) pause();
}

static void groups(void) {
  int own = getpid();
  setpgid(0, 0);
  check("own group", syscall(SYS_getpgrp) == own && syscall(SYS_getpgid, 0) == own && syscall(SYS_getpgid, own) == own);
  pid_t a = child_that(pauses), b = child_that(pauses);
  heard(), heard();
  check("inherited", getpgid(a) == own && getsid(a) == getsid(0));
  show("setpgid", syscall(SYS_setpgid, a, 0));
  check("leader", getpgid(a) == a);
  show("join", syscall(SYS_setpgid, b, a));
  check("joined", getpgid(b) == a);
  show("group that is none", setpgid(b, 0x3ffffff));
  show("negative", setpgid(b, -5));
  show("no child", setpgid(1, 0));
  show("no such", setpgid(0x3ffffff, 0));
  show("getpgid of none", getpgid(0x3ffffff));
  show("getsid of none", getsid(0x3ffffff));
  show("signal to the group", kill(-a, SIGTERM));
  int status;
  check("both", waitpid(-a, &status, 0) > 0 && WTERMSIG(status) == SIGTERM && waitpid(-a, &status, 0) > 0);
  show("nobody left", waitpid(-a, &status, 0));
  show("signal to nobody", kill(-a, SIGTERM));
  show("kill of none", kill(0x3ffffff, 0));
  show("signal that is none", kill(getpid(), 200));
}

static void session(void) {
  setpgid(0, 0);
  show("leader of a group", syscall(SYS_setsid));
  pid_t a = fork();
  if (a == 0) {
    check("setsid", setsid() == getpid() && getsid(0) == getpid() && getpgrp() == getpid());
    show("setsid again", setsid());
    show("setpgid of a leader", setpgid(0, 0));
    fflush(stdout);
    tell();
    for (;;) pause();
  }
  heard();
  check("another session", getsid(a) == a && getsid(0) != a);
  show("setpgid into another session", setpgid(a, getpgrp()));
  kill(a, SIGKILL);
  waitpid(a, NULL, 0);
}

static void execs(void) { execl("/proc/self/exe", "jobs", "pause", NULL); }

static void after_exec(void) {
  char number[16];
  pid_t a = child_that(execs);
  heard();
  show("setpgid after exec", setpgid(a, 0));
  kill(a, SIGKILL);
  waitpid(a, NULL, 0);
}

static volatile int hangups, continues;
static void hangup(int signal) { hangups++; }
static void go_on(int signal) { continues++; }

/* The middle process ends: the stopped one's group is orphaned, gets SIGHUP and SIGCONT, and does not stop for SIGTSTP. */
static void orphaned(void) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  fflush(stdout);
  pid_t middle = fork();
  if (middle == 0) {
    setsid();
    pid_t last = fork();
    if (last == 0) {
      setpgid(0, 0);
      signal(SIGHUP, hangup);
      signal(SIGCONT, go_on);
      tell();
      raise(SIGSTOP);
      for (int i = 0; i < 1000 && (!hangups || !continues); i++) usleep(1000);
      printf("orphan: %d hang-up, %d continue\n", hangups, continues);
      raise(SIGTSTP);
      printf("orphan: did not stop\n");
      fflush(stdout);
      _exit(9);
    }
    heard();
    waitpid(last, NULL, WUNTRACED);
    _exit(0);
  }
  int status;
  waitpid(middle, &status, 0);
  check("the reaper's child", wait(&status) > 0);
  printf("exit %d\n", WEXITSTATUS(status));
  prctl(PR_SET_CHILD_SUBREAPER, 0);
}

static void reaped(void) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  int value = 0;
  prctl(PR_GET_CHILD_SUBREAPER, &value);
  printf("subreaper %d\n", value);
  int me = getpid();
  fflush(stdout);
  pid_t middle = fork();
  if (middle == 0) {
    prctl(PR_GET_CHILD_SUBREAPER, &value);
    printf("not inherited %d\n", value);
    fflush(stdout);
    if (fork() == 0) {
      heard();
      _exit(getppid() == me ? 3 : 4);
    }
    _exit(0);
  }
  waitpid(middle, NULL, 0);
  tell();
  int status;
  wait(&status);
  printf("grandchild: %d\n", WEXITSTATUS(status));
}

static void death_signal(void) {
  fflush(stdout);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  pid_t middle = fork();
  if (middle == 0) {
    if (fork() == 0) {
      prctl(PR_SET_PDEATHSIG, SIGUSR1);
      tell();
      for (;;) pause();
    }
    heard();
    _exit(0);
  }
  waitpid(middle, NULL, 0);
  int status;
  wait(&status);
  printf("parent's death: SIG%s\n", sigabbrev_np(WTERMSIG(status)));
}

/* SIGCONT drops stop signals that wait, and the other way round. */
static void cancels(void) {
  sigset_t set, pending;
  sigemptyset(&set);
  sigaddset(&set, SIGTSTP);
  sigaddset(&set, SIGCONT);
  sigprocmask(SIG_BLOCK, &set, NULL);
  raise(SIGTSTP);
  raise(SIGCONT);
  sigpending(&pending);
  printf("TSTP %d CONT %d\n", sigismember(&pending, SIGTSTP), sigismember(&pending, SIGCONT));
  raise(SIGTSTP);
  sigpending(&pending);
  printf("TSTP %d CONT %d\n", sigismember(&pending, SIGTSTP), sigismember(&pending, SIGCONT));
}

int main(int argc, char **argv) {
  if (argc > 1) {
    write(4, "x", 1);
    for (;;) pause();
  }
  pipe(ready);
  dup2(ready[0], 3), dup2(ready[1], 4);
  ready[0] = 3, ready[1] = 4;
  in_child("groups", groups);
  in_child("session", session);
  in_child("after exec", after_exec);
  in_child("orphaned", orphaned);
  in_child("reaped", reaped);
  in_child("death signal", death_signal);
  in_child("cancels", cancels);
  return 0;
}
