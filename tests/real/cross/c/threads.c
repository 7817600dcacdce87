/* 64 threads: TLS, mutex, condition variable, barrier, semaphore, cancellation, thread-specific data. */
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define N 64
static __thread int tls = 5;
static __thread char block[100] = "initial";
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_key_t key;
static sem_t sem;
static int turn, order_ok = 1;
static long total;
static atomic_int counter;
static atomic_int destroyed;

static void destroy(void *value) {
  destroyed += (int)(long)value > 0;
}

static void *work(void *argument) {
  int id = (int)(long)argument;
  tls += id;
  snprintf(block, sizeof block, "thread %d", id);
  pthread_setspecific(key, (void *)(long)(id + 1));
  pthread_barrier_wait(&barrier);
  for (int i = 0; i < 500; i++) {
    counter++;
    pthread_mutex_lock(&lock);
    total += tls;
    pthread_mutex_unlock(&lock);
  }
  pthread_mutex_lock(&lock);
  while (turn != id) pthread_cond_wait(&cond, &lock);
  if (tls != 5 + id) order_ok = 0;
  turn++;
  pthread_cond_broadcast(&cond);
  pthread_mutex_unlock(&lock);
  sem_wait(&sem);
  sem_post(&sem);
  return (void *)(long)(id * id);
}

static void *forever(void *argument) {
  (void)argument;
  for (;;) pause();
}

int main(void) {
  pthread_t threads[N];
  long squares = 0;
  pthread_barrier_init(&barrier, 0, N);
  pthread_key_create(&key, destroy);
  sem_init(&sem, 0, 0);
  for (long i = 0; i < N; i++) {
    if (pthread_create(&threads[i], 0, work, (void *)i)) return 1;
  }
  sem_post(&sem);
  for (int i = 0; i < N; i++) {
    void *result;
    pthread_join(threads[i], &result);
    squares += (long)result;
  }
  printf("counter %d total %ld squares %ld order %d destroyed %d\n", counter, total, squares, order_ok, destroyed);
  printf("tls here %d %s\n", tls, block);
  pthread_t t;
  void *result;
  pthread_create(&t, 0, forever, 0);
  pthread_cancel(t);
  pthread_join(t, &result);
  printf("cancelled %d\n", result == PTHREAD_CANCELED);
  return 0;
}
