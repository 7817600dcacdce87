/* One more thread, a mutex and a condition variable, by clone and futex, as a C library makes them. */
#ifndef THREADS_H
#define THREADS_H
#include "../../kml.h"

#if defined(__mips__)
#define NR_futex (4000 + 238)
#elif defined(__powerpc__)
#define NR_futex 221
#else
#define NR_futex 240
#endif
#define FUTEX_WAIT_PRIVATE 128
#define FUTEX_WAKE_PRIVATE 129
/* CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM: what pthread_create shares. */
#define THREAD_FLAGS (0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000)

static inline void futex_wait(volatile u32 *word, u32 value)
{
	sys4(NR_futex, word, FUTEX_WAIT_PRIVATE, value, 0);
}
static inline void futex_wake(volatile u32 *word, long count)
{
	sys4(NR_futex, word, FUTEX_WAKE_PRIVATE, count, 0);
}

/* 0 free, 1 held, 2 held and perhaps waited for. */
struct mutex { volatile u32 state; };

static inline void mutex_lock(struct mutex *m)
{
	u32 free = 0;
	if (__atomic_compare_exchange_n(&m->state, &free, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return;
	while (__atomic_exchange_n(&m->state, 2, __ATOMIC_ACQUIRE))
		futex_wait(&m->state, 2);
}

static inline void mutex_unlock(struct mutex *m)
{
	if (__atomic_exchange_n(&m->state, 0, __ATOMIC_RELEASE) == 2)
		futex_wake(&m->state, 1);
}

struct condition { volatile u32 sequence, waiters; };

/* With the mutex held, which is held again afterwards. */
static inline void condition_wait(struct condition *c, struct mutex *m)
{
	u32 seen = c->sequence;
	c->waiters++;
	mutex_unlock(m);
	futex_wait(&c->sequence, seen);
	mutex_lock(m);
	c->waiters--;
}

/* With the mutex held. */
static inline void condition_signal(struct condition *c)
{
	c->sequence++;
	if (c->waiters)
		futex_wake(&c->sequence, 1);
}

static char thread_stack[16384] __attribute__((aligned(16)));
static volatile u32 thread_over;
static void (*thread_body)(void);

static void run_thread(void)
{
	thread_body();
	__atomic_store_n(&thread_over, 1, __ATOMIC_RELEASE);
	futex_wake(&thread_over, 1);
}

static inline void start_thread(void (*body)(void))
{
	thread_body = body;
	thread_over = 0;
	spawn_thread(THREAD_FLAGS, thread_stack + sizeof thread_stack, run_thread);
}

static inline void join_thread(void)
{
	while (!__atomic_load_n(&thread_over, __ATOMIC_ACQUIRE))
		futex_wait(&thread_over, 0);
}
#endif
