/* Threads and processes that wait in every way there is, for things that come one after the other. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* On some architectures a union is not passed as its member is. */
union semun {
  int value;
};

static char lines[16][120];
static atomic_int handled, ticks, chained;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t semaphore;
static int go, pipes[2], stream[2], sysv, queue, event;

static void on_signal(int number) {
  (void)number;
  handled++;
}
static void on_tick(int number) {
  (void)number;
  ticks++;
}

static void nap(long milliseconds) {
  struct timespec left = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  while (nanosleep(&left, &left) != 0) {}
}

static unsigned spin(unsigned rounds) {
  unsigned x = rounds;
  while (rounds-- > 0) x = x * 1664525 + 1013904223;
  return x;
}

static void *wait_condition(void *at) {
  pthread_mutex_lock(&mutex);
  while (!go) pthread_cond_wait(&condition, &mutex);
  sprintf(at, "condition %d", go);
  pthread_mutex_unlock(&mutex);
  return NULL;
}
static void *wait_timed(void *at) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += 4000000;
  if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
  pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t never = PTHREAD_COND_INITIALIZER;
  pthread_mutex_lock(&own);
  sprintf(at, "timed wait %s", strerror(pthread_cond_timedwait(&never, &own, &until)));
  return NULL;
}
static void *wait_read(void *at) {
  char bytes[20] = "";
  int got = read(pipes[0], bytes, 19);
  sprintf(at, "read %d '%s'", got, bytes);
  return NULL;
}
static void *wait_receive(void *at) {
  char bytes[20] = "";
  int got = recv(stream[0], bytes, 10, MSG_WAITALL);
  sprintf(at, "received %d '%s'", got, bytes);
  return NULL;
}
static void *wait_poll(void *at) {
  struct pollfd on[2] = {{event, POLLIN, 0}, {stream[1], POLLIN, 0}};
  int ready = poll(on, 2, 5000);
  sprintf(at, "poll %d %x %x", ready, on[0].revents, on[1].revents);
  return NULL;
}
static void *wait_select(void *at) {
  fd_set none;
  FD_ZERO(&none);
  struct timeval short_time = {0, 3000};
  sprintf(at, "select %d", select(1, &none, NULL, NULL, &short_time));
  return NULL;
}
static void *wait_epoll(void *at) {
  int set = epoll_create1(0), timer = timerfd_create(CLOCK_MONOTONIC, 0);
  struct epoll_event on = {EPOLLIN, {.u32 = 5}}, got;
  struct itimerspec soon = {{0, 0}, {0, 6000000}};
  timerfd_settime(timer, 0, &soon, NULL);
  epoll_ctl(set, EPOLL_CTL_ADD, timer, &on);
  int ready = epoll_wait(set, &got, 1, -1);
  sprintf(at, "epoll %d %u", ready, got.data.u32);
  return NULL;
}
static void *wait_semaphore(void *at) {
  sprintf(at, "semaphore %d", sem_wait(&semaphore));
  return NULL;
}
static void *wait_sysv(void *at) {
  struct sembuf down = {0, -2, 0};
  sprintf(at, "semop %d", semop(sysv, &down, 1));
  return NULL;
}
static void *wait_message(void *at) {
  struct { long type; char text[16]; } message = {0};
  int got = msgrcv(queue, &message, 16, 8, 0);
  sprintf(at, "msgrcv %d '%s'", got, message.text);
  return NULL;
}
static void *wait_barrier(void *at) {
  sprintf(at, "barrier %d", pthread_barrier_wait(&barrier) != EINVAL);
  return NULL;
}
static void *wait_signal(void *at) {
  sigset_t set;
  siginfo_t info;
  sigemptyset(&set);
  sigaddset(&set, SIGRTMIN + 3);
  int got = sigwaitinfo(&set, &info);
  sprintf(at, "sigwaitinfo %d %d", got - SIGRTMIN, info.si_value.sival_int);
  return NULL;
}
static void *wait_sleep(void *at) {
  nap(9);
  sprintf(at, "slept");
  return NULL;
}

static void *(*const waiters[])(void *) = {
    wait_condition, wait_timed, wait_read,    wait_receive, wait_poll,   wait_select, wait_epoll,
    wait_semaphore, wait_sysv,  wait_message, wait_barrier, wait_signal, wait_sleep,
};
enum { WAITERS = sizeof waiters / sizeof *waiters };

/* A child that is stopped, goes on, and waits for a grandchild; a lock that it waits for. */
static void family(int lock_file) {
  int told[2];
  pipe(told);
  pid_t child = fork();
  if (child == 0) {
    pid_t grandchild = vfork();
    if (grandchild == 0) _exit(3);
    int status;
    waitpid(grandchild, &status, 0);
    write(told[1], "x", 1);
    raise(SIGSTOP);
    int own = open("/tmp/lock", O_RDWR);
    flock(own, LOCK_EX);
    _exit(WEXITSTATUS(status) + 10);
  }
  int status;
  char byte;
  read(told[0], &byte, 1);
  waitpid(child, &status, WUNTRACED);
  printf("stopped %d\n", WIFSTOPPED(status));
  spin(20000);
  kill(child, SIGCONT);
  nap(2);
  flock(lock_file, LOCK_UN);
  waitpid(child, &status, 0);
  printf("family %d\n", WEXITSTATUS(status));
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  sigset_t realtime;
  sigemptyset(&realtime);
  sigaddset(&realtime, SIGRTMIN + 3);
  sigprocmask(SIG_BLOCK, &realtime, NULL);
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
  sigaction(SIGUSR1, &action, NULL);
  action.sa_handler = on_tick;
  sigaction(SIGALRM, &action, NULL);
  struct itimerval every = {{0, 1500}, {0, 1500}};
  setitimer(ITIMER_REAL, &every, NULL);
  pipe(pipes);
  socketpair(AF_UNIX, SOCK_STREAM, 0, stream);
  event = eventfd(0, 0);
  sem_init(&semaphore, 0, 0);
  pthread_barrier_init(&barrier, NULL, 2);
  sysv = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
  semctl(sysv, 0, SETVAL, (union semun){0});
  queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
  int lock_file = open("/tmp/lock", O_RDWR | O_CREAT, 0600);
  flock(lock_file, LOCK_EX);

  pthread_t threads[WAITERS];
  for (int i = 0; i < WAITERS; i++) pthread_create(&threads[i], NULL, waiters[i], lines[i]);
  family(lock_file);

  for (int i = 0; i < 3; i++) pthread_kill(threads[2], SIGUSR1);
  send(stream[1], "ab", 2, 0);
  spin(30000);
  nap(1);
  write(pipes[1], "piped", 5);
  sem_post(&semaphore);
  semctl(sysv, 0, SETVAL, (union semun){2});
  struct { long type; char text[16]; } message = {8, "eight"};
  msgsnd(queue, &message, 6, 0);
  spin(30000);
  send(stream[1], "cdefghij", 8, 0);
  nap(2);
  write(event, &(unsigned long long){1}, 8);
  pthread_barrier_wait(&barrier);
  sigqueue(getpid(), SIGRTMIN + 3, (union sigval){.sival_int = 42});
  pthread_mutex_lock(&mutex);
  go = 17;
  pthread_cond_broadcast(&condition);
  pthread_mutex_unlock(&mutex);
  for (int i = 0; i < WAITERS; i++) {
    pthread_join(threads[i], NULL);
    printf("%s\n", lines[i]);
  }
  printf("signals %d, ticks %d\n", handled > 0, ticks > 0);
  semctl(sysv, 0, IPC_RMID);
  msgctl(queue, IPC_RMID, NULL);
  return 0;
}
