/* POSIX message queues: prints only what is the same on every run. */
/* Calls: mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr */
#define _GNU_SOURCE
#include <semaphore.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NAME "/kml-posix-mq"

static void show(const char *what, long result) {
  if (result == -1) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
}

static char text[8192];

static void put(mqd_t queue, const char *what, unsigned priority) {
  if (mq_send(queue, what, strlen(what) + 1, priority)) show(what, -1);
}

static void take(mqd_t queue, size_t room) {
  unsigned priority = 77;
  long length = mq_receive(queue, text, room, &priority);
  if (length == -1) show("receive", length);
  else printf("%ld bytes, priority %u: %s\n", length, priority, text);
}

static void ready(const char *when, mqd_t queue) {
  struct pollfd fd = {queue, POLLIN | POLLOUT, 0};
  poll(&fd, 1, 0);
  printf("%s: in %d out %d\n", when, !!(fd.revents & POLLIN), !!(fd.revents & POLLOUT));
}

static volatile sig_atomic_t told, code, value, sender;
static void on_message(int signo, siginfo_t *info, void *context) {
  told = signo == SIGUSR1;
  code = info->si_code == SI_MESGQ;
  value = info->si_value.sival_int;
  sender = info->si_pid;
}
static void on_alarm(int signo) { (void)signo; }

static sem_t heard;
static int heard_value;
static void on_thread(union sigval value) {
  heard_value = value.sival_int;
  sem_post(&heard);
}

int main(void) {
  mq_unlink(NAME);
  struct mq_attr attr = {0, 3, 32};
  show("missing", mq_open(NAME, O_RDWR));
  show("two slashes", mq_open("/a/b", O_RDWR | O_CREAT, 0600, NULL));
  show("only a slash", mq_open("/", O_RDWR | O_CREAT, 0600, NULL));
  show("no slash", mq_open("name", O_RDWR | O_CREAT, 0600, NULL));
  struct mq_attr bad = {0, 0, 32};
  show("no messages", mq_open(NAME, O_RDWR | O_CREAT, 0600, &bad));
  bad.mq_maxmsg = 70000;
  show("too many", mq_open(NAME, O_RDWR | O_CREAT, 0600, &bad));
  umask(022);
  mqd_t queue = mq_open(NAME, O_RDWR | O_CREAT | O_EXCL, 0666, &attr);
  printf("open: %d, close on exec: %d\n", queue >= 0, fcntl(queue, F_GETFD));
  show("again", mq_open(NAME, O_RDWR | O_CREAT | O_EXCL, 0600, &attr));
  struct stat st;
  fstat(queue, &st);
  printf("mode %o size %ld links %ld\n", st.st_mode, (long)st.st_size, (long)st.st_nlink);
  mq_getattr(queue, &attr);
  printf("flags %ld, %ld of %ld bytes, %ld now\n", attr.mq_flags, attr.mq_maxmsg, attr.mq_msgsize, attr.mq_curmsgs);

  ready("empty", queue);
  put(queue, "low", 1);
  put(queue, "high", 9);
  ready("some", queue);
  put(queue, "high too", 9);
  ready("full", queue);
  char state[100] = "";
  read(queue, state, sizeof state);
  printf("%s", state);
  struct timespec past = {0, 0};
  show("in time", mq_timedsend(queue, "x", 1, 0, &past));
  struct timespec soon;
  clock_gettime(CLOCK_REALTIME, &soon);
  soon.tv_nsec += 20000000;
  if (soon.tv_nsec >= 1000000000) soon.tv_nsec -= 1000000000, soon.tv_sec++;
  show("in a while", mq_timedsend(queue, "x", 1, 0, &soon));
  soon.tv_nsec = -1;
  show("bad time", mq_timedsend(queue, "x", 1, 0, &soon));
  show("too long", mq_send(queue, text, 33, 0));
  show("bad priority", mq_send(queue, text, 1, 32768));
  take(queue, 31);
  take(queue, 32);
  take(queue, 100);
  take(queue, 32);

  attr.mq_flags = O_NONBLOCK;
  struct mq_attr old;
  show("nonblocking", mq_setattr(queue, &attr, &old));
  take(queue, 32);
  for (int i = 0; i < 4; i++) put(queue, "fill", 0);
  for (int i = 0; i < 3; i++) take(queue, 32);
  attr.mq_flags = 1;
  show("bad flags", mq_setattr(queue, &attr, NULL));
  attr.mq_flags = 0;
  mq_setattr(queue, &attr, &old);
  printf("was nonblocking: %d\n", old.mq_flags == O_NONBLOCK);

  mqd_t reader = mq_open(NAME, O_RDONLY), writer = mq_open(NAME, O_WRONLY);
  show("send to reader", mq_send(reader, "x", 1, 0));
  show("receive from writer", mq_receive(writer, text, 32, NULL));
  show("not a queue", mq_send(1, "x", 1, 0));

  /* Waiting, on both ends. */
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    unsigned priority;
    long length = mq_receive(reader, text, 32, &priority);
    for (int i = 0; i < 4; i++) mq_send(writer, "child", 6, i);
    _exit(length == 7 && priority == 5 && strcmp(text, "parent") == 0 ? 23 : 1);
  }
  usleep(20000);
  put(queue, "parent", 5);
  usleep(20000);
  mq_getattr(queue, &attr);
  printf("full: %ld\n", attr.mq_curmsgs);
  for (int i = 0; i < 4; i++) take(queue, 32);
  int status;
  waitpid(child, &status, 0);
  printf("child %d\n", WEXITSTATUS(status));
  signal(SIGALRM, SIG_DFL);
  struct sigaction action = {.sa_handler = on_alarm};
  sigaction(SIGALRM, &action, NULL);
  ualarm(20000, 0);
  show("interrupted", mq_receive(queue, text, 32, NULL));

  /* epoll wakes. */
  int epoll = epoll_create1(0);
  struct epoll_event event = {EPOLLIN, {.u32 = 5}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, reader, &event);
  if ((child = fork()) == 0) {
    usleep(20000);
    mq_send(writer, "wake", 5, 0);
    _exit(0);
  }
  show("epoll", epoll_wait(epoll, &event, 1, 10000));
  waitpid(child, &status, 0);
  take(queue, 32);

  /* Notification. */
  struct sigaction message = {.sa_sigaction = on_message, .sa_flags = SA_SIGINFO};
  sigaction(SIGUSR1, &message, NULL);
  struct sigevent notify = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 42};
  show("notify", mq_notify(queue, &notify));
  show("notify again", mq_notify(reader, &notify));
  put(queue, "one", 0);
  printf("told %d, code %d, value %d, by me %d\n", told, code, value, sender == getpid());
  told = 0;
  put(queue, "two", 0);
  take(queue, 32);
  take(queue, 32);
  put(queue, "three", 0);
  printf("only once: %d\n", !told);
  take(queue, 32);
  show("notify", mq_notify(queue, &notify));
  show("cancel", mq_notify(queue, NULL));
  notify.sigev_notify = SIGEV_NONE;
  show("notify", mq_notify(queue, &notify));
  mq_close(writer);
  show("closed", mq_notify(queue, &notify));
  notify.sigev_notify = 99;
  show("bad event", mq_notify(queue, &notify));

  /* By a thread of the C library's, which hears of it through a netlink socket. */
  mq_notify(queue, NULL);
  sem_init(&heard, 0, 0);
  struct sigevent thread = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = on_thread, .sigev_value.sival_int = 43};
  show("thread", mq_notify(queue, &thread));
  put(queue, "heard", 0);
  sem_wait(&heard);
  printf("thread heard %d\n", heard_value);
  take(queue, 32);
  show("thread", mq_notify(queue, &thread));
  show("cancel", mq_notify(queue, NULL));

  show("unlink", mq_unlink(NAME));
  show("unlink again", mq_unlink(NAME));
  show("reopen", mq_open(NAME, O_RDWR));
  put(queue, "still", 2);
  take(reader, 32);
  mq_close(queue);
  show("closed twice", mq_close(queue));
  mqd_t plain = mq_open(NAME, O_RDWR | O_CREAT, 0600, NULL);
  mq_getattr(plain, &attr);
  printf("default %ld of %ld\n", attr.mq_maxmsg, attr.mq_msgsize);
  mq_unlink(NAME);
  return 0;
}
