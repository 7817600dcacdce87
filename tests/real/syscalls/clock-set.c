/* Setting the real-time clock, and what waits for a time of it. No host lets its clock be set for a test. */
/* Calls: stime settimeofday clock_settime clock_settime64 adjtimex clock_adjtime clock_adjtime64 timerfd_settime64
   timer_settime64 clock_nanosleep_time64 futex_time64 */
#include "family.h"
#include <sys/timerfd.h>
#include <sys/timex.h>

struct its64 {
  struct ts64 interval, value;
};

static int64_t real(void) { return now_on(CLOCK_REALTIME) / 1000000000; }

static int64_t base;

/* Sets the clock so many seconds behind the base, and says how many it shows. */
static void set64(int ahead) {
  struct ts64 ts = {base + ahead, 0};
  show("clock_settime64", syscall(SYS_clock_settime64, 0, &ts));
}

static void forms(void) {
  int64_t before = now_on(CLOCK_MONOTONIC);
  set64(1000);
  printf("1000: %d\n", (int)(real() - base));
  struct ts32 ts = {base + 2000, 500};
  show("clock_settime", syscall(SYS_clock_settime, 0, &ts));
  printf("2000: %d\n", (int)(real() - base));
  struct { int32_t sec, usec; } tv = {base + 3000, 0};
  show("settimeofday", syscall(SYS_settimeofday, &tv, NULL));
  printf("3000: %d\n", (int)(real() - base));
#ifdef SYS_stime
  int32_t seconds = base + 4000;
  show("stime", syscall(SYS_stime, &seconds));
#else
  struct ts64 later = {base + 4000, 0};
  show("stime", syscall(SYS_clock_settime64, 0, &later));
#endif
  printf("4000: %d\n", (int)(real() - base));
  check("the monotonic clock goes on", now_on(CLOCK_MONOTONIC) - before < 1000000000);
  ts.nsec = 1000000000;
  show("a second of nanoseconds", syscall(SYS_clock_settime, 0, &ts));
  ts = (struct ts32){-1, 0};
  show("before 1970", syscall(SYS_clock_settime, 0, &ts));
  show("the monotonic clock", syscall(SYS_clock_settime, 1, &(struct ts32){base, 0}));
  show("own CPU time", syscall(SYS_clock_settime, 2, &(struct ts32){base, 0}));
  clockid_t cpu;
  clock_getcpuclockid(getpid(), &cpu);
  show("a process's CPU time", syscall(SYS_clock_settime, cpu, &(struct ts32){base, 0}));
  struct timezone zone = {-120, 1}, got = {};
  show("zone", syscall(SYS_settimeofday, NULL, &zone));
  syscall(SYS_gettimeofday, NULL, &got);
  printf("zone %d %d\n", got.tz_minuteswest, got.tz_dsttime);
  zone.tz_minuteswest = 1000;
  show("zone out of range", syscall(SYS_settimeofday, NULL, &zone));
}

/* A child that sleeps; the clock is set over its time. */
static void waits(const char *what, void (*wait_for)(void)) {
  set64(0);
  fflush(stdout);
  int64_t before = now_on(CLOCK_MONOTONIC);
  pid_t child = fork();
  if (child == 0) {
    wait_for();
    _exit(0);
  }
  usleep(10000);
  set64(10000);
  waitpid(child, NULL, 0);
  printf("%s: %s\n", what, now_on(CLOCK_MONOTONIC) - before < 1000000000 ? "at once" : "late");
}

static void sleeps(void) {
  struct ts64 until = {base + 5000, 0};
  show("slept", syscall(SYS_clock_nanosleep_time64, CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL));
}

static void locks(void) {
  uint32_t word = 0;
  struct ts64 until = {base + 5000, 0};
  show("futex", syscall(SYS_futex_time64, &word, 9 | 256, 0, &until, NULL, ~0));
}

static void timer(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGALRM);
  sigprocmask(SIG_BLOCK, &set, NULL);
  int id;
  struct its64 its = {{0, 0}, {base + 5000, 0}};
  syscall(SYS_timer_create, CLOCK_REALTIME, NULL, &id);
  syscall(SYS_timer_settime64, id, TIMER_ABSTIME, &its, NULL);
  check("signal", sigwaitinfo(&set, NULL) == SIGALRM);
}

static void descriptor(void) {
  int fd = timerfd_create(CLOCK_REALTIME, 0);
  struct its64 its = {{0, 0}, {base + 5000, 0}};
  uint64_t count;
  syscall(SYS_timerfd_settime64, fd, TFD_TIMER_ABSTIME, &its, NULL);
  show("read", read(fd, &count, 8));
}

static void cancelled(void) {
  int fd = timerfd_create(CLOCK_REALTIME, 0);
  struct its64 its = {{0, 0}, {base + 500000, 0}};
  uint64_t count;
  syscall(SYS_timerfd_settime64, fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &its, NULL);
  show("read", read(fd, &count, 8));
  syscall(SYS_timerfd_settime64, fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &its, NULL);
  set64(20000);
  show("set again", syscall(SYS_timerfd_settime64, fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &its, NULL));
}

/* A relative wait is none of the clock's business. */
static void relative(void) {
  set64(0);
  int64_t before = now_on(CLOCK_MONOTONIC);
  fflush(stdout);
  if (fork() == 0) {
    usleep(10000);
    set64(10000);
    _exit(0);
  }
  show("relative", syscall(SYS_clock_nanosleep_time64, CLOCK_REALTIME, 0, &(struct ts64){0, 50000000}, NULL));
  check("to its end", now_on(CLOCK_MONOTONIC) - before >= 50000000);
  wait(NULL);
}

/* struct timex with words of 32 bits, and of 64. */
struct timex32 {
  uint32_t modes;
  int32_t offset, freq, maxerror, esterror, status, constant, precision, tolerance, sec, usec, tick, pps[8], tai, pad[11];
};
struct timex64 {
  uint32_t modes, pad0;
  int64_t offset, freq, maxerror, esterror;
  int32_t status, pad1;
  int64_t constant, precision, tolerance, sec, usec, tick, ppsfreq, jitter;
  int32_t shift, pad2;
  int64_t pps[5];
  int32_t tai, pad3[11];
};

static struct timex32 narrow(const char *what, struct timex32 t) {
  show(what, syscall(SYS_adjtimex, &t));
  printf("offset %d freq %d max %d est %d status %x constant %d precision %d tolerance %d tick %d tai %d\n", t.offset, t.freq,
         t.maxerror, t.esterror, t.status, t.constant, t.precision, t.tolerance, t.tick, t.tai);
  return t;
}

static void discipline(void) {
  narrow("read", (struct timex32){});
  narrow("frequency and errors", (struct timex32){.modes = ADJ_FREQUENCY | ADJ_MAXERROR | ADJ_ESTERROR, .freq = 65536, .maxerror = 5, .esterror = 6});
  narrow("synchronised", (struct timex32){.modes = ADJ_STATUS, .status = STA_PLL});
  narrow("too fast", (struct timex32){.modes = ADJ_FREQUENCY, .freq = 99999999});
  narrow("tick", (struct timex32){.modes = ADJ_TICK, .tick = 10001});
  narrow("tick too long", (struct timex32){.modes = ADJ_TICK, .tick = 99999});
  narrow("tai", (struct timex32){.modes = ADJ_TAI, .constant = 37});
  narrow("nano", (struct timex32){.modes = ADJ_NANO});
  narrow("reset", (struct timex32){.modes = ADJ_MICRO | ADJ_TICK | ADJ_FREQUENCY, .tick = 10000});
  set64(0);
  struct timex64 wide = {.modes = ADJ_SETOFFSET, .sec = 7000, .usec = 5};
  show("step", syscall(SYS_clock_adjtime64, 0, &wide));
  printf("7000: %d, status %x tai %d\n", (int)(real() - base), wide.status, wide.tai);
  struct timex32 back = {.modes = ADJ_SETOFFSET | ADJ_NANO, .sec = -7000, .usec = 999999999};
  show("step back", syscall(SYS_clock_adjtime, 0, &back));
  printf("0: %d\n", (int)(real() - base));
  back = (struct timex32){.modes = ADJ_SETOFFSET, .usec = 1000000};
  show("too many microseconds", syscall(SYS_clock_adjtime, 0, &back));
}

static void as_user(void) {
  setresuid(1000, 1000, 1000);
  show("user: clock_settime", syscall(SYS_clock_settime, 0, &(struct ts32){base, 0}));
  show("user: settimeofday", syscall(SYS_settimeofday, &(struct ts32){base, 0}, NULL));
  struct timex64 wide = {.modes = ADJ_SETOFFSET, .sec = 7000};
  show("user: step", syscall(SYS_clock_adjtime64, 0, &wide));
}

int main(void) {
  base = real();
  forms();
  waits("sleep", sleeps);
  waits("futex", locks);
  waits("timer", timer);
  waits("descriptor", descriptor);
  waits("cancelled", cancelled);
  relative();
  discipline();
  in_child("user", as_user);
  return 0;
}
