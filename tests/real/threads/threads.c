/*
 * 64 threads at once: mutexes, condition variables, thread-local storage, atomics, a barrier, thread-specific
 * data, C11 threads. What it prints does not depend on how they are scheduled.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <time.h>

#define THREADS 64
#define ROUNDS 200
#define SLOTS 8

static pthread_t threads[THREADS];

static void start_all(void *(*run)(void *)) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 65536);
  for (intptr_t i = 0; i < THREADS; i++) {
    int error = pthread_create(&threads[i], &attributes, run, (void *)i);
    if (error) {
      printf("thread %d: %s\n", (int)i, strerror(error));
      exit(1);
    }
  }
  pthread_attr_destroy(&attributes);
}

/* Joins all; the sum of their results. */
static long join_all(void) {
  long sum = 0;
  for (int i = 0; i < THREADS; i++) {
    void *result;
    pthread_join(threads[i], &result);
    sum += (long)(intptr_t)result;
  }
  return sum;
}

/* ---- a mutex around a plain counter, and atomics beside it */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long counter;
static atomic_long added;
static atomic_llong wide;
static atomic_uchar byte;
static _Atomic(uint16_t) half;

static void *count(void *argument) {
  for (int i = 0; i < ROUNDS; i++) {
    pthread_mutex_lock(&lock);
    counter++;
    pthread_mutex_unlock(&lock);
    atomic_fetch_add(&added, 3);
    atomic_fetch_add(&wide, 0x100000001ll);
    atomic_fetch_add(&byte, 1);
    uint16_t seen = atomic_load(&half);
    while (!atomic_compare_exchange_weak(&half, &seen, (uint16_t)(seen + 5)))
      ;
    if (i % 50 == 0) sched_yield();
  }
  return argument;
}

/* ---- thread-local storage: initialised, zeroed, and an aligned one */
static _Thread_local int mine = 7;
static _Thread_local char text[32];
static _Thread_local double aligned[4] __attribute__((aligned(16)));

static void *local(void *argument) {
  int self = (int)(intptr_t)argument;
  long bad = mine != 7 || text[0] != 0 || ((uintptr_t)aligned & 15) != 0;
  mine += self;
  snprintf(text, sizeof text, "thread %d", self);
  for (int i = 0; i < 4; i++) aligned[i] = self + i * 0.25;
  for (int i = 0; i < 20; i++) sched_yield();
  char expected[32];
  snprintf(expected, sizeof expected, "thread %d", self);
  bad += mine != 7 + self || strcmp(text, expected) != 0 || aligned[3] != self + 0.75;
  return (void *)bad;
}

/* ---- a bounded queue: producers and consumers wait for each other */
static pthread_cond_t not_full = PTHREAD_COND_INITIALIZER, not_empty = PTHREAD_COND_INITIALIZER;
static int queue[SLOTS], head, used;

static void *trade(void *argument) {
  int self = (int)(intptr_t)argument;
  long sum = 0;
  for (int i = 0; i < ROUNDS; i++) {
    pthread_mutex_lock(&lock);
    if (self % 2) {
      while (used == SLOTS) pthread_cond_wait(&not_full, &lock);
      queue[(head + used++) % SLOTS] = i;
      pthread_cond_signal(&not_empty);
    } else {
      while (used == 0) pthread_cond_wait(&not_empty, &lock);
      sum += queue[head];
      head = (head + 1) % SLOTS, used--;
      pthread_cond_signal(&not_full);
    }
    pthread_mutex_unlock(&lock);
  }
  return (void *)sum;
}

/* ---- all meet at a barrier, twice; one of them is told so each time */
static pthread_barrier_t barrier;
static atomic_int before, serial;

static void *meet(void *argument) {
  long bad = 0;
  for (int round = 1; round <= 2; round++) {
    atomic_fetch_add(&before, 1);
    if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) atomic_fetch_add(&serial, 1);
    bad += atomic_load(&before) < round * THREADS;
    pthread_barrier_wait(&barrier);
  }
  (void)argument;
  return (void *)bad;
}

/* ---- one broadcast wakes all; a wait with a deadline ends */
static pthread_cond_t gate = PTHREAD_COND_INITIALIZER;
static int waiting, open_now;

static void *wait_at_gate(void *argument) {
  (void)argument;
  pthread_mutex_lock(&lock);
  waiting++;
  while (!open_now) pthread_cond_wait(&gate, &lock);
  pthread_mutex_unlock(&lock);
  return (void *)1;
}

static void open_gate(void) {
  for (int all = 0; !all; sched_yield()) {
    pthread_mutex_lock(&lock);
    all = waiting == THREADS;
    pthread_mutex_unlock(&lock);
  }
  pthread_mutex_lock(&lock);
  open_now = 1;
  pthread_cond_broadcast(&gate);
  pthread_mutex_unlock(&lock);
}

static int timed_wait(void) {
  static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
  struct timespec deadline;
  clock_gettime(CLOCK_REALTIME, &deadline);
  deadline.tv_nsec += 20000000;
  if (deadline.tv_nsec >= 1000000000) deadline.tv_sec++, deadline.tv_nsec -= 1000000000;
  pthread_mutex_lock(&lock);
  int error = pthread_cond_timedwait(&never, &lock, &deadline);
  pthread_mutex_unlock(&lock);
  return error;
}

/* ---- thread-specific data with destructors, once, cancellation */
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_int destroyed, initialised;

static void destroy(void *value) { atomic_fetch_add(&destroyed, (int)(intptr_t)value); }
static void initialise(void) {
  atomic_fetch_add(&initialised, 1);
  pthread_key_create(&key, destroy);
}

static void *specific(void *argument) {
  pthread_once(&once, initialise);
  pthread_setspecific(key, (void *)((intptr_t)argument + 1));
  sched_yield();
  if (pthread_getspecific(key) != (void *)((intptr_t)argument + 1)) abort();
  return 0;
}

/* A call that blocks is cancelled by a signal, from whose frame the stack is unwound: on PowerPC that takes the
 * tables of the kernel's vDSO, and QEMU has none there. */
static void *for_ever(void *argument) {
#ifdef __powerpc__
  for (;; sched_yield()) pthread_testcancel();
#else
  for (;;) nanosleep(&(struct timespec){.tv_sec = 100}, 0);
#endif
  return argument;
}

/* ---- C11 threads */
static mtx_t c11_lock;
static cnd_t c11_turn;
static int turn;

static int take_turns(void *argument) {
  int self = *(int *)argument;
  for (int i = 0; i < 50; i++) {
    mtx_lock(&c11_lock);
    while (turn % 4 != self) cnd_wait(&c11_turn, &c11_lock);
    turn++;
    cnd_broadcast(&c11_turn);
    mtx_unlock(&c11_lock);
  }
  return self + 10;
}

static void c11(void) {
  thrd_t four[4];
  int numbers[4] = {0, 1, 2, 3}, sum = 0;
  mtx_init(&c11_lock, mtx_plain);
  cnd_init(&c11_turn);
  for (int i = 0; i < 4; i++)
    if (thrd_create(&four[i], take_turns, &numbers[i]) != thrd_success) exit(1);
  for (int i = 0; i < 4; i++) {
    int result;
    thrd_join(four[i], &result);
    sum += result;
  }
  printf("C11: %d turns, results %d\n", turn, sum);
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  start_all(count);
  long joined = join_all();
  printf("mutex %ld, joined %ld\n", counter, joined);
  printf("atomics %ld %llx %d %d\n", (long)added, (long long)wide, (int)byte, (int)half);
  start_all(local);
  printf("thread-local: %ld bad, main's own %d\n", join_all(), mine);
  start_all(trade);
  long taken = join_all();
  printf("queue: %ld taken, %d left\n", taken, used);
  pthread_barrier_init(&barrier, 0, THREADS);
  start_all(meet);
  printf("barrier: %ld early, ", join_all());
  printf("%d told\n", (int)serial);
  start_all(wait_at_gate);
  open_gate();
  printf("broadcast: %ld woken\n", join_all());
  printf("deadline: %s\n", timed_wait() == ETIMEDOUT ? "timed out" : "FAILED");
  start_all(specific);
  join_all();
  printf("specific: sum %d, initialised %d\n", (int)destroyed, (int)initialised);
  start_all(for_ever);
  for (int i = 0; i < THREADS; i++) pthread_cancel(threads[i]);
  long cancelled = 0;
  for (int i = 0; i < THREADS; i++) {
    void *result;
    pthread_join(threads[i], &result);
    cancelled += result == PTHREAD_CANCELED;
  }
  printf("cancelled: %ld\n", cancelled);
  c11();
  return 3;
}
