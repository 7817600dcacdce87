/* The old mmap, whose arguments lie in memory; mmap2 with its offset in pages. */
/* Only: ia32 */
/* Calls: mmap mmap2 ugetrlimit getrlimit setrlimit */
#include "family.h"

static long old(unsigned address, unsigned length, unsigned prot, unsigned flags, int fd, unsigned offset) {
  unsigned block[6] = {address, length, prot, flags, fd, offset};
  return syscall(SYS_mmap, block);
}

int main(void) {
  char name[] = "mmap-XXXXXX";
  int fd = mkstemp(name);
  unlink(name);
  ftruncate(fd, 8192);
  pwrite(fd, "first", 5, 0), pwrite(fd, "second", 6, 4096);
  char *a = (char *)old(0, 8192, PROT_READ, MAP_PRIVATE, fd, 0), *b = (char *)old(0, 4096, PROT_READ, MAP_SHARED, fd, 4096);
  printf("%s %s %s\n", a, a + 4096, b);
  show("unaligned offset", old(0, 4096, PROT_READ, MAP_PRIVATE, fd, 100));
  show("no file", old(0, 4096, PROT_READ, MAP_PRIVATE, 99, 0));
  show("bad block", syscall(SYS_mmap, 8));
  char *c = (char *)syscall(SYS_mmap2, 0, 4096, PROT_READ, MAP_PRIVATE, fd, 1);
  printf("%s\n", c);
  struct { unsigned current, max; } narrow, unsigned_form;
  show("getrlimit", syscall(SYS_getrlimit, RLIMIT_CPU, &narrow));
  show("ugetrlimit", syscall(SYS_ugetrlimit, RLIMIT_CPU, &unsigned_form));
  printf("no limit: %x %x\n", narrow.current, unsigned_form.current);
  narrow.current = narrow.max = 5000;
  show("setrlimit", syscall(SYS_setrlimit, RLIMIT_CPU, &narrow));
  show("getrlimit", syscall(SYS_getrlimit, RLIMIT_CPU, &narrow));
  printf("%d %d\n", narrow.current, narrow.max);
  show("resource", syscall(SYS_getrlimit, 99, &narrow));
  show("resource", syscall(SYS_setrlimit, 99, &narrow));
  return 0;
}
