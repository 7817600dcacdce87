/* 64 threads with thread-local data, mutexes, condition variables, barriers, once, keys, cancellation. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 64, ROUNDS = 200 };

static __thread int own = 5;
static __thread char buffer[64];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static sem_t semaphore;
static long counter, next, destroyed, begun;
static atomic_int atomic;
static _Atomic long long wide;
static atomic_uchar narrow;
static double shared;

static void begin(void) { begun++; }
static void destroy(void *value) { __atomic_add_fetch(&destroyed, (long)value, __ATOMIC_SEQ_CST); }

static void *thread(void *argument) {
  long n = (long)argument;
  own += n;
  snprintf(buffer, sizeof buffer, "thread %ld", n);
  pthread_once(&once, begin);
  pthread_setspecific(key, (void *)n);
  pthread_barrier_wait(&barrier);
  for (int i = 0; i < ROUNDS; i++) {
    pthread_mutex_lock(&mutex);
    counter++;
    pthread_mutex_unlock(&mutex);
    atomic_fetch_add(&atomic, 1);
    atomic_fetch_add(&wide, 0x100000001LL);
    atomic_fetch_add(&narrow, 1);
    if (i % 50 == 0) sched_yield();
    if (i % 16 == 0) {
      pthread_rwlock_wrlock(&lock);
      shared += 0.5;
      pthread_rwlock_unlock(&lock);
    } else if (i % 16 == 8) {
      pthread_rwlock_rdlock(&lock);
      if (shared < 0) abort();
      pthread_rwlock_unlock(&lock);
    }
  }
  /* Each in its turn. */
  pthread_mutex_lock(&mutex);
  while (next != n) pthread_cond_wait(&turn, &mutex);
  next++;
  pthread_cond_broadcast(&turn);
  pthread_mutex_unlock(&mutex);
  sem_post(&semaphore);
  char expected[64];
  snprintf(expected, sizeof expected, "thread %ld", n);
  return (void *)(long)(own + (strcmp(buffer, expected) ? 1000000 : 0));
}

static void *forever(void *argument) {
  for (;;) pause();
}

int main(void) {
  pthread_t threads[THREADS];
  pthread_barrier_init(&barrier, 0, THREADS);
  pthread_key_create(&key, destroy);
  sem_init(&semaphore, 0, 0);
  for (long i = 0; i < THREADS; i++) {
    int error = pthread_create(&threads[i], 0, thread, (void *)i);
    if (error) printf("pthread_create: %s\n", strerror(error));
  }
  for (int i = 0; i < THREADS; i++) sem_wait(&semaphore);
  long sum = 0;
  for (int i = 0; i < THREADS; i++) {
    void *result;
    pthread_join(threads[i], &result);
    sum += (long)result;
  }
  printf("sum %ld counter %ld next %ld destroyed %ld begun %ld own %d\n", sum, counter, next, destroyed, begun, own);
  printf("atomic %d wide %llx narrow %d shared %g\n", atomic, (unsigned long long)wide, narrow, shared);
  pthread_t other;
  pthread_create(&other, 0, forever, 0);
  pthread_cancel(other);
  void *result;
  pthread_join(other, &result);
  printf("cancelled %d\n", result == PTHREAD_CANCELED);
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += 20000000;
  if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
  pthread_mutex_lock(&mutex);
  printf("timed wait: %s\n", strerror(pthread_cond_timedwait(&turn, &mutex, &until)));
  pthread_mutex_unlock(&mutex);
  return 0;
}
