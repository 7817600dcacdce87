/* Futexes: waking, requeueing, bit sets, operations on words, robust lists. */
/* Calls: futex futex_time64 set_robust_list get_robust_list futex_waitv */
#include "family.h"
#include <linux/futex.h>
#include <stddef.h>

struct waitv {
  uint64_t value, address;
  uint32_t flags, reserved;
};

static uint32_t a, b, woken;

static long futex(uint32_t *word, int op, int value, long fourth, uint32_t *second, int third) {
  return syscall(SYS_futex, word, op, value, fourth, second, third);
}

struct waiter {
  pthread_t thread;
  uint32_t *word;
  int bits;
  long result;
};

static void *waits(void *data) {
  struct waiter *waiter = data;
  waiter->result = syscall(SYS_futex_time64, waiter->word, FUTEX_WAIT_BITSET, 0, NULL, NULL, waiter->bits);
  __atomic_add_fetch(&woken, 1, __ATOMIC_SEQ_CST);
  return NULL;
}

static struct waiter waiters[8];

/* Starts waiters, and waits until they sleep. */
static void start(int count, uint32_t *word) {
  woken = 0;
  for (int i = 0; i < count; i++) {
    waiters[i].word = word;
    waiters[i].bits = 1 << i;
    pthread_create(&waiters[i].thread, NULL, waits, &waiters[i]);
    usleep(20000);
  }
}

static void finish(int count) {
  for (int i = 0; i < count; i++) pthread_join(waiters[i].thread, NULL);
}

static void settled(int count) {
  for (int i = 0; i < 1000 && __atomic_load_n(&woken, __ATOMIC_SEQ_CST) < count; i++) usleep(1000);
  printf("woken %u\n", woken);
}

static void waking(void) {
  struct ts32 soon = {0, 1000000};
  show("value differs", futex(&a, FUTEX_WAIT, 5, 0, NULL, 0));
  show("time-out", futex(&a, FUTEX_WAIT, 0, (long)&soon, NULL, 0));
  show("unaligned", futex((uint32_t *)((char *)&a + 1), FUTEX_WAIT, 0, 0, NULL, 0));
  show("bad", futex((uint32_t *)8, FUTEX_WAIT, 0, 0, NULL, 0));
  show("bits 0", futex(&a, FUTEX_WAIT_BITSET, 0, 0, NULL, 0));
  show("command", futex(&a, 99, 0, 0, NULL, 0));
  show("nobody", futex(&a, FUTEX_WAKE, 1, 0, NULL, 0));
  start(4, &a);
  show("one", futex(&a, FUTEX_WAKE, 1, 0, NULL, 0));
  settled(1);
  show("by bits", futex(&a, FUTEX_WAKE_BITSET, 10, 0, NULL, 1 << 3));
  settled(2);
  show("rest", futex(&a, FUTEX_WAKE, 10, 0, NULL, 0));
  finish(4);
  printf("results %ld %ld %ld %ld\n", waiters[0].result, waiters[1].result, waiters[2].result, waiters[3].result);
}

static void requeueing(void) {
  start(4, &a);
  show("requeue", futex(&a, FUTEX_REQUEUE, 1, 2, &b, 0));
  settled(1);
  show("value differs", futex(&a, FUTEX_CMP_REQUEUE, 1, 2, &b, 77));
  show("left", futex(&a, FUTEX_WAKE, 10, 0, NULL, 0));
  settled(2);
  show("moved", futex(&b, FUTEX_WAKE, 10, 0, NULL, 0));
  finish(4);
  start(3, &a);
  show("compared", futex(&a, FUTEX_CMP_REQUEUE, 0, 10, &b, 0));
  show("moved", futex(&b, FUTEX_WAKE, 10, 0, NULL, 0));
  finish(3);
}

static void operating(void) {
  start(2, &a);
  b = 5;
  show("wake op", futex(&a, FUTEX_WAKE_OP, 1, 1, &b, FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_EQ, 5)));
  printf("b %u\n", b);
  show("other op", futex(&a, FUTEX_WAKE_OP, 1, 1, &b, FUTEX_OP(FUTEX_OP_ANDN, 8, FUTEX_OP_CMP_GT, 100)));
  printf("b %u\n", b);
  futex(&a, FUTEX_WAKE, 10, 0, NULL, 0);
  finish(2);
  b = 0;
}

static void *wakes_b(void *unused) {
  usleep(30000);
  futex(&b, FUTEX_WAKE, 1, 0, NULL, 0);
  return NULL;
}

static void vectors(void) {
  struct waitv vector[2] = {{0, (uintptr_t)&a, 2 | 128}, {0, (uintptr_t)&b, 2}};
  pthread_t thread;
  pthread_create(&thread, NULL, wakes_b, NULL);
  show("the second", syscall(SYS_futex_waitv, vector, 2, 0, NULL, 0));
  pthread_join(thread, NULL);
  vector[0].value = 9;
  show("value differs", syscall(SYS_futex_waitv, vector, 2, 0, NULL, 0));
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  struct ts64 until = {now.tv_sec, now.tv_nsec};
  vector[0].value = 0;
  show("time-out", syscall(SYS_futex_waitv, vector, 2, 0, &until, CLOCK_MONOTONIC));
  show("flags", syscall(SYS_futex_waitv, vector, 2, 1, NULL, 0));
  show("none", syscall(SYS_futex_waitv, vector, 0, 0, NULL, 0));
  vector[0].flags = 0;
  show("size", syscall(SYS_futex_waitv, vector, 2, 0, NULL, 0));
}

struct lock {
  struct robust_list list;
  uint32_t word;
};

static struct lock held, pending;
static struct robust_list_head head = {{&head.list}, offsetof(struct lock, word), NULL};

static void *dies_with_locks(void *unused) {
  held.word = pending.word = syscall(SYS_gettid);
  held.list.next = &head.list;
  head.list.next = &held.list;
  head.list_op_pending = &pending.list;
  show("set_robust_list", syscall(SYS_set_robust_list, &head, sizeof head));
  show("size", syscall(SYS_set_robust_list, &head, 5));
  void *got;
  size_t size;
  show("get_robust_list", syscall(SYS_get_robust_list, 0, &got, &size));
  printf("%d %d\n", got == &head, (int)size == sizeof head);
  syscall(SYS_exit, 0);
}

static void robust(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, dies_with_locks, NULL);
  pthread_join(thread, NULL);
  printf("owner died: %d %d\n", held.word == FUTEX_OWNER_DIED, pending.word == FUTEX_OWNER_DIED);
  pthread_mutexattr_t attr;
  pthread_mutex_t mutex;
  pthread_mutexattr_init(&attr);
  pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
  void *got;
  size_t size;
  show("no such", syscall(SYS_get_robust_list, 0x3ffffff, &got, &size));
  setresuid(1000, 1000, 1000);
  show("user: of init", syscall(SYS_get_robust_list, 1, &got, &size));
}

int main(void) {
  in_child("waking", waking);
  in_child("requeueing", requeueing);
  in_child("operating", operating);
  in_child("vectors", vectors);
  in_child("robust", robust);
  return 0;
}
