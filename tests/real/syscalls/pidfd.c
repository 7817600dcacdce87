/* Descriptors of processes: prints only what is the same on every run. */
/* Calls: pidfd_open pidfd_send_signal pidfd_getfd clone clone3 waitid kcmp process_madvise process_mrelease */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static void show(const char *what, long result) {
  if (result == -1) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
}

static void truth(const char *what, int value) { printf("%s: %s\n", what, value ? "yes" : "no"); }

static int pidfd_open_(pid_t pid, unsigned flags) { return syscall(__NR_pidfd_open, pid, flags); }
static int send_(int fd, int signo, siginfo_t *info, unsigned flags) { return syscall(__NR_pidfd_send_signal, fd, signo, info, flags); }
static int getfd_(int fd, int target, unsigned flags) { return syscall(__NR_pidfd_getfd, fd, target, flags); }
static int kcmp_(pid_t a, pid_t b, int type, unsigned long i, unsigned long j) {
  return syscall(__NR_kcmp, a, b, type, i, j);
}

static int ready(int fd, int timeout) {
  struct pollfd poll_fd = {fd, POLLIN, 0};
  int count = poll(&poll_fd, 1, timeout);
  return count == 1 ? poll_fd.revents : -count;
}

/* A child that waits to be told to end with a status. */
static pid_t child_until(int *go) {
  int ends[2];
  pipe(ends);
  pid_t child = fork();
  if (child == 0) {
    char status = 99;
    close(ends[1]);
    read(ends[0], &status, 1);
    _exit(status);
  }
  close(ends[0]);
  *go = ends[1];
  return child;
}

static void end(int go, char status) {
  write(go, &status, 1);
  close(go);
}

static void show_info(const char *name, int fd) {
  char path[64], line[128];
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
  FILE *file = fopen(path, "r");
  while (fgets(line, sizeof line, file)) {
    if (strncmp(line, "Pid:", 4) == 0) truth(name, atoi(line + 4) > 0);
  }
  fclose(file);
}

static void opening(void) {
  int go;
  pid_t child = child_until(&go);
  show("flags", pidfd_open_(child, 1));
  show("pid 0", pidfd_open_(0, 0));
  show("negative", pidfd_open_(-5, 0));
  int fd = pidfd_open_(child, 0);
  truth("opened", fd >= 0);
  show("close on exec", fcntl(fd, F_GETFD));
  char byte;
  show("read", read(fd, &byte, 1));
  show_info("lives", fd);
  show("not yet", ready(fd, 0));
  int epoll = epoll_create1(0);
  struct epoll_event event = {EPOLLIN, {.u32 = 7}};
  show("epoll", epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
  show("nothing", epoll_wait(epoll, &event, 1, 0));
  siginfo_t info = {0};
  int slow = pidfd_open_(child, O_NONBLOCK);
  show("waitid of one that does not block", waitid(P_PIDFD, slow, &info, WEXITED));
  show("WNOHANG", waitid(P_PIDFD, fd, &info, WEXITED | WNOHANG));
  show("nobody", info.si_pid);
  end(go, 5);
  show("ends", ready(fd, -1) & POLLIN);
  show("epoll tells", epoll_wait(epoll, &event, 1, -1));
  show("with its data", event.data.u32);
  show("signal 0 to a zombie", send_(fd, 0, NULL, 0));
  show("waitid", waitid(P_PIDFD, fd, &info, WEXITED));
  truth("of the child", info.si_pid == child);
  printf("code %d status %d\n", info.si_code, info.si_status);
  show("again", waitid(P_PIDFD, fd, &info, WEXITED));
  show("signal to nobody", send_(fd, SIGTERM, NULL, 0));
  show("still readable", ready(fd, 0) & POLLIN);
  show_info("lives", fd);
  show("waitid of another file", waitid(P_PIDFD, epoll, &info, WEXITED));
  show("waitid of no file", waitid(P_PIDFD, 999, &info, WEXITED));
  show("gone", pidfd_open_(child, 0));
  close(fd);
  close(slow);
  close(epoll);
}

static volatile sig_atomic_t got, code, value;
static void note(int signo, siginfo_t *info, void *context) {
  got = signo;
  code = info->si_code;
  value = info->si_value.sival_int;
}

static void signalling(void) {
  struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};
  sigaction(SIGUSR1, &action, NULL);
  int self = pidfd_open_(getpid(), 0);
  show("to itself", send_(self, SIGUSR1, NULL, 0));
  truth("SIGUSR1", got == SIGUSR1);
  show("code", code);
  siginfo_t info = {0};
  info.si_signo = SIGUSR1;
  info.si_code = SI_QUEUE;
  info.si_value.sival_int = 4711;
  show("with a value", send_(self, SIGUSR1, &info, 0));
  show("value", value);
  show("another signal", send_(self, SIGUSR2, &info, 0));
  show("flags", send_(self, SIGUSR1, NULL, 0x100));
  show("no pidfd", send_(1, SIGUSR1, NULL, 0));
  show("no signal", send_(self, 200, NULL, 0));
  int go;
  pid_t child = child_until(&go);
  int fd = pidfd_open_(child, 0);
  info.si_code = SI_USER;
  show("a feigned kill", send_(fd, SIGUSR1, &info, 0));
  show("kill", send_(fd, SIGKILL, NULL, 0));
  int status;
  waitpid(child, &status, 0);
  truth("killed", WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  int directory = open("/proc/self", O_RDONLY | O_DIRECTORY);
  got = 0;
  show("by /proc", send_(directory, SIGUSR1, NULL, 0));
  truth("SIGUSR1", got == SIGUSR1);
  close(directory);
  close(fd);
  close(self);
  close(go);
}

static void stealing(void) {
  int give[2], go[2];
  pipe(give);
  pipe(go);
  pid_t child = fork();
  if (child == 0) {
    int memory = memfd_create("stolen", 0);
    write(memory, "contents", 8);
    write(give[1], &memory, sizeof memory);
    char byte;
    read(go[0], &byte, 1);
    _exit(lseek(memory, 0, SEEK_CUR) == 3 ? 0 : 1);
  }
  int number;
  read(give[0], &number, sizeof number);
  int fd = pidfd_open_(child, 0);
  show("getfd flags", getfd_(fd, number, 1));
  show("getfd of no pidfd", getfd_(1, number, 0));
  show("getfd of none", getfd_(fd, 500, 0));
  int mine = getfd_(fd, number, 0);
  truth("getfd", mine >= 0);
  show("close on exec", fcntl(mine, F_GETFD));
  char text[9] = "";
  pread(mine, text, 8, 0);
  puts(text);
  show("kcmp of the files", kcmp_(getpid(), child, 0, mine, number));
  int other = open("/dev/null", O_RDONLY);
  int order = kcmp_(getpid(), getpid(), 0, mine, other);
  truth("ordered", (order == 1 || order == 2) && kcmp_(getpid(), getpid(), 0, other, mine) == 3 - order);
  show("kcmp of no file", kcmp_(getpid(), child, 0, 600, number));
  show("kcmp VM", kcmp_(getpid(), child, 1, 0, 0) != 0);
  show("kcmp VM with itself", kcmp_(getpid(), getpid(), 1, 0, 0));
  show("kcmp type", kcmp_(getpid(), getpid(), 77, 0, 0));
  show("kcmp nobody", kcmp_(getpid(), 0x7ffffff, 1, 0, 0));
  lseek(mine, 3, SEEK_SET);
  write(go[1], "x", 1);
  int status;
  waitpid(child, &status, 0);
  show("offset is shared", status);
  close(mine);
  close(other);
  close(fd);
}

static int end_at_once(void *argument) {
  _exit((int)(intptr_t)argument);
}

struct clone_args_ {
  uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};

static void cloning(void) {
  static char stack[65536] __attribute__((aligned(16)));
  int fd = -1;
  pid_t child = clone(end_at_once, stack + sizeof stack, CLONE_PIDFD | SIGCHLD, (void *)3, &fd);
  truth("CLONE_PIDFD", child > 0 && fd >= 0);
  show("close on exec", fcntl(fd, F_GETFD));
  siginfo_t info = {0};
  show("waitid", waitid(P_PIDFD, fd, &info, WEXITED));
  show("status", info.si_status);
  close(fd);
  show("with CLONE_PARENT_SETTID", clone(end_at_once, stack + sizeof stack, CLONE_PIDFD | CLONE_PARENT_SETTID | SIGCHLD, 0, &fd));
  fd = -1;
  struct clone_args_ args = {.flags = CLONE_PIDFD, .pidfd = (uintptr_t)&fd, .exit_signal = SIGCHLD};
  child = syscall(__NR_clone3, &args, sizeof args);
  if (child == 0) _exit(9);
  truth("clone3", child > 0 && fd >= 0);
  show("waitid", waitid(P_PIDFD, fd, &info, WEXITED));
  show("status", info.si_status);
  close(fd);
  args.pidfd = 16;
  show("bad address", syscall(__NR_clone3, &args, sizeof args));
}

static void advising(void) {
  char *memory = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  int go;
  pid_t child = child_until(&go);
  int fd = pidfd_open_(child, 0);
  struct iovec pieces[2] = {{memory, 4096}, {memory + 4096, 4096}};
  show("process_madvise", syscall(__NR_process_madvise, fd, pieces, 2, 20, 0));
  show("advice", syscall(__NR_process_madvise, fd, pieces, 2, MADV_DONTNEED, 0));
  show("flags", syscall(__NR_process_madvise, fd, pieces, 2, 20, 1));
  show("no pidfd", syscall(__NR_process_madvise, 1, pieces, 2, 20, 0));
  show("mrelease of one that lives", syscall(__NR_process_mrelease, fd, 0));
  show("mrelease flags", syscall(__NR_process_mrelease, fd, 1));
  show("mrelease of no pidfd", syscall(__NR_process_mrelease, 1, 0));
  end(go, 0);
  int status;
  waitpid(child, &status, 0);
  show("mrelease of one that is gone", syscall(__NR_process_mrelease, fd, 0));
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  opening();
  signalling();
  stealing();
  cloning();
  advising();
  return 0;
}
