/* Three threads, one of which crashes: debuggers are to find each in its function. */
#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

struct job {
  int number;
  const char *name;
};

static struct job jobs[3] = {{1, "waits on a condition"}, {2, "sleeps"}, {3, "crashes"}};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static int ready;
double reals[4] = {1.5, -2.25, 1e100, 0};

static void arrived(void) { __atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST); }

static void __attribute__((noinline)) wait_for_ever(struct job *job) {
  pthread_mutex_lock(&lock);
  arrived();
  while (job->number) pthread_cond_wait(&never, &lock);
  pthread_mutex_unlock(&lock);
}

static void __attribute__((noinline)) sleep_for_ever(struct job *job) {
  arrived();
  while (job->number) pause();
}

static int __attribute__((noinline)) crash(struct job *job, int *where) {
  while (__atomic_load_n(&ready, __ATOMIC_SEQ_CST) < 2) usleep(1000);
  *where = job->number;
  return job->number;
}

static void *run(void *argument) {
  struct job *job = argument;
  if (job->number == 1) wait_for_ever(job);
  else if (job->number == 2) sleep_for_ever(job);
  else crash(job, (int *)16);
  return job;
}

int main(int argc, char **argv) {
  struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
  if (argc > 1) setrlimit(RLIMIT_CORE, &limit);
  pthread_t threads[3];
  for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, run, &jobs[i]);
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
  return 0;
}
