/* Limits that bite. */
/* Calls: prlimit64 ugetrlimit setrlimit */
#include "family.h"

struct limit64 {
  uint64_t current, max;
};

static void limit(int resource, unsigned long current, unsigned long max) {
  struct rlimit limit = {current, max};
  if (syscall(SYS_setrlimit, resource, &(unsigned long[2]){current, max})) printf("setrlimit: %s\n", error_name(errno));
}

static void values(void) {
  struct limit64 set = {100, 200}, old;
  show("prlimit", syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &set, NULL));
  show("prlimit old", syscall(SYS_prlimit64, getpid(), RLIMIT_NOFILE, NULL, &old));
  printf("%d %d\n", (int)old.current, (int)old.max);
  set = (struct limit64){300, 200};
  show("soft above hard", syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &set, NULL));
  show("resource", syscall(SYS_prlimit64, 0, 99, NULL, &old));
  show("no such", syscall(SYS_prlimit64, 0x3ffffff, RLIMIT_NOFILE, NULL, &old));
  setresuid(1000, 1000, 1000);
  set = (struct limit64){50, 201};
  show("user: raise", syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &set, NULL));
  show("user: of init", syscall(SYS_prlimit64, 1, RLIMIT_NOFILE, NULL, &old));
  unsigned long words[2];
#ifdef SYS_ugetrlimit
  show("getrlimit", syscall(SYS_ugetrlimit, RLIMIT_NOFILE, words));
#else
  show("getrlimit", syscall(SYS_getrlimit, RLIMIT_NOFILE, words));
#endif
  printf("%lu %lu\n", words[0], words[1]);
}

static void files(void) {
  limit(RLIMIT_NOFILE, 20, 20);
  int fd, count = 0;
  while ((fd = dup(0)) >= 0) count = fd;
  printf("last %d: %s\n", count, error_name(errno));
  show("dup2 above", dup2(0, 20));
  show("fcntl above", fcntl(0, F_DUPFD, 20));
  int pair[2];
  close(19);
  show("pipe for two", pipe(pair));
  show("open", open("/dev/null", O_RDONLY));
  show("open", open("/dev/null", O_RDONLY));
}

static volatile int signals;
static void handler(int signal) { signals++; }

static void file_size(void) {
  char name[] = "rlimits-XXXXXX", block[3000] = {};
  int fd = mkstemp(name);
  unlink(name);
  limit(RLIMIT_FSIZE, 4096, 8192);
  signal(SIGXFSZ, handler);
  show("write", write(fd, block, 3000));
  show("partly", write(fd, block, 3000));
  show("nothing", write(fd, block, 3000));
  printf("signals %d\n", signals);
  show("truncate", ftruncate(fd, 5000));
  show("pwrite", pwrite(fd, block, 1, 4096));
  printf("signals %d\n", signals);
  limit(RLIMIT_FSIZE, 8192, 8192);
  show("raised", write(fd, block, 3000));
  signal(SIGXFSZ, SIG_DFL);
  fflush(stdout);
  limit(RLIMIT_FSIZE, 0, 0);
  pwrite(fd, block, 1, 9000);
}

static void cpu_time(void) {
  limit(RLIMIT_CPU, 1, 2);
  signal(SIGXCPU, handler);
  int64_t begin = now_on(CLOCK_PROCESS_CPUTIME_ID);
  while (!signals);
  check("after a second", now_on(CLOCK_PROCESS_CPUTIME_ID) >= 500000000);
  fflush(stdout);
  for (;;);
}

static void processes(void) {
  setresuid(54321, 54321, 54321);
  limit(RLIMIT_NPROC, 3, 3);
  int born = 0;
  fflush(stdout);
  for (int i = 0; i < 5; i++) {
    pid_t child = fork();
    if (child == 0) {
      for (;;) pause();
    }
    if (child < 0) {
      printf("after %d: %s\n", born, error_name(errno));
      break;
    }
    born++;
  }
  kill(-1, SIGKILL);
}

static void run_processes(void) {
  setpgid(0, 0);
  processes();
}

static void *sleeper(void *unused) {
  for (;;) pause();
}

static void address_space(void) {
  limit(RLIMIT_AS, 64 << 20, 64 << 20);
  void *small = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  void *large = mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  check("small", small != MAP_FAILED);
  show("large", large == MAP_FAILED ? -1 : 0);
  show("grow", mremap(small, 1 << 20, 64 << 20, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
  check("malloc", malloc(80 << 20) == NULL && errno == ENOMEM);
  void *brk = sbrk(80 << 20);
  check("brk", brk == (void *)-1);
}

static void data(void) {
  limit(RLIMIT_DATA, 4 << 20, 4 << 20);
  show("writable", mmap(NULL, 8 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
  show("to read", mmap(NULL, 8 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
  show("shared", mmap(NULL, 8 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
}

int main(void) {
  in_child("values", values);
  in_child("files", files);
  in_child("file size", file_size);
  in_child("CPU time", cpu_time);
  in_child("processes", run_processes);
  in_child("address space", address_space);
  in_child("data", data);
  return 0;
}
