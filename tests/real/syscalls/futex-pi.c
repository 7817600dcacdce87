/* Futexes with priority inheritance: prints only what is the same on every run. */
/* Calls: futex set_robust_list */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif

static void show(const char *what, long result) {
  if (result == -1) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
}

static void named(const char *what, int error) { printf("%s: %s\n", what, error ? strerrorname_np(error) : "0"); }

static long futex(unsigned *word, int op, unsigned value, const void *time, unsigned *second, unsigned third) {
  return syscall(SYS_futex, word, op, value, time, second, third);
}

static pid_t self(void) { return syscall(SYS_gettid); }

/* What the word says, with the thread's id taken out. */
static void word_is(const char *when, unsigned word, pid_t owner) {
  printf("%s: owner %d%s%s\n", when, (word & FUTEX_TID_MASK) == (unsigned)owner, word & FUTEX_WAITERS ? " waiters" : "",
         word & FUTEX_OWNER_DIED ? " died" : "");
}

static pthread_mutex_t mutex;
static long counter;

static void make(pthread_mutex_t *which, int type, int robust, int shared) {
  pthread_mutexattr_t attr;
  pthread_mutexattr_init(&attr);
  named("inherit", pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT));
  pthread_mutexattr_settype(&attr, type);
  if (robust) pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
  if (shared) pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
  named("init", pthread_mutex_init(which, &attr));
}

static void *count(void *unused) {
  for (int i = 0; i < 500; i++) {
    pthread_mutex_lock(&mutex);
    long seen = counter;
    if (i % 50 == 0) sched_yield();
    counter = seen + 1;
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}

static void *try_it(void *unused) {
  named("trylock", pthread_mutex_trylock(&mutex));
  struct timespec soon;
  clock_gettime(CLOCK_REALTIME, &soon);
  soon.tv_nsec += 20000000;
  if (soon.tv_nsec >= 1000000000) soon.tv_nsec -= 1000000000, soon.tv_sec++;
  named("timedlock", pthread_mutex_timedlock(&mutex, &soon));
  named("unlock another's", pthread_mutex_unlock(&mutex));
  return NULL;
}

static void *die_holding(void *unused) {
  pthread_mutex_lock(&mutex);
  usleep(20000);
  return NULL;
}

static void mutexes(void) {
  pthread_t threads[8];
  make(&mutex, PTHREAD_MUTEX_ERRORCHECK, 0, 0);
  for (int i = 0; i < 8; i++) pthread_create(&threads[i], NULL, count, NULL);
  for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
  printf("counted %ld\n", counter);
  named("lock", pthread_mutex_lock(&mutex));
  named("lock again", pthread_mutex_lock(&mutex));
  pthread_create(&threads[0], NULL, try_it, NULL);
  pthread_join(threads[0], NULL);
  named("unlock", pthread_mutex_unlock(&mutex));
  named("unlock again", pthread_mutex_unlock(&mutex));
  pthread_mutex_destroy(&mutex);

  make(&mutex, PTHREAD_MUTEX_NORMAL, 1, 0);
  pthread_create(&threads[0], NULL, die_holding, NULL);
  usleep(5000);
  named("dead owner, waiting", pthread_mutex_lock(&mutex));
  pthread_join(threads[0], NULL);
  named("consistent", pthread_mutex_consistent(&mutex));
  named("unlock", pthread_mutex_unlock(&mutex));
  pthread_create(&threads[0], NULL, die_holding, NULL);
  pthread_join(threads[0], NULL);
  named("dead owner, later", pthread_mutex_lock(&mutex));
  named("unlock", pthread_mutex_unlock(&mutex));
  named("not recoverable", pthread_mutex_lock(&mutex));

  /* Between processes. */
  pthread_mutex_t *common = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  make(common, PTHREAD_MUTEX_NORMAL, 1, 1);
  fflush(stdout);
  int ready[2];
  pipe(ready);
  pid_t child = fork();
  if (child == 0) {
    pthread_mutex_lock(common);
    write(ready[1], "x", 1);
    pause();
  }
  char byte;
  read(ready[0], &byte, 1);
  named("held elsewhere", pthread_mutex_trylock(common));
  pid_t killer = fork();
  if (killer == 0) {
    usleep(20000);
    kill(child, SIGKILL);
    _exit(0);
  }
  named("killed owner", pthread_mutex_lock(common));
  waitpid(child, NULL, 0);
  waitpid(killer, NULL, 0);
}

static unsigned lock, queue;
static unsigned held;
static pid_t other;
static long locked, unlocked;

static void *holds(void *unused) {
  other = self();
  locked = futex(&lock, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
  usleep(30000);
  held = lock;
  unlocked = futex(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
  return NULL;
}

static void words(void) {
  pthread_t thread;
  show("lock", futex(&lock, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
  word_is("locked", lock, self());
  show("lock again", futex(&lock, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
  show("try again", futex(&lock, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
  show("unlock", futex(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
  printf("free: %x\n", lock);
  show("unlock free", futex(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
  show("odd", futex((unsigned *)((char *)&lock + 1), FUTEX_LOCK_PI, 0, NULL, NULL, 0));
  lock = 0x3ffffff0;
  show("nobody's", futex(&lock, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
  lock = 0;
  pthread_create(&thread, NULL, holds, NULL);
  while (!(*(volatile unsigned *)&lock & FUTEX_TID_MASK)) usleep(1000);
  show("try", futex(&lock, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
  struct timespec past = {0, 1}, bad = {0, -1};
  show("in time", futex(&lock, FUTEX_LOCK_PI, 0, &past, NULL, 0));
  show("bad time", futex(&lock, FUTEX_LOCK_PI, 0, &bad, NULL, 0));
  show("clock flag", futex(&lock, FUTEX_LOCK_PI | FUTEX_CLOCK_REALTIME, 0, &past, NULL, 0));
  show("monotonic, in time", futex(&lock, FUTEX_LOCK_PI2, 0, &past, NULL, 0));
  show("monotonic", futex(&lock, FUTEX_LOCK_PI2, 0, NULL, NULL, 0));
  word_is("handed over", lock, self());
  pthread_join(thread, NULL);
  word_is("held and wanted", held, other);
  printf("by the other: %ld %ld\n", locked, unlocked);
  show("unlock", futex(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
  printf("free: %x\n", lock);
}

static int order[3], orders;

static void *waits(void *number) {
  long result = futex(&queue, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &lock, 0);
  order[orders++] = result == 0 && (lock & FUTEX_TID_MASK) == (unsigned)self() ? (int)(long)number : -1;
  futex(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
  return NULL;
}

static void requeue(void) {
  pthread_t threads[3];
  struct timespec past = {0, 1};
  show("value", futex(&queue, FUTEX_WAIT_REQUEUE_PI, 1, NULL, &lock, 0));
  show("same", futex(&queue, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &queue, 0));
  show("in time", futex(&queue, FUTEX_WAIT_REQUEUE_PI, 0, &past, &lock, 0));
  for (long i = 0; i < 3; i++) {
    pthread_create(&threads[i], NULL, waits, (void *)i);
    usleep(20000);
  }
  show("wake", futex(&queue, FUTEX_WAKE, 1, NULL, NULL, 0));
  show("two to wake", futex(&queue, FUTEX_CMP_REQUEUE_PI, 2, (void *)1, &lock, 0));
  show("other value", futex(&queue, FUTEX_CMP_REQUEUE_PI, 1, (void *)1, &lock, 5));
  show("lock", futex(&lock, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
  show("requeue", futex(&queue, FUTEX_CMP_REQUEUE_PI, 1, (void *)INT_MAX, &lock, 0));
  word_is("wanted", lock, self());
  show("unlock", futex(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
  printf("order %d %d %d\n", order[0], order[1], order[2]);
  orders = 0;
  pthread_create(&threads[0], NULL, waits, (void *)7);
  usleep(20000);
  lock = 0;
  show("requeue to a free lock", futex(&queue, FUTEX_CMP_REQUEUE_PI, 1, (void *)0, &lock, 0));
  pthread_join(threads[0], NULL);
  printf("got it: %d, free: %x\n", order[0], lock);
  show("nobody there", futex(&queue, FUTEX_CMP_REQUEUE_PI, 1, (void *)0, &lock, 0));
}

static unsigned first, second;

static void *crosses(void *unused) {
  futex(&second, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
  futex(&first, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
  futex(&first, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
  futex(&second, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
  return NULL;
}

int main(void) {
  mutexes();
  words();
  requeue();
  pthread_t thread;
  futex(&first, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
  pthread_create(&thread, NULL, crosses, NULL);
  usleep(30000);
  show("circle", futex(&second, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
  futex(&first, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
  pthread_join(thread, NULL);
  printf("first %x, second %x\n", first, second);
  return 0;
}
