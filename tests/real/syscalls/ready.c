/* Calls: poll ppoll ppoll_time64 select _newselect pselect6 pselect6_time64 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 eventfd eventfd2 signalfd signalfd4 */
/* Waiting for files: poll, select, epoll in all its modes, eventfd, signalfd. */
#include "show.h"
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

static int ends[2];
static void empty(int signo) {}

static void polls(void) {
  struct pollfd fds[3] = {{ends[0], POLLIN | POLLRDNORM}, {ends[1], POLLOUT | POLLWRNORM}, {99, POLLIN}};
  SHOW(poll(fds, 3, -1));
  printf("%x %x %x\n", fds[0].revents, fds[1].revents == (POLLOUT | POLLWRNORM), fds[2].revents);
  fds[2].fd = -5;
  SHOW(poll(fds, 3, 0));
  printf("%x\n", fds[2].revents);
  SHOW(poll(fds, 1, 0));
  SHOW(poll(fds, 1, 1));
  SHOW(poll(NULL, 0, 1));
  SHOW(poll((void *)16, 1, 0));
  SHOW(poll(fds, 1 << 24, 0));
  struct timespec ts = {0, 1000000};
  SHOW(ppoll(fds, 1, &ts, NULL));
  ts.tv_nsec = 1000000000;
  SHOW(ppoll(fds, 1, &ts, NULL));
  int file = open("/dev/null", O_RDWR);
  fds[0].fd = file;
  fds[0].events = POLLIN | POLLOUT | POLLPRI;
  SHOW(poll(fds, 1, -1));
  printf("%x\n", fds[0].revents);
  close(file);
  /* A signal in the time of the call only. */
  sigset_t blocked, none;
  sigemptyset(&none);
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  sigprocmask(SIG_BLOCK, &blocked, NULL);
  signal(SIGUSR1, empty);
  fds[0].fd = ends[0];
  fds[0].events = POLLIN;
  raise(SIGUSR1);
  SHOW(ppoll(fds, 1, NULL, &none));
  raise(SIGUSR1);
  SHOW(ppoll(fds + 1, 1, NULL, &none));
  sigprocmask(SIG_UNBLOCK, &blocked, NULL);
  struct itimerval soon = {{0, 0}, {0, 1000}};
  signal(SIGALRM, empty);
  setitimer(ITIMER_REAL, &soon, NULL);
  SHOW(poll(fds, 1, -1));
}

static void selects(void) {
  fd_set in, out, odd;
  struct timeval zero = {0, 0};
  FD_ZERO(&in);
  FD_ZERO(&out);
  FD_ZERO(&odd);
  FD_SET(ends[0], &in);
  FD_SET(ends[1], &out);
  FD_SET(ends[0], &odd);
  SHOW(select(ends[1] + 1, &in, &out, &odd, &zero));
  printf("%d %d %d\n", FD_ISSET(ends[0], &in) != 0, FD_ISSET(ends[1], &out) != 0, FD_ISSET(ends[0], &odd) != 0);
  FD_SET(ends[0], &in);
  struct timeval brief = {0, 2000};
  SHOW(select(ends[0] + 1, &in, NULL, NULL, &brief));
  printf("left %ld.%06ld\n", (long)brief.tv_sec, (long)brief.tv_usec);
  FD_SET(ends[1], &out);
  brief.tv_sec = 5;
  SHOW(select(ends[1] + 1, NULL, &out, NULL, &brief));
  printf("left %d\n", brief.tv_sec >= 4);
  FD_ZERO(&in);
  FD_SET(60, &in);
  SHOW(select(61, &in, NULL, NULL, &zero));
  SHOW(select(-1, NULL, NULL, NULL, &zero));
  SHOW(select(0, NULL, NULL, NULL, &zero));
  struct timeval negative = {-1, 0};
  SHOW(select(0, NULL, NULL, NULL, &negative));
  struct timespec ts = {0, 0};
  sigset_t none;
  sigemptyset(&none);
  FD_ZERO(&out);
  FD_SET(ends[1], &out);
  SHOW(pselect(ends[1] + 1, NULL, &out, NULL, &ts, &none));
#ifdef __i386__
  long old[5] = {0, 0, 0, 0, (long)&zero};
  syscall(SYS_select, old);
  syscall(SYS__newselect, 0, 0, 0, 0, &zero);
  syscall(SYS_pselect6, 0, 0, 0, 0, &ts, 0);
  syscall(SYS_ppoll, 0, 0, &ts, 0, 0);
  long long wide[2] = {0, 0};
  syscall(SYS_pselect6_time64, 0, 0, 0, 0, wide, 0);
  syscall(SYS_ppoll_time64, 0, 0, wide, 0, 0);
  syscall(SYS_poll, 0, 0, 0);
#endif
}

static int ep;
static void control(const char *what, int op, int fd, unsigned events, int data) {
  struct epoll_event event = {events, {.u64 = 0}};
  event.data.u32 = data;
  int result = epoll_ctl(ep, op, fd, &event);
  printf("%s: %s\n", what, result < 0 ? strerrorname_np(errno) : "done");
}
static void ready(const char *what) {
  struct epoll_event events[8];
  int count = epoll_wait(ep, events, 8, 0);
  printf("%s:", what);
  for (int i = 0; i < count; i++) printf(" %d=%x", events[i].data.u32, events[i].events);
  printf(count < 0 ? " error\n" : "\n");
}

static void epolls(void) {
  char byte[10];
  SHOW(epoll_create(0));
  SHOW(epoll_create1(1));
  OK(ep = epoll_create1(EPOLL_CLOEXEC));
  SHOW(fcntl(ep, F_GETFD));
  control("add", EPOLL_CTL_ADD, ends[0], EPOLLIN, 1);
  control("twice", EPOLL_CTL_ADD, ends[0], EPOLLIN, 1);
  control("itself", EPOLL_CTL_ADD, ep, EPOLLIN, 1);
  control("closed", EPOLL_CTL_ADD, 99, EPOLLIN, 1);
  control("absent", EPOLL_CTL_MOD, ends[1], EPOLLIN, 1);
  control("absent", EPOLL_CTL_DEL, ends[1], 0, 1);
  control("unknown", 9, ends[0], 0, 1);
  int file = open("/proc/self/exe", O_RDONLY);
  control("regular file", EPOLL_CTL_ADD, file, EPOLLIN, 1);
  close(file);
  SHOW(epoll_wait(ep, (void *)byte, 0, 0));
  SHOW(epoll_wait(ends[0], (void *)byte, 1, 0));
  ready("nothing");
  write(ends[1], "xy", 2);
  ready("level");
  ready("level");
  read(ends[0], byte, 1);
  ready("level");
  control("edge", EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLET, 2);
  ready("first");
  ready("again");
  write(ends[1], "z", 1);
  ready("more");
  read(ends[0], byte, 10);
  ready("empty");
  write(ends[1], "z", 1);
  ready("more");
  control("one shot", EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLONESHOT, 3);
  ready("first");
  ready("again");
  write(ends[1], "z", 1);
  ready("more");
  control("armed", EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLONESHOT, 4);
  ready("first");
  read(ends[0], byte, 10);
  control("writer", EPOLL_CTL_ADD, ends[1], EPOLLOUT | EPOLLET, 5);
  ready("writer");
  ready("writer again");
  control("delete", EPOLL_CTL_DEL, ends[1], 0, 0);
  control("exclusive", EPOLL_CTL_ADD, ends[1], EPOLLOUT | EPOLLEXCLUSIVE, 6);
  ready("exclusive");
  control("change exclusive", EPOLL_CTL_MOD, ends[1], EPOLLOUT, 6);
  control("delete", EPOLL_CTL_DEL, ends[1], 0, 0);
  control("exclusive and one shot", EPOLL_CTL_ADD, ends[1], EPOLLOUT | EPOLLEXCLUSIVE | EPOLLONESHOT, 6);
  /* A set in a set, and circles. */
  int outer = epoll_create1(0), inner = ep;
  struct epoll_event event = {EPOLLIN, {.u64 = 0}};
  SHOW(epoll_ctl(outer, EPOLL_CTL_ADD, inner, &event));
  SHOW(epoll_ctl(inner, EPOLL_CTL_ADD, outer, &event));
  control("armed", EPOLL_CTL_MOD, ends[0], EPOLLIN, 7);
  SHOW(epoll_wait(outer, &event, 1, 0));
  write(ends[1], "z", 1);
  SHOW(epoll_wait(outer, &event, 1, 0));
  SHOW(epoll_wait(outer, &event, 1, 0));
  close(outer);
  /* Duplicates stay until all are closed. */
  int twin = dup(ends[0]);
  control("duplicate", EPOLL_CTL_ADD, twin, EPOLLIN, 8);
  ready("both");
  close(twin);
  ready("both still");
  read(ends[0], byte, 10);
  struct timespec ts = {0, 1000000};
  sigset_t none;
  sigemptyset(&none);
  SHOW(epoll_pwait(ep, &event, 1, 0, &none));
#ifdef SYS_epoll_pwait2
  SHOW(syscall(SYS_epoll_pwait2, ep, &event, 1, &(long long[2]){0, 1000}, NULL, 0));
#else
  SHOW(syscall(SYS_pidfd_open + 7, ep, &event, 1, &(long long[2]){0, 1000}, NULL, 0));
#endif
  SHOW(epoll_wait(ep, &event, 1, 2));
  /* One that waits is woken. */
  CHILD(0) write(ends[1], "w", 1);
  else SHOW(epoll_wait(ep, &event, 1, -1));
  read(ends[0], byte, 10);
#ifdef __i386__
  close(syscall(SYS_epoll_create, 5));
#endif
  /* Hang-up and errors are told without being asked for. */
  int pair[2];
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  control("socket", EPOLL_CTL_ADD, pair[0], EPOLLRDHUP, 9);
  ready("quiet");
  shutdown(pair[1], SHUT_WR);
  ready("half closed");
  close(pair[1]);
  ready("closed");
  close(pair[0]);
  ready("gone");
  close(ep);
}

static void counters(void) {
  int fd;
  unsigned long long value = 5;
  OK(fd = eventfd(3, EFD_NONBLOCK | EFD_CLOEXEC));
  SHOW(fcntl(fd, F_GETFD));
  SHOW(read(fd, &value, 8));
  printf("%llu\n", value);
  SHOW(read(fd, &value, 8));
  SHOW(read(fd, &value, 7));
  value = 1;
  SHOW(write(fd, &value, 8));
  value = 0xfffffffffffffffeull;
  SHOW(write(fd, &value, 8));
  value = ~0ull;
  SHOW(write(fd, &value, 8));
  value = 0xfffffffffffffffdull;
  SHOW(write(fd, &value, 8));
  struct pollfd poller = {fd, POLLIN | POLLOUT};
  SHOW(poll(&poller, 1, 0));
  printf("%x\n", poller.revents);
  SHOW(lseek(fd, 0, SEEK_SET));
  SHOW(pread(fd, &value, 8, 0));
  close(fd);
  fd = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
  SHOW(read(fd, &value, 8));
  SHOW(read(fd, &value, 8));
  printf("%llu\n", value);
  SHOW(read(fd, &value, 8));
  SHOW(write(fd, &value, 4));
  close(fd);
  SHOW(eventfd(0, 0x10));
#ifdef __i386__
  close(syscall(SYS_eventfd, 1));
#endif
  fd = eventfd(0, 0);
  CHILD(0) {
    value = 7;
    write(fd, &value, 8);
  } else {
    SHOW(read(fd, &value, 8));
    printf("%llu\n", value);
    fflush(stdout);
  }
  close(fd);
}

static void signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGRTMIN);
  sigprocmask(SIG_BLOCK, &set, NULL);
  int fd;
  OK(fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  struct signalfd_siginfo infos[3];
  SHOW(read(fd, infos, sizeof infos));
  SHOW(read(fd, infos, 100));
  raise(SIGUSR1);
  raise(SIGUSR1);
  sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 42});
  struct pollfd poller = {fd, POLLIN};
  SHOW(poll(&poller, 1, 0));
  long got = read(fd, infos, sizeof infos);
  printf("%d\n", (int)(got / sizeof *infos));
  printf("%d %d\n", infos[0].ssi_signo == SIGUSR1, infos[0].ssi_pid == getpid());
  printf("%d %d %d\n", infos[1].ssi_signo == SIGRTMIN, infos[1].ssi_int, infos[1].ssi_code == SI_QUEUE);
  SHOW(poll(&poller, 1, 0));
  sigset_t other;
  sigemptyset(&other);
  sigaddset(&other, SIGUSR2);
  SHOW(signalfd(fd, &other, 0) == fd);
  raise(SIGUSR1);
  SHOW(read(fd, infos, sizeof infos));
  SHOW(signalfd(ends[0], &other, 0));
  SHOW(signalfd(99, &other, 0));
  SHOW(signalfd(-1, &other, 0x10));
#ifdef __i386__
  close(syscall(SYS_signalfd, -1, &other, 8));
#endif
  close(fd);
}

int main(void) {
  pipe(ends);
  polls();
  selects();
  epolls();
  counters();
  signals();
  return 0;
}
