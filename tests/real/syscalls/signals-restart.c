/* What a signal does to calls that wait: with SA_RESTART, without, and stop and continue. */
/* Calls: restart_syscall rt_sigaction sigreturn kill */
#include "family.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>

static volatile int seen;
static void handler(int signal) { seen++; }

static int pipes[2], pairs[2], queue_id, sem_id;
static char buffer[100000];

static long reads(void) { return read(pipes[0], buffer, 1); }
static long receives(void) { return recv(pairs[0], buffer, 1, 0); }
static long receives_timed(void) {
  struct timeval tv = {5, 0};
  setsockopt(pairs[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
  long result = recv(pairs[0], buffer, 1, 0);
  int error = errno;
  memset(&tv, 0, sizeof tv);
  setsockopt(pairs[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
  errno = error;
  return result;
}
static long polls(void) { struct pollfd fd = {pipes[0], POLLIN}; return poll(&fd, 1, -1); }
static long polls_timed(void) { struct pollfd fd = {pipes[0], POLLIN}; return poll(&fd, 1, 100); }
static long selects(void) { fd_set set; FD_ZERO(&set); FD_SET(pipes[0], &set); return select(pipes[0] + 1, &set, NULL, NULL, NULL); }
static long epolls(void) { struct epoll_event e; int fd = epoll_create1(0); long r = epoll_wait(fd, &e, 1, -1); int x = errno; close(fd); errno = x; return r; }
static long sleeps(void) { struct timespec t = {0, 100000000}; return nanosleep(&t, NULL); }
static long sleeps_until(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  t.tv_nsec += 100000000;
  if (t.tv_nsec >= 1000000000) t.tv_sec++, t.tv_nsec -= 1000000000;
  int error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
  errno = error;
  return error ? -1 : 0;
}
static long waits(void) { return waitpid(-1, NULL, 0) > 0 ? 1 : -1; }
static long pauses(void) { return pause(); }
static long suspends(void) { sigset_t set; sigemptyset(&set); return sigsuspend(&set); }
static long takes(void) { sigset_t set; sigemptyset(&set); sigaddset(&set, SIGUSR2); return sigwaitinfo(&set, NULL); }
static long semaphores(void) { struct sembuf op = {0, -1, 0}; return semop(sem_id, &op, 1); }
static long messages(void) { struct { long type; char text[8]; } m; return msgrcv(queue_id, &m, 8, 0, 0); }
static unsigned word;
static long locks(void) { return syscall(SYS_futex, &word, 0, 0, NULL, NULL, 0); }
static long locks_timed(void) { struct ts32 t = {0, 100000000}; return syscall(SYS_futex, &word, 0, 0, &t, NULL, 0); }

static const struct {
  const char *name;
  long (*call)(void);
  /* What ends it, if the signal does not: a byte in the pipe, or the time. */
  int byte;
} calls[] = {
  {"read", reads, 1}, {"recv", receives, 1}, {"recv with time-out", receives_timed, 1}, {"poll", polls, 1},
  {"poll with time-out", polls_timed, 1}, {"select", selects, 1}, {"epoll_wait", epolls, 1}, {"nanosleep", sleeps, 0},
  {"clock_nanosleep to a time", sleeps_until, 0}, {"wait", waits, 1}, {"pause", pauses, 0}, {"sigsuspend", suspends, 0},
  {"sigwaitinfo", takes, 0}, {"semop", semaphores, 0}, {"msgrcv", messages, 0}, {"futex", locks, 0}, {"futex with time-out", locks_timed, 0},
};

static void reset(void) {
  fcntl(pipes[0], F_SETFL, O_NONBLOCK);
  while (read(pipes[0], buffer, 100) > 0);
  fcntl(pipes[0], F_SETFL, 0);
  while (recv(pairs[0], buffer, 100, MSG_DONTWAIT) > 0);
  seen = 0;
}

/* The signals come while it waits; if it goes on after that, the byte comes later. */
static void interrupt(int which, int flags, const char *how, int stop) {
  pid_t parent = getpid();
  struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
  sigaction(SIGUSR1, &action, NULL);
  reset();
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    usleep(20000);
    if (stop) {
      kill(parent, SIGSTOP);
      usleep(20000);
      kill(parent, SIGCONT);
    } else kill(parent, SIGUSR1);
    usleep(50000);
    write(pipes[1], "x", 1);
    send(pairs[1], "x", 1, 0);
    if (stop && !calls[which].byte) {
      usleep(150000);
      kill(parent, SIGUSR1);
    }
    _exit(0);
  }
  long result = calls[which].call();
  int error = errno, signals = seen;
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR);
  if (result < 0) printf("%s %s: %s", calls[which].name, how, error_name(error));
  else printf("%s %s: %ld", calls[which].name, how, result);
  printf(", signals %d\n", signals);
}

/* These would wait for ever where the signal does not end them. */
static int for_ever(int which, int flags) {
  long (*call)(void) = calls[which].call;
  return (flags & SA_RESTART) && (call == locks || call == semaphores || call == messages);
}

int main(void) {
  pipe(pipes);
  socketpair(AF_UNIX, SOCK_STREAM, 0, pairs);
  queue_id = msgget(IPC_PRIVATE, 0600);
  sem_id = semget(IPC_PRIVATE, 1, 0600);
  for (int i = 0; i < sizeof calls / sizeof *calls; i++) {
    interrupt(i, 0, "interrupted", 0);
    if (!for_ever(i, SA_RESTART)) interrupt(i, SA_RESTART, "restarting", 0);
    interrupt(i, 0, "stopped", 1);
  }
  msgctl(queue_id, IPC_RMID, NULL);
  semctl(sem_id, 0, IPC_RMID);
  return 0;
}
