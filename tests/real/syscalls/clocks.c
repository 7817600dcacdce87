/* Clocks that are read and slept on, and CPU time. */
/* Calls: time gettimeofday clock_gettime clock_gettime64 clock_getres clock_getres_time64 nanosleep clock_nanosleep
   clock_nanosleep_time64 times getrusage adjtimex clock_adjtime clock_adjtime64 restart_syscall */
#include "family.h"
#include <sys/times.h>
#include <sys/timex.h>

static int64_t narrow_clock(int clock) {
  struct ts32 ts;
  return syscall(SYS_clock_gettime, clock, &ts) ? -1 : ts.sec * 1000000000LL + ts.nsec;
}

static int64_t wide_clock(int clock) {
  struct ts64 ts;
  return syscall(SYS_clock_gettime64, clock, &ts) ? -1 : ts.sec * 1000000000LL + ts.nsec;
}

static void reading(void) {
  for (int clock = 0; clock < 12; clock++) {
    if (clock == 8 || clock == 9 || clock == 10) continue;
    int64_t a = narrow_clock(clock), b = wide_clock(clock), c = narrow_clock(clock);
    printf("clock %d: %s, %s\n", clock, a > 0 ? "shows a time" : error_name(errno), a <= b && b <= c ? "goes on" : "goes back");
    struct ts32 r32 = {-1, -1};
    struct ts64 r64 = {-1, -1};
    show("getres", syscall(SYS_clock_getres, clock, &r32));
    show("getres time64", syscall(SYS_clock_getres_time64, clock, &r64));
    check("the same", r32.sec == r64.sec && r32.nsec == r64.nsec && r32.sec == 0);
  }
  show("clock 10", syscall(SYS_clock_gettime, 10, &(struct ts32){}));
  show("clock 99", syscall(SYS_clock_gettime64, 99, &(struct ts64){}));
  show("getres 99", syscall(SYS_clock_getres, 99, &(struct ts32){}));
  show("getres of nothing", syscall(SYS_clock_getres, 0, NULL));
  show("bad address", syscall(SYS_clock_gettime, 0, (void *)8));
  clockid_t process = -1, thread = (~syscall(SYS_gettid) << 3) | 6;
  clock_getcpuclockid(getpid(), &process);
  check("process clock", wide_clock(process) > 0);
  check("thread clock", wide_clock(thread) > 0);
  show("clock of none", syscall(SYS_clock_gettime, (~0x3ffffff << 3) | 2, &(struct ts32){}));
  int32_t seconds = -1;
  struct timeval_32 { int32_t sec, usec; } tv;
#ifdef SYS_time
  check("time", syscall(SYS_time, &seconds) == seconds && syscall(SYS_time, NULL) >= seconds);
#else
  check("time", (seconds = time(NULL)) > 0);
#endif
  int64_t real = wide_clock(0) / 1000000000;
  check("the same time", real - seconds <= 1);
  show("gettimeofday", syscall(SYS_gettimeofday, &tv, NULL));
  int64_t now = wide_clock(0);
  check("the same", now / 1000 - (tv.sec * 1000000LL + tv.usec) < 1000000);
  struct timezone zone = {7, 7};
  show("gettimeofday zone", syscall(SYS_gettimeofday, NULL, &zone));
  show("gettimeofday bad", syscall(SYS_gettimeofday, (void *)8, NULL));
}

static void sleeping(void) {
  int64_t before = wide_clock(1);
  struct ts32 t32 = {0, 5000000};
  struct ts64 t64 = {0, 5000000};
  show("nanosleep", syscall(SYS_nanosleep, &t32, NULL));
  show("clock_nanosleep", syscall(SYS_clock_nanosleep, 1, 0, &t32, NULL));
  show("clock_nanosleep_time64", syscall(SYS_clock_nanosleep_time64, 7, 0, &t64, NULL));
  check("slept", wide_clock(1) - before >= 15000000);
  t32.nsec = 1000000000;
  show("nanosleep of a second of ns", syscall(SYS_nanosleep, &t32, NULL));
  t32 = (struct ts32){-1, 0};
  show("nanosleep of -1", syscall(SYS_nanosleep, &t32, NULL));
  show("nanosleep bad", syscall(SYS_nanosleep, (void *)8, NULL));
  int64_t until = wide_clock(0) + 5000000;
  t64 = (struct ts64){until / 1000000000, until % 1000000000};
  show("until a real time", syscall(SYS_clock_nanosleep_time64, 0, TIMER_ABSTIME, &t64, NULL));
  check("it came", wide_clock(0) >= until);
  show("until the past", syscall(SYS_clock_nanosleep_time64, 1, TIMER_ABSTIME, &(struct ts64){1, 0}, NULL));
  show("raw", syscall(SYS_clock_nanosleep, 4, 0, &(struct ts32){0, 1}, NULL));
  show("coarse", syscall(SYS_clock_nanosleep, 5, 0, &(struct ts32){0, 1}, NULL));
  show("own thread", syscall(SYS_clock_nanosleep, 3, 0, &(struct ts32){0, 1}, NULL));
  show("own thread by id", syscall(SYS_clock_nanosleep, (~syscall(SYS_gettid) << 3) | 6, 0, &(struct ts32){0, 1}, NULL));
  show("no clock", syscall(SYS_clock_nanosleep, 99, 0, &(struct ts32){0, 1}, NULL));
}

static void nothing(int signal) {}

/* A signal without a handler lets the sleep go on; with one it says what is left. */
static void interrupted(void) {
  pid_t parent = getpid();
  sigaction(SIGUSR1, &(struct sigaction){.sa_handler = nothing, .sa_flags = SA_RESTART}, NULL);
  fflush(stdout);
  if (fork() == 0) {
    usleep(20000);
    kill(parent, SIGSTOP);
    usleep(20000);
    kill(parent, SIGCONT);
    _exit(0);
  }
  struct ts64 want = {0, 100000000}, left = {9, 9};
  int64_t before = wide_clock(1);
  show("stopped and continued", syscall(SYS_clock_nanosleep_time64, 1, 0, &want, &left));
  check("slept to the end", wide_clock(1) - before >= 100000000);
  wait(NULL);
  if (fork() == 0) {
    usleep(20000);
    kill(parent, SIGUSR1);
    _exit(0);
  }
  struct ts32 want32 = {5, 0}, left32 = {9, 9};
  show("interrupted", syscall(SYS_nanosleep, &want32, &left32));
  check("most is left", left32.sec == 4 && left32.nsec < 1000000000);
  wait(NULL);
}

static volatile int stop;

static void *spin(void *unused) {
  while (!stop);
  return NULL;
}

/* Another thread's work is what the process's clock counts, and one can sleep on it. */
static void cpu_time(void) {
  int64_t thread = wide_clock(3), process = wide_clock(2);
  burn(30000000);
  check("thread's time", wide_clock(3) - thread >= 30000000);
  check("process's time", wide_clock(2) - process >= 30000000);
  pthread_t other;
  pthread_create(&other, NULL, spin, NULL);
  process = wide_clock(2);
  thread = wide_clock(3);
  show("sleep on CPU time", syscall(SYS_clock_nanosleep_time64, 2, 0, &(struct ts64){0, 60000000}, NULL));
  check("it passed", wide_clock(2) - process >= 60000000);
  check("not here", wide_clock(3) - thread < 30000000);
  clockid_t clock;
  pthread_getcpuclockid(other, &clock);
  int64_t until = wide_clock(clock) + 40000000;
  struct ts64 t = {until / 1000000000, until % 1000000000};
  show("until a thread's CPU time", syscall(SYS_clock_nanosleep_time64, clock, TIMER_ABSTIME, &t, NULL));
  check("it passed", wide_clock(clock) >= until);
  stop = 1;
  pthread_join(other, NULL);
  struct tms tms;
  long ticks = syscall(SYS_times, &tms);
  check("times", ticks > 0 && tms.tms_utime + tms.tms_stime >= 8 && tms.tms_cutime == 0);
  struct rusage usage;
  show("getrusage", syscall(SYS_getrusage, RUSAGE_SELF, &usage));
  check("user time", usage.ru_utime.tv_sec > 0 || usage.ru_utime.tv_usec + usage.ru_stime.tv_usec >= 80000);
  check("memory", usage.ru_maxrss > 0 && usage.ru_minflt > 0);
  fflush(stdout);
  if (fork() == 0) {
    burn(50000000);
    _exit(0);
  }
  wait(NULL);
  show("children", syscall(SYS_getrusage, RUSAGE_CHILDREN, &usage));
  check("their time", usage.ru_utime.tv_sec > 0 || usage.ru_utime.tv_usec + usage.ru_stime.tv_usec >= 40000);
  show("thread", syscall(SYS_getrusage, RUSAGE_THREAD, &usage));
  show("who", syscall(SYS_getrusage, 7, &usage));
  show("bad", syscall(SYS_getrusage, 0, (void *)8));
  show("times bad", syscall(SYS_times, (void *)8));
}

/* Reading the clock discipline; changing it takes a privilege. */
static void discipline(void) {
  char buffer[256] = {};
  long state = syscall(SYS_adjtimex, buffer);
  check("adjtimex", state >= 0 && state <= 5);
  memset(buffer, 0, sizeof buffer);
  check("clock_adjtime", syscall(SYS_clock_adjtime, 0, buffer) == state);
  memset(buffer, 0, sizeof buffer);
  check("clock_adjtime64", syscall(SYS_clock_adjtime64, 0, buffer) == state);
  memset(buffer, 0, sizeof buffer);
  show("of the monotonic clock", syscall(SYS_clock_adjtime64, 1, buffer));
  show("of no clock", syscall(SYS_clock_adjtime, 99, buffer));
  show("bad", syscall(SYS_adjtimex, (void *)8));
  setresuid(1000, 1000, 1000);
  *(uint32_t *)buffer = ADJ_FREQUENCY;
  show("user: frequency", syscall(SYS_adjtimex, buffer));
  *(uint32_t *)buffer = 0xa001;
  check("user: what is left of adjtime", syscall(SYS_adjtimex, buffer) == state);
  *(uint32_t *)buffer = 0x8000;
  show("user: adjtime without offset", syscall(SYS_adjtimex, buffer));
}

int main(void) {
  reading();
  sleeping();
  interrupted();
  cpu_time();
  in_child("discipline", discipline);
  return 0;
}
