/* Processes and threads: birth, other programs, end, and who waits for whom. */
/* Calls: fork vfork clone clone3 execve execveat exit exit_group wait4 waitid waitpid set_tid_address getpid getppid gettid
   kill pause */
#include "family.h"
#include <linux/sched.h>

#define STACK 65536

static int entered(void *value) { return *(int *)value; }

static pid_t cloned(int (*run)(void *), int flags, void *argument, int *ptid, int *ctid) {
  char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return clone(run, stack + STACK, flags, argument, ptid, NULL, ctid);
}

static void status_of(const char *what, pid_t pid, int options) {
  int status = -1;
  pid_t got = syscall(SYS_wait4, pid, &status, options, NULL);
  if (got < 0) printf("%s: %s\n", what, error_name(errno));
  else if (got == 0) printf("%s: nothing yet\n", what);
  else if (WIFEXITED(status)) printf("%s: exit %d\n", what, WEXITSTATUS(status));
  else if (WIFSIGNALED(status)) printf("%s: SIG%s\n", what, sigabbrev_np(WTERMSIG(status)));
  else if (WIFSTOPPED(status)) printf("%s: stopped by SIG%s\n", what, sigabbrev_np(WSTOPSIG(status)));
  else if (WIFCONTINUED(status)) printf("%s: continued\n", what);
}

static void information(const char *what, int type, pid_t id, int options) {
  siginfo_t info;
  struct rusage usage;
  memset(&info, 0, sizeof info);
  long result = syscall(SYS_waitid, type, id, &info, options, &usage);
  if (result < 0) printf("%s: %s\n", what, error_name(errno));
  else if (info.si_pid == 0) printf("%s: nothing yet\n", what);
  else printf("%s: %s code %d status %d uid %d\n", what, info.si_signo == SIGCHLD ? "SIGCHLD" : "?", info.si_code, info.si_code == CLD_EXITED ? info.si_status : info.si_status == SIGKILL ? 9 : -1, info.si_uid);
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

static void sleeps(void) { for (;;) pause(); }
static void ends_with_7(void) { _exit(7); }
static void dies(void) { raise(SIGKILL); }
static void stops(void) { raise(SIGSTOP); _exit(3); }

static void waiting(void) {
  show("no children", syscall(SYS_wait4, -1, NULL, 0, NULL));
  pid_t a = child_that(ends_with_7);
  status_of("its status", a, 0);
  a = child_that(dies);
  status_of("killed", a, 0);
  a = child_that(sleeps);
  status_of("sleeps", a, WNOHANG);
  information("sleeps", P_PID, a, WEXITED | WNOHANG);
  kill(a, SIGSTOP);
  status_of("stopped", a, WUNTRACED);
  status_of("told once", a, WUNTRACED | WNOHANG);
  kill(a, SIGCONT);
  status_of("continued", a, WCONTINUED);
  kill(a, SIGKILL);
  information("looked at", P_PID, a, WEXITED | WNOWAIT);
  information("taken", P_PID, a, WEXITED);
  information("gone", P_PID, a, WEXITED);
  a = child_that(stops);
  information("stopped", P_ALL, 0, WSTOPPED);
  kill(a, SIGCONT);
  information("ended", P_PGID, getpgrp(), WEXITED);
  show("waitid without what", syscall(SYS_waitid, P_ALL, 0, NULL, 0, NULL));
  show("waitid of what", syscall(SYS_waitid, 9, 0, NULL, WEXITED, NULL));
  show("waitid option", syscall(SYS_waitid, P_ALL, 0, NULL, WEXITED | 0x100, NULL));
  show("wait4 option", syscall(SYS_wait4, -1, NULL, 0x100, NULL));
  a = child_that(ends_with_7);
  int status;
#ifdef SYS_waitpid
  check("waitpid", syscall(SYS_waitpid, a, &status, 0) == a && WEXITSTATUS(status) == 7);
#else
  check("waitpid", waitpid(a, &status, 0) == a && WEXITSTATUS(status) == 7);
#endif
  a = child_that(ends_with_7);
  setpgid(a, a);
  status_of("own group", 0, 0);
  status_of("that group", -a, 0);
  /* Nobody waits for the children of one who ignores SIGCHLD. */
  signal(SIGCHLD, SIG_IGN);
  a = child_that(ends_with_7);
  status_of("ignored", a, 0);
  signal(SIGCHLD, SIG_DFL);
}

static int shared;

static int raises_shared(void *value) {
  shared = *(int *)value;
  return 5;
}

static int tells_parent(void *unused) {
  return getppid() == *(int *)unused ? 1 : 2;
}

static void cloning(void) {
  int value = 9, parent = -1, child = -1;
  pid_t pid = cloned(raises_shared, SIGCHLD, &value, NULL, NULL);
  status_of("without memory", pid, 0);
  printf("shared %d\n", shared);
  pid = cloned(raises_shared, CLONE_VM | SIGCHLD, &value, NULL, NULL);
  status_of("with memory", pid, 0);
  printf("shared %d\n", shared);
  pid = cloned(entered, SIGCHLD | CLONE_PARENT_SETTID, &value, &parent, &child);
  check("parent's word", parent == pid);
  status_of("with word", pid, 0);
  pid = cloned(entered, CLONE_VM | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD, &value, &parent, &child);
  status_of("child's word", pid, 0);
  printf("cleared %d\n", child);
  int ppid = getppid();
  pid = cloned(tells_parent, CLONE_PARENT | SIGCHLD, &ppid, NULL, NULL);
  status_of("a sibling", pid, 0);
  pid = cloned(entered, 0, &value, NULL, NULL);
  status_of("without signal", pid, 0);
  status_of("__WALL", pid, __WALL);
  signal(SIGUSR2, SIG_IGN);
  pid = cloned(entered, SIGUSR2, &value, NULL, NULL);
  status_of("__WCLONE", -1, __WCLONE);
  show("SIGHAND without VM", cloned(entered, CLONE_SIGHAND | SIGCHLD, &value, NULL, NULL));
  show("THREAD without SIGHAND", cloned(entered, CLONE_THREAD | CLONE_VM, &value, NULL, NULL));
  show("FS with NEWNS", cloned(entered, CLONE_FS | CLONE_NEWNS | SIGCHLD, &value, NULL, NULL));
  /* Descriptors and the working directory, shared and not. */
  struct clone_args args = {.flags = CLONE_FILES | CLONE_FS, .exit_signal = SIGCHLD};
  pid = syscall(SYS_clone3, &args, sizeof args);
  if (pid == 0) {
    close(7), dup2(1, 7);
    chdir("/dev");
    umask(0123);
    _exit(0);
  }
  status_of("clone3", pid, 0);
  char directory[64] = "";
  check("descriptor", fcntl(7, F_GETFD) == 0);
  printf("directory %s mask %03o\n", getcwd(directory, 64) ? directory : "?", umask(022));
  close(7);
  args = (struct clone_args){.exit_signal = 200};
  show("clone3 signal", syscall(SYS_clone3, &args, sizeof args));
  args = (struct clone_args){.flags = 0x10, .exit_signal = SIGCHLD};
  show("clone3 signal in flags", syscall(SYS_clone3, &args, sizeof args));
  args = (struct clone_args){.flags = CLONE_DETACHED, .exit_signal = SIGCHLD};
  show("clone3 detached", syscall(SYS_clone3, &args, sizeof args));
  args = (struct clone_args){.stack = 4096, .exit_signal = SIGCHLD};
  show("clone3 stack without size", syscall(SYS_clone3, &args, sizeof args));
  show("clone3 small", syscall(SYS_clone3, &args, 32));
  show("clone3 large", syscall(SYS_clone3, &args, 8192));
  show("clone3 bad", syscall(SYS_clone3, (void *)8, sizeof args));
  /* Handlers: cleared where asked. */
  signal(SIGUSR1, (void (*)(int))sleeps);
  args = (struct clone_args){.flags = CLONE_CLEAR_SIGHAND, .exit_signal = SIGCHLD};
  pid = syscall(SYS_clone3, &args, sizeof args);
  if (pid == 0) {
    struct sigaction action;
    sigaction(SIGUSR1, NULL, &action);
    int one = action.sa_handler == SIG_DFL;
    sigaction(SIGUSR2, NULL, &action);
    _exit(one + 2 * (action.sa_handler == SIG_IGN));
  }
  status_of("cleared handlers", pid, 0);
  signal(SIGUSR1, SIG_DFL);
}

static void vforking(void) {
  volatile int seen = 0;
  fflush(stdout);
  pid_t pid = vfork();
  if (pid == 0) {
    seen = 4;
    _exit(6);
  }
  printf("vfork: %d\n", seen);
  status_of("vfork", pid, 0);
  pid = syscall(SYS_fork);
  if (pid == 0) {
    seen = 5;
    _exit(seen);
  }
  status_of("fork", pid, 0);
  printf("fork: %d\n", seen);
}

/* Runs itself again, in the ways there are. */
static void again(const char *self, const char *how) {
  char *argv[] = {"process", (char *)how, NULL}, *envp[] = {"ONE=1", NULL};
  int fd = open(self, O_RDONLY);
  if (!strcmp(how, "execve")) execve(self, argv, envp);
  if (!strcmp(how, "empty path")) syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
  if (!strcmp(how, "absolute")) syscall(SYS_execveat, -1, self, argv, envp, 0);
  if (!strcmp(how, "without arguments")) execve(self, NULL, envp);
  printf("%s: %s\n", how, error_name(errno));
}

static void *in_thread(void *self) {
  again(self, "execve");
  return NULL;
}

static void executing(const char *self) {
  const char *ways[] = {"execve", "empty path", "absolute", "without arguments"};
  for (int i = 0; i < 4; i++) {
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
      again(self, ways[i]);
      fflush(stdout);
      _exit(1);
    }
    status_of(ways[i], pid, 0);
  }
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) {
    pthread_t thread;
    pthread_create(&thread, NULL, in_thread, (void *)self);
    for (;;) pause();
  }
  status_of("from a thread", pid, 0);
  char *argv[] = {"x", NULL};
  int fd = open(self, O_RDONLY);
  show("nothing there", execve("/no/such/file", argv, NULL));
  show("a directory", execve("/dev", argv, NULL));
  show("not executable", execve("/dev/null", argv, NULL));
  show("bad path", execve((void *)8, argv, NULL));
  show("bad arguments", execve(self, (void *)8, NULL));
  show("execveat flag", syscall(SYS_execveat, fd, "", argv, NULL, 1));
  show("execveat empty", syscall(SYS_execveat, fd, "", argv, NULL, 0));
  show("execveat no directory", syscall(SYS_execveat, 99, "x", argv, NULL, 0));
  close(fd);
}

static void *quiet(void *word) {
  return (void *)(syscall(SYS_gettid) != syscall(SYS_getpid) && getpid() == *(int *)word);
}

static void *ends(void *unused) {
  syscall(SYS_exit_group, 11);
  return NULL;
}

static void *leaves(void *unused) {
  usleep(10000);
  _exit(12);
}

static void thread_ends_all(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, ends, NULL);
  for (;;) pause();
}

static void leader_leaves(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, leaves, NULL);
  syscall(SYS_exit, 1);
}

int main(int argc, char **argv) {
  if (argc == 2) {
    printf("ran: %s %s, leader %d\n", argv[0], argv[1], getpid() == syscall(SYS_gettid));
    return 20;
  }
  if (argv[0][0] == 0) {
    printf("ran without arguments: %d\n", argc);
    return 21;
  }
  int pid = getpid();
  check("one thread", pid == syscall(SYS_gettid) && syscall(SYS_set_tid_address, &shared) == pid);
  pthread_t thread;
  void *result;
  pthread_create(&thread, NULL, quiet, &pid);
  pthread_join(thread, &result);
  check("another", result != NULL);
  waiting();
  cloning();
  vforking();
  executing("/proc/self/exe");
  in_child("exit_group", thread_ends_all);
  in_child("exit", leader_leaves);
  return 0;
}
