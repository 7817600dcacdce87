/* When there is a core file, and which. Changes /proc/sys/kernel/core_pattern: not to be run on a machine of one's own. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void setting(const char *path, const char *text) {
  int fd = open(path, O_WRONLY);
  if (fd < 0 || write(fd, text, strlen(text)) < 0) perror(path);
  close(fd);
}

static void limit(rlim_t bytes) {
  struct rlimit value = {bytes, RLIM_INFINITY};
  setrlimit(RLIMIT_CORE, &value);
}

static void die(int signo) {
  signal(signo, SIG_DFL);
  raise(signo);
  _exit(1);
}

static pid_t last;

/* What becomes of a process that sets itself up so and dies of the signal. */
static int dump(const char *what, int signo, void (*prepare)(void)) {
  last = fork();
  if (last == 0) {
    if (prepare) prepare();
    die(signo);
  }
  int status;
  waitpid(last, &status, 0);
  printf("%s: ", what);
  if (!WIFSIGNALED(status) || WTERMSIG(status) != signo) printf("status %x ", status);
  fputs(WCOREDUMP(status) ? "core dumped" : "no core", stdout);
  return WCOREDUMP(status);
}

static off_t size_of(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 ? status.st_size : -1;
}

/* Bytes of the core file of a process that sets itself up so. */
static off_t size_after(void (*prepare)(void)) {
  pid_t child = fork();
  if (child == 0) {
    prepare();
    die(SIGSEGV);
  }
  waitpid(child, NULL, 0);
  off_t bytes = size_of("core");
  unlink("core");
  return bytes;
}

static void none(void) { limit(0); }
static void small(void) { limit(20000); }
static void hidden(void) { prctl(PR_SET_DUMPABLE, 0); }
static void user(void) {
  setuid(1000);
  prctl(PR_SET_DUMPABLE, 1);
}

static char *much;
static void touch(void) {
  much = mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(much, 1, 4 << 20);
}
static void advise(void) {
  touch();
  madvise(much, 4 << 20, MADV_DONTDUMP);
}
static void filter(void) {
  touch();
  setting("/proc/self/coredump_filter", "0x10");
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  mount("proc", "/proc", "proc", 0, NULL);
  limit(RLIM_INFINITY);
  struct stat status;

  dump("no limit", SIGSEGV, NULL);
  stat("core", &status);
  printf(", core %04o\n", status.st_mode & 07777);
  off_t plain = status.st_size;
  unlink("core");
  dump("limit 0", SIGSEGV, none);
  puts(size_of("core") < 0 ? "" : ", but a file");
  dump("small limit", SIGSEGV, small);
  stat("core", &status);
  puts(status.st_blocks * 512 <= 24576 ? ", within the limit" : ", too long");
  unlink("core");
  dump("not dumpable", SIGSEGV, hidden);
  puts("");

  close(open("core", O_CREAT | O_WRONLY, 0666));
  chmod("core", 0666);
  dump("another's file", SIGSEGV, user);
  puts("");
  unlink("core");
  mkdir("core", 0700);
  dump("a directory in its place", SIGSEGV, NULL);
  puts("");
  rmdir("core");
  symlink("elsewhere", "core");
  dump("link in its place", SIGSEGV, NULL);
  puts(size_of("elsewhere") < 0 ? "" : ", followed");
  unlink("core");

  char name[64];
  setting("/proc/sys/kernel/core_uses_pid", "1");
  dump("core_uses_pid", SIGSEGV, NULL);
  snprintf(name, sizeof name, "core.%d", last);
  puts(size_of(name) > 0 ? ", by its number" : ", elsewhere");
  unlink(name);
  setting("/proc/sys/kernel/core_uses_pid", "0");
  setting("/proc/sys/kernel/core_pattern", "/tmp/dump.%e.%s%%");
  dump("pattern", SIGSEGV, NULL);
  puts(size_of("/tmp/dump.program.11%") > 0 ? ", /tmp/dump.program.11%" : ", elsewhere");
  unlink("/tmp/dump.program.11%");
  setting("/proc/sys/kernel/core_pattern", "|/program %p");
  dump("pipe", SIGSEGV, NULL);
  puts("");
  setting("/proc/sys/kernel/core_pattern", "core");

  off_t with = size_after(touch), advised = size_after(advise), filtered = size_after(filter);
  printf("with 4 MiB of memory: %s\n", with > plain + (4 << 20) - 65536 ? "more" : "as much");
  printf("MADV_DONTDUMP: %s\n", advised < plain + 65536 ? "less" : "as much");
  printf("filter without private memory: %s\n", filtered < plain ? "less" : "as much");

  pid_t child = fork();
  if (child == 0) die(SIGABRT);
  siginfo_t info;
  waitid(P_PID, child, &info, WEXITED);
  printf("waitid: code %d status %d\n", info.si_code, info.si_status);
  unlink("core");
  dump("SIGKILL", SIGKILL, NULL);
  puts("");
  dump("SIGTERM", SIGTERM, NULL);
  puts("");
  return 0;
}
