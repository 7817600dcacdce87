/* Timers: by signal, by descriptor, of real and of CPU time. */
/* Calls: timer_create timer_settime timer_settime64 timer_gettime timer_gettime64 timer_getoverrun timer_delete
   setitimer getitimer alarm timerfd_create timerfd_settime timerfd_settime64 timerfd_gettime timerfd_gettime64
   rt_sigtimedwait_time64 */
#include "family.h"
#include <poll.h>
#include <sys/timerfd.h>

struct its32 {
  struct ts32 interval, value;
};
struct its64 {
  struct ts64 interval, value;
};

/* Waits for a signal that is blocked, a second at most. */
static siginfo_t taken(int signal) {
  sigset_t set;
  siginfo_t info;
  memset(&info, 0, sizeof info);
  sigemptyset(&set);
  sigaddset(&set, signal);
  struct ts64 second = {2, 0};
  long result = syscall(SYS_rt_sigtimedwait_time64, &set, &info, &second, _NSIG / 8);
  printf("took: %s\n", result == signal ? "it" : error_name(errno));
  return info;
}

static int make(const char *what, int clock, int signal, int value) {
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = signal, .sigev_value.sival_int = value};
  int id = -1;
  show(what, syscall(SYS_timer_create, clock, &event, &id));
  return id;
}

static void posix(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGALRM);
  sigaddset(&set, SIGRTMIN + 2);
  sigprocmask(SIG_BLOCK, &set, NULL);
  int id = make("create", CLOCK_MONOTONIC, SIGUSR1, 77);
  struct its64 set64 = {{0, 0}, {0, 10000000}}, old64, get64;
  memset(&old64, 0xff, sizeof old64);
  show("settime64", syscall(SYS_timer_settime64, id, 0, &set64, &old64));
  check("it was off", old64.value.sec == 0 && old64.value.nsec == 0);
  show("gettime64", syscall(SYS_timer_gettime64, id, &get64));
  check("it runs", get64.value.sec == 0 && get64.value.nsec > 0 && get64.value.nsec <= 10000000);
  siginfo_t info = taken(SIGUSR1);
  printf("code %d value %d overrun %d\n", info.si_code == SI_TIMER, info.si_value.sival_int, info.si_overrun);
  struct its32 set32 = {{100, 5}, {200, 0}}, get32;
  show("settime", syscall(SYS_timer_settime, id, 0, &set32, NULL));
  show("gettime", syscall(SYS_timer_gettime, id, &get32));
  printf("interval %d.%09d, value %d\n", get32.interval.sec, get32.interval.nsec, get32.value.sec);
  set32 = (struct its32){{0, 1000000}, {0, 1000000}};
  show("periodic", syscall(SYS_timer_settime, id, 0, &set32, NULL));
  usleep(30000);
  info = taken(SIGUSR1);
  check("overruns", info.si_overrun >= 20 && syscall(SYS_timer_getoverrun, id) == info.si_overrun);
  set32 = (struct its32){{0, 0}, {0, 1000000000}};
  show("a second of nanoseconds", syscall(SYS_timer_settime, id, 0, &set32, NULL));
  show("delete", syscall(SYS_timer_delete, id));
  show("delete again", syscall(SYS_timer_delete, id));
  show("settime of none", syscall(SYS_timer_settime, id, 0, &set32, NULL));
  show("gettime of none", syscall(SYS_timer_gettime64, id, &get64));
  show("getoverrun of none", syscall(SYS_timer_getoverrun, id));
  while (sigtimedwait(&set, NULL, &(struct timespec){0, 0}) > 0);
  id = -1;
  show("without event", syscall(SYS_timer_create, CLOCK_REALTIME, NULL, &id));
  struct timespec real;
  clock_gettime(CLOCK_REALTIME, &real);
  set64 = (struct its64){{0, 0}, {real.tv_sec - 5, 0}};
  show("a time gone by", syscall(SYS_timer_settime64, id, TIMER_ABSTIME, &set64, NULL));
  info = taken(SIGALRM);
  check("value is the id", info.si_timerid == id && info.si_value.sival_int == id);
  make("a signal that is none", CLOCK_REALTIME, 200, 0);
  make("no clock", 77, SIGUSR1, 0);
  make("raw clock", CLOCK_MONOTONIC_RAW, SIGUSR1, 0);
  make("coarse clock", CLOCK_REALTIME_COARSE, SIGUSR1, 0);
  struct sigevent none = {.sigev_notify = SIGEV_NONE};
  show("silent", syscall(SYS_timer_create, CLOCK_BOOTTIME, &none, &id));
  show("bad address", syscall(SYS_timer_create, CLOCK_BOOTTIME, &none, (void *)8));
  struct sigevent thread = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};
  thread._sigev_un._tid = 1;
  show("thread of others", syscall(SYS_timer_create, CLOCK_BOOTTIME, &thread, &id));
}

static void cpu(void) {
  int id = make("of process time", CLOCK_PROCESS_CPUTIME_ID, SIGUSR1, 1);
  struct its64 set = {{0, 0}, {0, 50000000}}, get;
  int64_t before = now_on(CLOCK_PROCESS_CPUTIME_ID);
  syscall(SYS_timer_settime64, id, 0, &set, NULL);
  usleep(60000);
  syscall(SYS_timer_gettime64, id, &get);
  check("sleep is no CPU time", get.value.nsec > 20000000);
  burn(100000000);
  taken(SIGUSR1);
  check("the time passed", now_on(CLOCK_PROCESS_CPUTIME_ID) - before >= 50000000);
  id = make("of thread time", CLOCK_THREAD_CPUTIME_ID, SIGUSR1, 2);
  set = (struct its64){{0, 20000000}, {0, 20000000}};
  syscall(SYS_timer_settime64, id, 0, &set, NULL);
  burn(110000000);
  siginfo_t info = taken(SIGUSR1);
  check("overruns of CPU time", info.si_overrun >= 2 && info.si_overrun <= 5);
  syscall(SYS_timer_delete, id);
  make("of no process", (~0x3ffffff << 3) | 2, SIGUSR1, 0);
}

static volatile int ticks;

static void tick(int signal) { ticks++; }

static void interval(void) {
  struct tv32 { int32_t sec, usec; };
  struct { struct tv32 interval, value; } set = {{0, 0}, {100, 0}}, get;
  sigset_t none;
  sigemptyset(&none);
  show("alarm", syscall(SYS_setitimer, ITIMER_REAL, &set, NULL));
  show("getitimer", syscall(SYS_getitimer, ITIMER_REAL, &get));
  check("99 s are left", get.value.sec == 99);
  check("alarm of 50", alarm(50) == 100);
  check("alarm of 0", alarm(0) == 50);
  show("alarm of 0", alarm(0));
  set.value = (struct tv32){0, 1000000};
  show("a second of microseconds", syscall(SYS_setitimer, ITIMER_REAL, &set, NULL));
  show("which", syscall(SYS_setitimer, 3, &set, NULL));
  show("which", syscall(SYS_getitimer, 3, &get));
  signal(SIGVTALRM, tick);
  signal(SIGPROF, tick);
  set.interval = set.value = (struct tv32){0, 20000};
  show("virtual", syscall(SYS_setitimer, ITIMER_VIRTUAL, &set, NULL));
  while (ticks < 3);
  memset(&set, 0, sizeof set);
  show("virtual off", syscall(SYS_setitimer, ITIMER_VIRTUAL, &set, &get));
  printf("interval %d\n", get.interval.usec);
  ticks = 0;
  set.value = (struct tv32){0, 20000};
  show("profiling", syscall(SYS_setitimer, ITIMER_PROF, &set, NULL));
  burn(80000000);
  printf("once: %d\n", ticks);
  /* What is left survives exec, not fork. */
  alarm(1000);
  fflush(stdout);
  if (fork() == 0) {
    printf("child: %u\n", alarm(0));
    fflush(stdout);
    _exit(0);
  }
  wait(NULL);
  check("parent", alarm(0) >= 999);
}

static void descriptor(void) {
  int fd = syscall(SYS_timerfd_create, CLOCK_MONOTONIC, TFD_NONBLOCK);
  check("timerfd", fd >= 0);
  uint64_t count = 0;
  show("read while off", read(fd, &count, 8));
  struct its64 set = {{0, 5000000}, {0, 5000000}}, get;
  show("settime64", syscall(SYS_timerfd_settime64, fd, 0, &set, NULL));
  struct pollfd poller = {fd, POLLIN};
  show("poll", poll(&poller, 1, 2000));
  usleep(30000);
  show("read", read(fd, &count, 8));
  check("several", count >= 4);
  show("gettime64", syscall(SYS_timerfd_gettime64, fd, &get));
  check("interval", get.interval.nsec == 5000000 && get.value.nsec <= 5000000);
  struct its32 set32 = {{0, 0}, {100, 0}}, get32;
  show("settime", syscall(SYS_timerfd_settime, fd, 0, &set32, &get32));
  check("old interval", get32.interval.nsec == 5000000);
  show("gettime", syscall(SYS_timerfd_gettime, fd, &get32));
  check("99 s are left", get32.value.sec == 99 || get32.value.sec == 100);
  show("small read", read(fd, &count, 4));
  show("write", write(fd, &count, 8));
  show("flags", syscall(SYS_timerfd_settime64, fd, 4, &set, NULL));
  show("not a timer", syscall(SYS_timerfd_settime64, 1, 0, &set, NULL));
  show("no file", syscall(SYS_timerfd_gettime, 99, &get32));
  show("no clock", syscall(SYS_timerfd_create, CLOCK_PROCESS_CPUTIME_ID, 0));
  int real = syscall(SYS_timerfd_create, CLOCK_REALTIME, 0);
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  set = (struct its64){{0, 0}, {now.tv_sec, now.tv_nsec}};
  show("now", syscall(SYS_timerfd_settime64, real, 3, &set, NULL));
  show("read", read(real, &count, 8));
  printf("count %d\n", (int)count);
}

int main(void) {
  posix();
  cpu();
  interval();
  descriptor();
  return 0;
}
