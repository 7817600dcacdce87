/* Calls: fcntl fcntl64 dup dup2 dup3 pipe pipe2 flock ioctl close_range */
/* Descriptors: duplicates, flags, locks, leases, owners and SIGIO; pipes and FIFOs. */
#include "show.h"
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>

#ifndef F_SETSIG
#define F_SETSIG 10
#define F_GETSIG 11
#endif
#ifndef F_GETOWNER_UIDS
#define F_GETOWNER_UIDS 17
#endif
#ifndef F_SET_RW_HINT
#define F_GET_RW_HINT 1035
#define F_SET_RW_HINT 1036
#endif

static void duplicates(void) {
  int fd = open("/dev/null", O_RDWR), other;
  struct rlimit limit = {64, 64};
  setrlimit(RLIMIT_NOFILE, &limit);
  SHOW((other = dup(fd)) > fd);
  close(other);
  SHOW(dup(99));
  SHOW(dup2(fd, 20));
  SHOW(dup2(fd, fd) == fd);
  SHOW(dup2(99, 99));
  SHOW(dup2(fd, 64));
  SHOW(dup2(fd, -1));
  SHOW(dup3(fd, 21, O_CLOEXEC));
  SHOW(fcntl(21, F_GETFD));
  SHOW(dup3(fd, 21, 0));
  SHOW(fcntl(21, F_GETFD));
  SHOW(dup3(fd, fd, 0));
  SHOW(dup3(fd, 22, O_NONBLOCK));
  SHOW(fcntl(fd, F_DUPFD, 30));
  SHOW(fcntl(fd, F_DUPFD, 30));
  SHOW(fcntl(fd, F_DUPFD_CLOEXEC, 40));
  SHOW(fcntl(40, F_GETFD));
  SHOW(fcntl(fd, F_DUPFD, 64));
  SHOW(fcntl(fd, F_DUPFD, -1));
  SHOW(fcntl(63, F_DUPFD, 63));
  SHOW(dup2(fd, 63));
  SHOW(fcntl(fd, F_DUPFD, 63));
  SHOW(fcntl(fd, F_SETFD, FD_CLOEXEC));
  SHOW(fcntl(fd, F_GETFD));
  SHOW(fcntl(fd, F_SETFD, 0));
  SHOW(fcntl(fd, 999));
  SHOW(fcntl(99, F_GETFD));
  SHOW(fcntl(fd, F_SETFL, O_NONBLOCK | O_APPEND));
  SHOW((fcntl(20, F_GETFL) & (O_NONBLOCK | O_APPEND)) == (O_NONBLOCK | O_APPEND));
  SHOW(fcntl(fd, F_SETFL, O_WRONLY));
  SHOW((fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK)) == O_RDWR);
  SHOW(syscall(SYS_close_range, 20, 40, 4));
  SHOW(fcntl(31, F_GETFD));
  SHOW(syscall(SYS_close_range, 20, ~0u, 0));
  SHOW(fcntl(20, F_GETFD));
  SHOW(syscall(SYS_close_range, 30, 20, 0));
  SHOW(syscall(SYS_close_range, 30, 40, 16));
  close(fd);
}

static int lock(int fd, int command, int type, int start, int length) {
  struct flock fl = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
  return fcntl(fd, command, &fl);
}

static void who(int fd, int command, int type, int start, int length) {
  struct flock fl = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
  if (fcntl(fd, command, &fl) < 0) printf("%s\n", strerrorname_np(errno));
  else if (fl.l_type == F_UNLCK) printf("free\n");
  else printf("type %d from %ld length %ld owner %s\n", fl.l_type, (long)fl.l_start, (long)fl.l_len, fl.l_pid == getppid() ? "parent" : fl.l_pid == -1 ? "file" : "?");
}

static void locks(void) {
  put_file("locked", "0123456789");
  int fd = open("locked", O_RDWR), reader = open("locked", O_RDONLY);
  SHOW(lock(fd, F_SETLK, F_WRLCK, 2, 4));
  SHOW(lock(fd, F_SETLK, F_RDLCK, 4, 1));
  SHOW(lock(fd, F_SETLK, F_WRLCK, 8, 0));
  SHOW(lock(reader, F_SETLK, F_WRLCK, 0, 1));
  SHOW(lock(fd, F_SETLK, 7, 0, 1));
  SHOW(lock(fd, F_SETLK, F_RDLCK, -1, 1));
  CHILD(0) {
    who(fd, F_GETLK, F_WRLCK, 0, 2);
    who(fd, F_GETLK, F_WRLCK, 0, 0);
    who(fd, F_GETLK, F_RDLCK, 4, 1);
    who(fd, F_GETLK, F_WRLCK, 4, 1);
    who(fd, F_GETLK, F_RDLCK, 5, 1);
    who(fd, F_GETLK, F_RDLCK, 100, 1);
    SHOW(lock(fd, F_SETLK, F_RDLCK, 4, 1));
    SHOW(lock(fd, F_SETLK, F_RDLCK, 3, 1));
    SHOW(lock(fd, F_SETLK, F_WRLCK, 6, 2));
  }
  /* Length below 0, and positions relative to the end. */
  struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_END, .l_start = 0, .l_len = -3};
  SHOW(fcntl(fd, F_SETLK, &fl));
  CHILD(0) who(fd, F_GETLK, F_RDLCK, 7, 1);
  /* Closing any descriptor of the file gives all locks up. */
  close(reader);
  CHILD(0) who(fd, F_GETLK, F_WRLCK, 0, 0);
  /* Waiting, and the circle that is refused. */
  int ends[2];
  pipe(ends);
  SHOW(lock(fd, F_SETLK, F_WRLCK, 0, 1));
  CHILD(0) {
    SHOW(lock(fd, F_SETLK, F_WRLCK, 1, 1));
    write(ends[1], "x", 1);
    SHOW(lock(fd, F_SETLKW, F_WRLCK, 0, 1));
  } else {
    char byte;
    read(ends[0], &byte, 1);
    for (int i = 0; i < 20; i++) sched_yield();
    int result = lock(fd, F_SETLKW, F_WRLCK, 1, 1);
    printf("circle: %s\n", result < 0 ? strerrorname_np(errno) : "locked");
    fflush(stdout);
    lock(fd, F_SETLK, F_UNLCK, 0, 0);
  }
  close(ends[0]);
  close(ends[1]);
  /* Locks of an open file description. */
  int other = open("locked", O_RDWR);
  SHOW(lock(fd, F_OFD_SETLK, F_WRLCK, 0, 5));
  SHOW(lock(other, F_OFD_SETLK, F_WRLCK, 4, 1));
  SHOW(lock(other, F_SETLK, F_WRLCK, 4, 1));
  who(other, F_OFD_GETLK, F_RDLCK, 0, 0);
  int twin = dup(fd);
  close(fd);
  SHOW(lock(other, F_OFD_SETLK, F_RDLCK, 0, 1));
  close(twin);
  SHOW(lock(other, F_OFD_SETLK, F_RDLCK, 0, 1));
  fl.l_pid = 5;
  SHOW(fcntl(other, F_OFD_SETLK, &fl));
  /* flock */
  fd = open("locked", O_RDONLY);
  SHOW(flock(fd, LOCK_SH));
  SHOW(flock(other, LOCK_SH | LOCK_NB));
  SHOW(flock(fd, LOCK_EX | LOCK_NB));
  SHOW(flock(other, LOCK_UN));
  SHOW(flock(fd, LOCK_EX | LOCK_NB));
  SHOW(flock(other, LOCK_SH | LOCK_NB));
  twin = dup(fd);
  close(fd);
  SHOW(flock(other, LOCK_SH | LOCK_NB));
  SHOW(flock(twin, LOCK_UN));
  SHOW(flock(other, LOCK_EX | LOCK_NB));
  SHOW(flock(other, 0));
  SHOW(flock(99, LOCK_SH));
  close(twin);
  close(other);
}

static volatile sig_atomic_t count, last_fd, last_code, last_band, last_signo;
static void handler(int signo, siginfo_t *info, void *context) {
  count++;
  last_signo = signo;
  last_fd = info->si_fd;
  last_code = info->si_code;
  last_band = info->si_band;
}

static void signals(const char *what, int fd) {
  printf("%s: %d", what, count);
  if (count > 0) {
    printf(" of %s", last_signo == SIGIO ? "SIGIO" : "SIGRTMIN+2");
    if (last_signo != SIGIO) printf(" right file %d code %d band %x", last_fd == fd, last_code, last_band);
    else printf(" code %x", last_code);
  }
  printf("\n");
  count = 0;
}

static void owners(void) {
  int ends[2], pair[2];
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigaction(SIGIO, &action, NULL);
  sigaction(SIGRTMIN + 2, &action, NULL);
  pipe(ends);
  SHOW(fcntl(ends[0], F_GETOWN));
  SHOW(fcntl(ends[0], F_SETOWN, getpid()));
  SHOW(fcntl(ends[0], F_GETOWN) == getpid());
  write(ends[1], "x", 1);
  signals("not asked for", ends[0]);
  SHOW(fcntl(ends[0], F_SETFL, O_ASYNC));
  write(ends[1], "x", 1);
  signals("asked for", ends[0]);
  SHOW(fcntl(ends[0], F_SETSIG, SIGRTMIN + 2));
  SHOW(fcntl(ends[0], F_GETSIG) == SIGRTMIN + 2);
  write(ends[1], "x", 1);
  signals("own signal", ends[0]);
  show_read("read", ends[0], 10);
  signals("reading", ends[0]);
  SHOW(fcntl(ends[0], F_SETSIG, 1000));
  SHOW(fcntl(ends[0], F_SETFL, 0));
  write(ends[1], "x", 1);
  signals("no more", ends[0]);
  /* The writing end hears of room. */
  SHOW(fcntl(ends[1], F_SETOWN, getpid()));
  SHOW(fcntl(ends[1], F_SETSIG, SIGRTMIN + 2));
  int on = 1;
  SHOW(ioctl(ends[1], FIOASYNC, &on));
  SHOW((fcntl(ends[1], F_GETFL) & O_ASYNC) != 0);
  char page[4096] = "";
  fcntl(ends[1], F_SETFL, O_ASYNC | O_NONBLOCK);
  while (write(ends[1], page, sizeof page) > 0) {}
  count = 0;
  while (read(ends[0], page, sizeof page) == sizeof page && count == 0) {}
  signals("room", ends[1]);
  SHOW(fcntl(ends[0], F_SETOWN, -getpgrp()));
  SHOW(fcntl(ends[0], F_GETOWN) == -getpgrp());
  SHOW(fcntl(ends[0], F_SETOWN, 999999));
  struct f_owner_ex owner = {F_OWNER_TID, 0};
  owner.pid = syscall(SYS_gettid);
  SHOW(fcntl(ends[0], F_SETOWN_EX, &owner));
  memset(&owner, 0, sizeof owner);
  SHOW(fcntl(ends[0], F_GETOWN_EX, &owner));
  printf("%d %d\n", owner.type, owner.pid == syscall(SYS_gettid));
  owner.type = 5;
  SHOW(fcntl(ends[0], F_SETOWN_EX, &owner));
  unsigned uids[2] = {9, 9};
  SHOW(fcntl(ends[0], F_GETOWNER_UIDS, uids));
  printf("%u %u\n", uids[0], uids[1]);
  close(ends[0]);
  close(ends[1]);
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  fcntl(pair[0], F_SETOWN, getpid());
  fcntl(pair[0], F_SETSIG, SIGRTMIN + 2);
  fcntl(pair[0], F_SETFL, O_ASYNC);
  write(pair[1], "x", 1);
  count = count > 0;
  signals("socket", pair[0]);
  close(pair[1]);
  printf("closed peer: %d\n", count > 0);
  count = 0;
  close(pair[0]);
}

static void leases(void) {
  put_file("leased", "0123456789");
  int fd = open("leased", O_RDONLY), ends[2];
  SHOW(fcntl(fd, F_GETLEASE));
  SHOW(fcntl(fd, F_SETLEASE, F_UNLCK));
  SHOW(fcntl(fd, F_SETSIG, SIGRTMIN + 2));
  SHOW(fcntl(fd, F_SETLEASE, F_RDLCK));
  SHOW(fcntl(fd, F_GETLEASE));
  int other = open("leased", O_RDONLY);
  SHOW(other > fd);
  SHOW(fcntl(fd, F_SETLEASE, F_WRLCK));
  close(other);
  signals("readers may come", fd);
  SHOW(open("leased", O_WRONLY | O_NONBLOCK));
  signals("a writer", fd);
  SHOW(fcntl(fd, F_GETLEASE));
  SHOW(fcntl(fd, F_SETLEASE, F_UNLCK));
  other = open("leased", O_WRONLY | O_NONBLOCK);
  SHOW(other > fd);
  SHOW(fcntl(fd, F_SETLEASE, F_RDLCK));
  close(other);
  SHOW(fcntl(fd, F_SETLEASE, F_WRLCK));
  SHOW(open("leased", O_RDONLY | O_NONBLOCK));
  signals("a reader", fd);
  SHOW(fcntl(fd, F_GETLEASE));
  SHOW(fcntl(fd, F_SETLEASE, F_RDLCK));
  other = open("leased", O_RDONLY | O_NONBLOCK);
  SHOW(other > fd);
  close(other);
  SHOW(fcntl(fd, F_SETLEASE, 9));
  /* A writer waits until the lease is given up. */
  pipe(ends);
  CHILD(0) {
    close(ends[0]);
    close(fd);
    int writer = open("leased", O_WRONLY);
    write(ends[1], writer < 0 ? "no" : "ok", 2);
  } else {
    while (count == 0) sched_yield();
    signals("who waits", fd);
    fcntl(fd, F_SETLEASE, F_UNLCK);
    show_read("and then", ends[0], 2);
    fflush(stdout);
  }
  close(ends[0]);
  close(ends[1]);
  CHILD(1000) SHOW(fcntl(fd, F_SETLEASE, F_RDLCK));
  int dir = open(".", O_RDONLY);
  SHOW(fcntl(dir, F_SETLEASE, F_RDLCK));
  close(dir);
  close(fd);
}

static void pipes(void) {
  int ends[2];
  char page[8192];
  memset(page, 'p', sizeof page);
  signal(SIGPIPE, SIG_IGN);
#ifdef __i386__
  syscall(SYS_pipe, ends);
  syscall(SYS_fcntl, ends[0], F_GETFD);
  close(ends[0]);
  close(ends[1]);
#endif
  SHOW(pipe2(ends, 0x8));
  SHOW(pipe2(ends, O_NONBLOCK | O_CLOEXEC));
  SHOW(fcntl(ends[0], F_GETFD));
  SHOW(read(ends[0], page, 10));
  SHOW(fcntl(ends[0], F_GETPIPE_SZ));
  long total = 0, some;
  while ((some = write(ends[1], page, 3000)) > 0) total += some;
  printf("3000 at a time: %ld %s\n", total, strerrorname_np(errno));
  struct pollfd poller = {ends[1], POLLOUT, 0};
  SHOW(poll(&poller, 1, 0));
  SHOW(read(ends[0], page, 2999));
  SHOW(poll(&poller, 1, 0));
  SHOW(read(ends[0], page, 1));
  SHOW(poll(&poller, 1, 0));
  SHOW(write(ends[1], page, 4096));
  SHOW(write(ends[1], page, 1));
  int waiting;
  SHOW(ioctl(ends[0], FIONREAD, &waiting));
  printf("%d waiting\n", waiting);
  SHOW(fcntl(ends[1], F_SETPIPE_SZ, 4096));
  while (read(ends[0], page, sizeof page) > 0) {}
  total = 0;
  while ((some = write(ends[1], page, 1)) > 0) total += some;
  printf("1 at a time: %ld\n", total);
  while (read(ends[0], page, sizeof page) > 0) {}
  SHOW(fcntl(ends[1], F_SETPIPE_SZ, 5000));
  SHOW(write(ends[1], page, 8192));
  SHOW(write(ends[1], page, 1));
  SHOW(read(ends[0], page, 4096));
  SHOW(write(ends[1], page, 5000));
  SHOW(fcntl(ends[1], F_SETPIPE_SZ, 1));
  SHOW(fcntl(ends[1], F_SETPIPE_SZ, 0));
  CHILD(1000) {
    SHOW(fcntl(ends[1], F_SETPIPE_SZ, 1 << 20));
  }
  close(ends[0]);
  SHOW(write(ends[1], page, 1));
  poller.revents = 0;
  SHOW(poll(&poller, 1, 0));
  printf("events %x\n", poller.revents & (POLLERR | POLLHUP));
  close(ends[1]);
  int null = open("/dev/null", O_RDWR);
  SHOW(fcntl(null, F_GETPIPE_SZ));
  close(null);
  /* Packets. */
  SHOW(pipe2(ends, O_DIRECT | O_NONBLOCK));
  SHOW((fcntl(ends[1], F_GETFL) & O_DIRECT) != 0);
  SHOW(write(ends[1], "first", 5));
  SHOW(write(ends[1], "second", 6));
  SHOW(write(ends[1], page, 5000));
  SHOW(read(ends[0], page, 3));
  SHOW(read(ends[0], page, 100));
  SHOW(read(ends[0], page, sizeof page));
  SHOW(read(ends[0], page, sizeof page));
  SHOW(read(ends[0], page, sizeof page));
  for (total = 0; write(ends[1], "x", 1) == 1; total++) {}
  printf("%ld packets\n", total);
  close(ends[0]);
  close(ends[1]);
  /* FIFOs */
  mkfifo("fifo", 0600);
  SHOW(open("fifo", O_WRONLY | O_NONBLOCK));
  int reader = open("fifo", O_RDONLY | O_NONBLOCK);
  SHOW(read(reader, page, 1));
  poller.fd = reader;
  poller.events = POLLIN;
  SHOW(poll(&poller, 1, 0));
  int writer = open("fifo", O_WRONLY | O_NONBLOCK);
  SHOW(read(reader, page, 1));
  SHOW(write(writer, "fifo", 4));
  close(writer);
  SHOW(poll(&poller, 1, 0));
  printf("events %x\n", poller.revents & (POLLIN | POLLHUP));
  show_read("fifo", reader, 10);
  show_read("fifo", reader, 10);
  close(reader);
  int both = open("fifo", O_RDWR);
  SHOW(write(both, "both", 4));
  show_read("fifo", both, 10);
  close(both);
  CHILD(0) {
    reader = open("fifo", O_RDONLY);
    show_read("child", reader, 10);
    show_read("child", reader, 10);
  } else {
    writer = open("fifo", O_WRONLY);
    write(writer, "through", 7);
    close(writer);
  }
}

static void hints(void) {
  int fd = open("hinted", O_RDWR | O_CREAT, 0600);
  unsigned long long hint = 3;
  SHOW(fcntl(fd, F_SET_RW_HINT, &hint));
  hint = 9;
  SHOW(fcntl(fd, F_GET_RW_HINT, &hint));
  printf("%llu\n", hint);
  hint = 9;
  SHOW(fcntl(fd, F_SET_RW_HINT, &hint));
  close(fd);
}

int main(void) {
  enter_scratch();
  duplicates();
  locks();
  owners();
  leases();
  pipes();
  hints();
  return 0;
}
