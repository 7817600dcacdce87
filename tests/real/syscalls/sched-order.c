/* Who runs when: real-time priorities, turns, yielding, and inherited priorities, on one CPU. */
/* Calls: sched_setscheduler sched_yield sched_setaffinity futex */
#include "family.h"

static volatile int order[64], count;

static void note(int who) { order[count++] = who; }

static void told(const char *what) {
  printf("%s:", what);
  for (int i = 0; i < count; i++) printf(" %d", order[i]);
  printf("\n");
  count = 0;
}

static void become(int policy, int priority) {
  struct sched_param param = {priority};
  if (pthread_setschedparam(pthread_self(), policy, &param)) printf("no policy %d\n", policy);
}

static pthread_t start(void *(*run)(void *), int policy, int priority, int argument) {
  pthread_t thread;
  pthread_attr_t attr;
  struct sched_param param = {priority};
  pthread_attr_init(&attr);
  pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
  pthread_attr_setschedpolicy(&attr, policy);
  pthread_attr_setschedparam(&attr, &param);
  if (pthread_create(&thread, &attr, run, (void *)(long)argument)) printf("no thread\n");
  return thread;
}

static void *once(void *number) {
  note((long)number);
  return NULL;
}

static void *thrice(void *number) {
  for (int i = 0; i < 3; i++) {
    note((long)number);
    sched_yield();
  }
  return NULL;
}

static void *busy(void *number) {
  note((long)number);
  burn(250000000);
  note((long)number);
  return NULL;
}

/* By priority, not in the order in which they were made. */
static void by_priority(void) {
  become(SCHED_FIFO, 50);
  pthread_t a = start(once, SCHED_FIFO, 10, 10), b = start(once, SCHED_FIFO, 30, 30);
  pthread_t c = start(once, SCHED_FIFO, 20, 20), d = start(once, SCHED_FIFO, 60, 60);
  note(50);
  pthread_join(a, NULL), pthread_join(b, NULL), pthread_join(c, NULL), pthread_join(d, NULL);
  told("by priority");
}

/* Equals of SCHED_FIFO run to their end, but where they yield. */
static void equals(void) {
  pthread_t a = start(thrice, SCHED_FIFO, 40, 1), b = start(thrice, SCHED_FIFO, 40, 2), c = start(thrice, SCHED_FIFO, 40, 3);
  pthread_join(a, NULL), pthread_join(b, NULL), pthread_join(c, NULL);
  told("equals that yield");
  a = start(busy, SCHED_FIFO, 40, 1), b = start(busy, SCHED_FIFO, 40, 2);
  pthread_join(a, NULL), pthread_join(b, NULL);
  told("FIFO");
  a = start(busy, SCHED_RR, 40, 1), b = start(busy, SCHED_RR, 40, 2);
  pthread_join(a, NULL), pthread_join(b, NULL);
  told("RR");
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int gate;

static void *waiter(void *number) {
  pthread_mutex_lock(&mutex);
  while (!gate) pthread_cond_wait(&condition, &mutex);
  pthread_mutex_unlock(&mutex);
  note((long)number);
  return NULL;
}

/* One that is woken with a higher priority runs before the waker goes on. */
static void wake_up(void) {
  pthread_t a = start(waiter, SCHED_FIFO, 70, 70), b = start(waiter, SCHED_FIFO, 45, 45);
  note(1);
  pthread_mutex_lock(&mutex);
  gate = 1;
  pthread_mutex_unlock(&mutex);
  pthread_cond_broadcast(&condition);
  note(50);
  pthread_join(a, NULL), pthread_join(b, NULL);
  told("woken");
}

/* Raised and lowered from outside. */
static void changed(void) {
  struct sched_param param = {80};
  pthread_t a = start(once, SCHED_FIFO, 20, 20), b = start(once, SCHED_FIFO, 30, 30);
  pthread_setschedparam(a, SCHED_FIFO, &param);
  note(50);
  pthread_join(a, NULL), pthread_join(b, NULL);
  told("raised");
}

static pthread_mutex_t inherits;

static void *low(void *number) {
  pthread_mutex_lock(&inherits);
  note(1);
  pthread_t middle = start(once, SCHED_FIFO, 20, 20);
  note(2);
  pthread_t high = start(*(void *(**)(void *))number, SCHED_FIFO, 30, 30);
  note(3);
  pthread_mutex_unlock(&inherits);
  note(4);
  pthread_join(middle, NULL), pthread_join(high, NULL);
  return NULL;
}

static void *high(void *number) {
  note(29);
  pthread_mutex_lock(&inherits);
  note(30);
  pthread_mutex_unlock(&inherits);
  return NULL;
}

static void *(*high_entry)(void *) = high;

/* The owner of a lock runs at the priority of the one who waits for it: the middle one waits. */
static void inheritance(void) {
  pthread_mutexattr_t attr;
  pthread_mutexattr_init(&attr);
  pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
  pthread_mutex_init(&inherits, &attr);
  pthread_t owner = start(low, SCHED_FIFO, 10, (long)&high_entry);
  pthread_join(owner, NULL);
  told("inherited");
}

int main(void) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  sched_setaffinity(0, sizeof one, &one);
  by_priority();
  equals();
  wake_up();
  changed();
  inheritance();
  return 0;
}
