/* Processes: fork, vfork, exec, wait, pipes, shared memory, what a new program finds. */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

static int data = 11;

static void forks(void) {
  int stack = 22;
  int *common = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < 20; i++) {
    pid_t child = fork();
    if (child == 0) {
      data += i;
      stack += i;
      common[i] = data * 100 + stack;
      _exit(i);
    }
    int status;
    if (waitpid(child, &status, 0) != child || WEXITSTATUS(status) != i) printf("child %d: %x\n", i, status);
  }
  int sum = 0;
  for (int i = 0; i < 20; i++) sum += common[i];
  printf("sum %d data %d stack %d\n", sum, data, stack);
}

static void pipeline(void) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC)) perror("pipe2");
  pid_t child = fork();
  if (child == 0) {
    for (int i = 0; i < 1000; i++) {
      char line[32];
      int n = snprintf(line, sizeof line, "line %d\n", i);
      if (write(ends[1], line, n) != n) _exit(1);
    }
    _exit(0);
  }
  close(ends[1]);
  long total = 0, sum = 0;
  char block[512];
  int got;
  while ((got = read(ends[0], block, sizeof block)) > 0) {
    total += got;
    for (int i = 0; i < got; i++) sum = sum * 31 + block[i];
  }
  int status;
  wait(&status);
  printf("%ld bytes, hash %lx, status %d\n", total, sum, status);
}

static void execs(char *self) {
  pid_t child = vfork();
  if (child == 0) {
    execl(self, self, "one", "two words", "", (char *)0);
    _exit(9);
  }
  int status;
  waitpid(child, &status, 0);
  printf("exit %d\n", WEXITSTATUS(status));
  child = vfork();
  if (child == 0) {
    execl("/nowhere", "x", (char *)0);
    _exit(errno);
  }
  waitpid(child, &status, 0);
  printf("exec of nothing: %s\n", strerror(WEXITSTATUS(status)));
}

int main(int argc, char **argv) {
  setvbuf(stdout, 0, _IOLBF, 0);
  /* An emulator of programs alone cannot do this part. */
  if (argc > 1 && !strcmp(argv[1], "exec")) {
    execs(argv[0]);
    return 0;
  }
  if (argc > 1) {
    for (int i = 1; i < argc; i++) printf("argument '%s'\n", argv[i]);
    return 5;
  }
  struct utsname name;
  uname(&name);
  printf("machine %s page %ld platform %s\n", name.machine, getauxval(AT_PAGESZ), (char *)getauxval(AT_PLATFORM));
  unsigned long hwcap = getauxval(AT_HWCAP), expected = 0x1fb0d7;
  printf("hwcap %lx vdso %lx secure %lu\n", hwcap & expected, getauxval(AT_SYSINFO_EHDR), getauxval(AT_SECURE));
  forks();
  pipeline();
  struct rlimit limit;
  getrlimit(RLIMIT_STACK, &limit);
  printf("stack limit %lld\n", (long long)limit.rlim_cur);
  printf("no such call: %ld %s\n", syscall(1000), strerror(errno));
  return 0;
}
