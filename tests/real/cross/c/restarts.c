/*
 * System calls that are waiting when a signal comes: without SA_RESTART, with it, and stopped and continued.
 * Each call is made by a child; its parent waits until it sleeps, disturbs it, waits until it sleeps again
 * and then gives it what it waits for.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int ends[2], told[2], listener, locked;
static volatile int *word;
static struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0kml restarts"};

static int do_read(void) {
  char byte = 0;
  int got = read(ends[0], &byte, 1);
  return got == 1 ? byte : got;
}
static int do_accept(void) {
  char byte = 0;
  struct sockaddr_un peer;
  socklen_t length = sizeof peer;
  int got = accept(listener, (struct sockaddr *)&peer, &length);
  return got < 0 ? got : (int)read(got, &byte, 1) + byte;
}
static int do_wait4(void) {
  int status = 0;
  pid_t child = fork();
  if (child == 0) {
    signal(SIGUSR1, SIG_IGN);
    _exit(do_read());
  }
  pid_t got = syscall(SYS_wait4, child, &status, 0, 0);
  if (got == child) return WEXITSTATUS(status);
  int error = errno;
  kill(child, SIGKILL);
  waitpid(child, 0, 0);
  errno = error;
  return got;
}
static int do_futex(void) { return syscall(SYS_futex, word, FUTEX_WAIT, 0, 0, 0, 0); }
static int do_timed_futex(void) {
  struct timespec limit = {30, 0};
  return syscall(SYS_futex, word, FUTEX_WAIT, 0, &limit, 0, 0);
}
static int do_nanosleep(void) {
  struct timespec before, after, wait = {0, 400000000}, rest = {9, 9};
  clock_gettime(CLOCK_MONOTONIC, &before);
  int result = nanosleep(&wait, &rest);
  int error = errno;
  clock_gettime(CLOCK_MONOTONIC, &after);
  long ms = (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
  errno = error;
  /* Linux counts the slack of its timers in: what is left right at the start is a little more than the whole. */
  if (result < 0) return rest.tv_sec == 0 && rest.tv_nsec > 0 && rest.tv_nsec < 410000000 ? -1 : -2;
  return ms >= 400;
}
static int do_poll(void) {
  struct pollfd one = {.fd = ends[0], .events = POLLIN};
  return poll(&one, 1, 30000);
}
static int do_select(void) {
  fd_set set;
  struct timeval limit = {30, 0};
  FD_ZERO(&set);
  FD_SET(ends[0], &set);
  return select(ends[0] + 1, &set, 0, 0, &limit);
}
static int do_lock(void) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  return fcntl(locked, F_SETLKW, &lock);
}
static int do_sigwait(void) {
  sigset_t set;
  siginfo_t info;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  int got = sigwaitinfo(&set, &info);
  return got == SIGUSR2 ? 12 : got;
}

static void give_byte(pid_t child) { write(ends[1], "A", 1); }
static void wake(pid_t child) {
  *word = 1;
  syscall(SYS_futex, word, FUTEX_WAKE, 1, 0, 0, 0);
}
static void connect_to(pid_t child) {
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  connect(fd, (struct sockaddr *)&name, offsetof(struct sockaddr_un, sun_path) + 13);
  write(fd, "B", 1);
  close(fd);
}
static void unlock(pid_t child) {
  struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
  fcntl(locked, F_SETLK, &lock);
}
static void signal_it(pid_t child) { kill(child, SIGUSR2); }
static void nothing(pid_t child) {}

static const struct {
  const char *name;
  int (*call)(void);
  void (*give)(pid_t);
} CALLS[] = {
  {"read", do_read, give_byte}, {"accept", do_accept, connect_to}, {"wait4", do_wait4, give_byte},
  {"futex", do_futex, wake}, {"futex with a limit", do_timed_futex, wake}, {"nanosleep", do_nanosleep, nothing},
  {"poll", do_poll, give_byte}, {"select", do_select, give_byte}, {"F_SETLKW", do_lock, unlock},
  {"sigwaitinfo", do_sigwait, signal_it},
};

static void handler(int signo) {
  int error = errno;
  write(told[1], "h", 1);
  errno = error;
}

/* Waits until a process sleeps (or has ended). */
static void until_asleep(pid_t child) {
  char path[40], line[200];
  sprintf(path, "/proc/%d/stat", child);
  for (;;) {
    int fd = open(path, O_RDONLY);
    int length = read(fd, line, sizeof line - 1);
    close(fd);
    line[length > 0 ? length : 0] = 0;
    char *state = strrchr(line, ')');
    if (state == 0 || state[2] == 'S' || state[2] == 'Z') return;
    usleep(2000);
  }
}

static void play(int which, int flags, int stop) {
  char byte;
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
  *word = 0;
  pipe(ends);
  pipe(told);
  listener = socket(AF_UNIX, SOCK_STREAM, 0);
  bind(listener, (struct sockaddr *)&name, offsetof(struct sockaddr_un, sun_path) + 13);
  listen(listener, 5);
  fcntl(locked, F_SETLK, &lock);
  pid_t child = fork();
  if (child == 0) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    if (CALLS[which].call == do_sigwait) sigprocmask(SIG_BLOCK, &set, 0);
    sigaction(SIGUSR1, &action, 0);
    write(told[1], "r", 1);
    errno = 0;
    int result = CALLS[which].call();
    printf("%s: %d %s\n", CALLS[which].name, result, result < 0 ? strerror(errno) : "");
    _exit(0);
  }
  read(told[0], &byte, 1);
  until_asleep(child);
  if (stop) {
    kill(child, SIGSTOP);
    waitpid(child, 0, WUNTRACED);
    kill(child, SIGCONT);
  } else {
    kill(child, SIGUSR1);
    read(told[0], &byte, 1);
  }
  until_asleep(child);
  CALLS[which].give(child);
  waitpid(child, 0, 0);
  close(ends[0]), close(ends[1]), close(told[0]), close(told[1]), close(listener);
}

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  word = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  char path[] = "/tmp/restarts.XXXXXX";
  locked = mkstemp(path);
  unlink(path);
  const char *ways[] = {"interrupted", "restarted", "stopped and continued"};
  for (int way = 0; way < 3; way++) {
    printf("-- %s\n", ways[way]);
    for (unsigned which = 0; which < sizeof CALLS / sizeof CALLS[0]; which++)
      play(which, way == 1 ? SA_RESTART : 0, way == 2);
  }
  return 0;
}
