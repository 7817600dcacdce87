/* Sealed memory files: prints only what is the same on every run. */
/* Calls: memfd_create fcntl64 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 16
#endif

static void show(const char *what, long result) {
  if (result == -1) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
}

static void *map(int fd, int prot, int flags) { return mmap(NULL, 4096, prot, flags, fd, 0); }

static void mapped(const char *what, void *at) {
  if (at == MAP_FAILED) show(what, -1);
  else {
    printf("%s: mapped\n", what);
    munmap(at, 4096);
  }
}

int main(void) {
  char page[4096] = "content";
  int plain = memfd_create("plain", 0);
  show("seals", fcntl(plain, F_GET_SEALS));
  show("add", fcntl(plain, F_ADD_SEALS, F_SEAL_WRITE));
  int fd = memfd_create("sealed", MFD_ALLOW_SEALING | MFD_CLOEXEC);
  show("seals", fcntl(fd, F_GET_SEALS));
  show("write", write(fd, page, 4096));
  show("write", write(fd, page, 4096));
  show("unknown", fcntl(fd, F_ADD_SEALS, 0x1000));
  show("no shrinking", fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK));
  show("shrink", ftruncate(fd, 4096));
  show("grow", ftruncate(fd, 12288));
  show("no growing", fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
  show("grow", ftruncate(fd, 12289));
  show("allocate", fallocate(fd, 0, 0, 20000));
  show("write within", pwrite(fd, page, 10, 12278));
  show("write behind", pwrite(fd, page, 10, 12288));
  show("write across", pwrite(fd, page, 4096, 8192 + 4));
  void *shared = map(fd, PROT_READ | PROT_WRITE, MAP_SHARED);
  show("no writing, mapped", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
  show("no more writing", fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE));
  strcpy(shared, "through the mapping");
  show("write", pwrite(fd, page, 10, 0));
  mapped("shared", map(fd, PROT_READ | PROT_WRITE, MAP_SHARED));
  void *readable = map(fd, PROT_READ, MAP_SHARED);
  printf("%s\n", (char *)readable);
  show("make it writable", mprotect(readable, 4096, PROT_READ | PROT_WRITE));
  munmap(readable, 4096);
  munmap(shared, 4096);
  show("no writing", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
  show("punch", fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096));
  mapped("shared", map(fd, PROT_READ | PROT_WRITE, MAP_SHARED));
  mapped("private", map(fd, PROT_READ | PROT_WRITE, MAP_PRIVATE));
  show("no sealing", fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL));
  show("add", fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
  printf("seals: %x\n", fcntl(fd, F_GET_SEALS));
  memset(page, 0, sizeof page);
  show("read", pread(fd, page, 4096, 0));
  printf("%s\n", page);
  show("not sealable", fcntl(1, F_GET_SEALS));
  return 0;
}
