/* 64 threads with storage of their own, a barrier, a mutex and a condition variable that hands the turn around. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 64

static __thread int number = 5;
static __thread char name[100];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t passed = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static int turn, sum, atomic;

static void *run(void *argument)
{
	long id = (long)argument;
	number += id;
	snprintf(name, sizeof name, "thread %ld", id);
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < 50; i++) {
		__sync_fetch_and_add(&atomic, 1);
		pthread_mutex_lock(&lock);
		sum += id;
		pthread_mutex_unlock(&lock);
	}
	pthread_mutex_lock(&lock);
	while (turn != id)
		pthread_cond_wait(&passed, &lock);
	turn++;
	pthread_cond_broadcast(&passed);
	pthread_mutex_unlock(&lock);
	double value = id;
	for (int i = 0; i < 10; i++) {
		value = value * 1.5 + 0.25;
		if (i % 3 == 0)
			sched_yield();
	}
	char expected[20];
	sprintf(expected, "thread %ld", id);
	if (number != 5 + id || strcmp(name, expected) != 0)
		puts("another thread's storage");
	double *result = malloc(sizeof value);
	*result = value;
	return result;
}

int main(void)
{
	pthread_t threads[THREADS];
	pthread_barrier_init(&barrier, 0, THREADS);
	for (long i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], 0, run, (void *)i) != 0)
			return 1;
	double total = 0;
	for (int i = 0; i < THREADS; i++) {
		void *result;
		pthread_join(threads[i], &result);
		total += *(double *)result;
	}
	printf("sum %d, turn %d, atomic %d, total %.6f, own %d\n", sum, turn, atomic, total, number);
	return 0;
}
