/* Calls: clock_gettime clock_gettime64 clock_getres clock_getres_time64 gettimeofday time */
/*
 * The C library's clocks, which may come from the vDSO, against the kernel's own: each reading lies
 * between those before and after it, while time passes by work and by sleep.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct wide {
  int64_t sec, nsec;
};
struct narrow {
  int32_t sec, nsec;
};

static int64_t kernel_ns(int clock) {
  struct wide now;
  if (syscall(SYS_clock_gettime64, clock, &now)) return -1;
  return now.sec * 1000000000 + now.nsec;
}

static int64_t library_ns(int clock) {
  struct timespec now;
  if (clock_gettime(clock, &now)) return -1;
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static volatile unsigned sink;

static void work(unsigned rounds) {
  for (unsigned i = 0; i < rounds; i++) sink += i * i;
}

static void check(const char *name, int clock, int64_t coarseness) {
  int bad = 0;
  for (int i = 0; i < 300; i++) {
    int64_t before = kernel_ns(clock), inside = library_ns(clock), after = kernel_ns(clock);
    if (inside < before - coarseness || inside > after) bad++;
    if (i % 100 == 50) nanosleep(&(struct timespec){0, 3000000}, NULL);
    work(i * 20);
  }
  printf("%s: %d out of order\n", name, bad);
}

int main(void) {
  check("realtime", CLOCK_REALTIME, 0);
  check("monotonic", CLOCK_MONOTONIC, 0);
  check("raw", CLOCK_MONOTONIC_RAW, 0);
  check("boottime", CLOCK_BOOTTIME, 0);
  check("realtime, coarse", CLOCK_REALTIME_COARSE, 20000000);
  check("monotonic, coarse", CLOCK_MONOTONIC_COARSE, 20000000);
  check("process", CLOCK_PROCESS_CPUTIME_ID, 0);
  check("thread", CLOCK_THREAD_CPUTIME_ID, 0);

  int64_t last = 0;
  int back = 0;
  for (int i = 0; i < 3000; i++) {
    int64_t now = library_ns(CLOCK_MONOTONIC);
    back += now < last;
    last = now;
  }
  printf("backwards: %d\n", back);

  struct narrow now32;
  struct timeval day;
  printf("narrow: %ld\n", syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now32));
  int64_t before = kernel_ns(CLOCK_REALTIME) / 1000;
  gettimeofday(&day, NULL);
  int64_t inside = day.tv_sec * 1000000LL + day.tv_usec, after = kernel_ns(CLOCK_REALTIME) / 1000;
  printf("time of day: %d, %ld\n", inside >= before && inside <= after, syscall(SYS_gettimeofday, &day, NULL));
#ifdef SYS_time
  long kept = -1;
  long seconds = syscall(SYS_time, &kept);
#else
  long seconds = time(NULL), kept = seconds;
#endif
  time_t own = time(NULL);
  printf("seconds: %d, %d\n", seconds == kept, own >= seconds - 1 && own <= seconds + 1);
  struct timespec resolution = {7, 7};
  struct narrow resolution32 = {7, 7};
  struct wide resolution64 = {7, 7};
  clock_getres(CLOCK_MONOTONIC, &resolution);
  printf("resolution: %ld %ld\n", (long)resolution.tv_sec, (long)resolution.tv_nsec);
  printf("%ld\n", syscall(SYS_clock_getres, CLOCK_MONOTONIC, &resolution32));
  printf("%d %d\n", resolution32.sec, resolution32.nsec);
  printf("%ld\n", syscall(SYS_clock_getres_time64, CLOCK_MONOTONIC, &resolution64));
  printf("%d %d\n", (int)resolution64.sec, (int)resolution64.nsec);
  printf("unknown: %d %d\n", clock_gettime(99, &resolution), clock_getres(99, &resolution));
  return 0;
}
