/* Memory: mapping, moving, protecting, locking and advising. */
/* Calls: mmap2 munmap mprotect mremap msync mincore madvise mlock mlock2 munlock mlockall munlockall brk
   remap_file_pages pkey_alloc pkey_mprotect pkey_free membarrier */
#include "family.h"
#include <setjmp.h>

#define PAGE 4096

static sigjmp_buf back_again;
static volatile int code;

static void faulted(int signal, siginfo_t *info, void *context) {
  code = signal == SIGBUS ? 100 : info->si_code;
  siglongjmp(back_again, 1);
}

static const char *access_of(volatile char *at, int write) {
  code = 0;
  if (!sigsetjmp(back_again, 1)) {
    if (write) *at = 1;
    else (void)*at;
  }
  return code == 0 ? "fine" : code == SEGV_MAPERR ? "nothing there" : code == SEGV_ACCERR ? "not allowed" : "SIGBUS";
}

static char *map(size_t length, int prot, int flags) { return mmap(NULL, length, prot, flags | MAP_ANONYMOUS, -1, 0); }

static void mapping(void) {
  char *a = map(4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
  check("zeroes", a[0] == 0 && a[4 * PAGE - 1] == 0);
  show("hole", munmap(a + PAGE, PAGE));
  printf("in the hole: %s\n", access_of(a + PAGE, 0));
  printf("behind: %s\n", access_of(a + 2 * PAGE, 1));
  check("fixed", mmap(a + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == a + PAGE);
  printf("read-only: %s, %s\n", access_of(a + PAGE, 0), access_of(a + PAGE, 1));
  show("no replace", mmap(a, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED ? -1 : 0);
  show("length 0", mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
  show("fixed unaligned", mmap(a + 1, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED ? -1 : 0);
  show("neither private nor shared", mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
  show("no file", mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 99, 0) == MAP_FAILED ? -1 : 0);
  show("too long", mmap(NULL, 0xfffff000, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
  show("munmap unaligned", munmap(a + 1, PAGE));
  show("munmap of nothing", munmap(a, 0));
  show("munmap of a hole", munmap(a, 4 * PAGE));
  printf("gone: %s\n", access_of(a, 0));
}

static void file_mapping(void) {
  char name[] = "memory-XXXXXX";
  int fd = mkstemp(name);
  unlink(name);
  ftruncate(fd, PAGE + 100);
  char *shared = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  char *private = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  strcpy(shared, "hello");
  printf("private sees %s\n", private);
  strcpy(private, "mine");
  printf("shared has %s, private %s\n", shared, private);
  show("msync", msync(shared, PAGE, MS_SYNC));
  char text[8] = "";
  pread(fd, text, 5, 0);
  printf("the file has %s\n", text);
  printf("last page: %s, behind the end: %s\n", access_of(shared + PAGE + 200, 0), access_of(shared + 2 * PAGE, 0));
  show("msync both", msync(shared, PAGE, MS_SYNC | MS_ASYNC));
  show("msync unaligned", msync(shared + 1, PAGE, MS_SYNC));
  show("msync hole", msync(shared, 3 * PAGE, MS_ASYNC));
  show("remap_file_pages", syscall(SYS_remap_file_pages, shared, PAGE, 0, 1, 0));
  strcpy(shared + PAGE, "second");
  printf("moved: %.6s\n", shared);
  show("remap of private", syscall(SYS_remap_file_pages, private, PAGE, 0, 1, 0));
  show("remap with prot", syscall(SYS_remap_file_pages, shared, PAGE, 1, 1, 0));
  int readonly = open("/dev/zero", O_RDONLY);
  show("shared write of a file to read", mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, readonly, 0) == MAP_FAILED ? -1 : 0);
  char *zero = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, readonly, 0);
  check("/dev/zero", zero != MAP_FAILED && zero[5] == 0);
  ftruncate(fd, 0);
  printf("truncated: %s\n", access_of(private, 0));
}

static void moving(void) {
  char *a = map(2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
  strcpy(a, "one"), strcpy(a + PAGE, "two");
  char *b = mremap(a, 2 * PAGE, 64 * PAGE, MREMAP_MAYMOVE);
  check("grown", b != MAP_FAILED && !strcmp(b, "one") && !strcmp(b + PAGE, "two") && b[63 * PAGE] == 0);
  check("shrunk", mremap(b, 64 * PAGE, PAGE, 0) == b);
  printf("cut off: %s\n", access_of(b + PAGE, 0));
  char *target = map(4 * PAGE, PROT_READ, MAP_PRIVATE);
  check("fixed", mremap(b, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target) == target && !strcmp(target, "one"));
  printf("old place: %s\n", access_of(b, 0));
  char *copy = mremap(target, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP);
  check("left behind", copy != MAP_FAILED && !strcmp(copy, "one") && target[0] == 0);
  char *block = map(2 * PAGE, PROT_READ, MAP_PRIVATE);
  show("no room", mremap(block, PAGE, 2 * PAGE, 0) == MAP_FAILED ? -1 : 0);
  show("nothing there", mremap(b, PAGE, PAGE * 2, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
  show("fixed without move", mremap(copy, PAGE, PAGE, MREMAP_FIXED, target) == MAP_FAILED ? -1 : 0);
  show("flags", mremap(copy, PAGE, PAGE, 64) == MAP_FAILED ? -1 : 0);
  show("to length 0", mremap(copy, PAGE, 0, 0) == MAP_FAILED ? -1 : 0);
  show("overlapping", mremap(block, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, block + PAGE) == MAP_FAILED ? -1 : 0);
}

static void protecting(void) {
  char *a = map(3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
  a[0] = a[PAGE] = a[2 * PAGE] = 7;
  show("none", mprotect(a + PAGE, PAGE, PROT_NONE));
  printf("%s, %s, %s\n", access_of(a, 1), access_of(a + PAGE, 0), access_of(a + 2 * PAGE, 1));
  show("back", mprotect(a + PAGE, PAGE, PROT_READ));
  printf("%d, %s\n", a[PAGE], access_of(a + PAGE, 1));
  show("unaligned", mprotect(a + 1, PAGE, PROT_READ));
  munmap(a + PAGE, PAGE);
  show("over a hole", mprotect(a, 3 * PAGE, PROT_READ));
  printf("before the hole: %s, behind: %s\n", access_of(a, 1), access_of(a + 2 * PAGE, 1));
  show("flags", mprotect(a, PAGE, PROT_READ | 0x40));
  show("pkey_alloc flags", syscall(SYS_pkey_alloc, 1, 0));
  check("pkey_mprotect without a key", syscall(SYS_pkey_mprotect, a, PAGE, PROT_READ, -1) == 0);
  show("pkey_mprotect of no key", syscall(SYS_pkey_mprotect, a, PAGE, PROT_READ, 77));
  show("pkey_free of no key", syscall(SYS_pkey_free, 77));
}

static void advising(void) {
  char *a = map(4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
  memset(a, 7, 4 * PAGE);
  show("DONTNEED", madvise(a, PAGE, MADV_DONTNEED));
  printf("%d %d\n", a[0], a[PAGE]);
  show("FREE", madvise(a + PAGE, PAGE, MADV_FREE));
  a[PAGE] = 3;
  printf("%d\n", a[PAGE]);
  show("WIPEONFORK", madvise(a + 2 * PAGE, PAGE, MADV_WIPEONFORK));
  show("DONTFORK", madvise(a + 3 * PAGE, PAGE, MADV_DONTFORK));
  fflush(stdout);
  if (fork() == 0) {
    printf("child: %d %d, %s\n", a[PAGE], a[2 * PAGE], access_of(a + 3 * PAGE, 0));
    fflush(stdout);
    _exit(0);
  }
  wait(NULL);
  printf("parent: %d %d\n", a[2 * PAGE], a[3 * PAGE]);
  for (int advice = 0; advice <= 4; advice++) show("ordinary advice", madvise(a, PAGE, advice));
  show("POPULATE_READ", madvise(a, 4 * PAGE, MADV_POPULATE_READ));
  show("POPULATE_WRITE", madvise(a, 4 * PAGE, MADV_POPULATE_WRITE));
  show("COLD", madvise(a, PAGE, MADV_COLD));
  show("DONTDUMP", madvise(a, PAGE, MADV_DONTDUMP));
  show("advice", madvise(a, PAGE, 555));
  show("unaligned", madvise(a + 1, PAGE, MADV_NORMAL));
  munmap(a + PAGE, PAGE);
  show("over a hole", madvise(a, 3 * PAGE, MADV_NORMAL));
  show("REMOVE of private", madvise(a, PAGE, MADV_REMOVE));
  char *s = map(2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);
  s[0] = 5;
  show("DONTNEED of shared", madvise(s, PAGE, MADV_DONTNEED));
  printf("%d\n", s[0]);
  show("REMOVE of shared", madvise(s, PAGE, MADV_REMOVE));
  printf("%d\n", s[0]);
  unsigned char there[4] = {9, 9, 9, 9};
  char *m = map(3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
  m[PAGE] = 1;
  show("mincore", mincore(m, 3 * PAGE, there));
  printf("%d %d %d\n", there[0] & 1, there[1] & 1, there[2] & 1);
  show("mincore unaligned", mincore(m + 1, PAGE, there));
  munmap(m, PAGE);
  show("mincore hole", mincore(m, 2 * PAGE, there));
  show("mincore bad", mincore(m + PAGE, PAGE, (void *)8));
  char *p = map(2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_POPULATE);
  mincore(p, 2 * PAGE, there);
  printf("populated %d %d\n", there[0] & 1, there[1] & 1);
}

static void locking(void) {
  char *a = map(4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
  unsigned char there[4];
  show("mlock", mlock(a + 5, 10));
  show("mlock2", syscall(SYS_mlock2, a + PAGE, PAGE, 0));
  show("mlock2 on fault", syscall(SYS_mlock2, a + 2 * PAGE, PAGE, 1));
  mincore(a, 4 * PAGE, there);
  printf("%d %d %d\n", there[0] & 1, there[1] & 1, there[2] & 1);
  show("DONTNEED of locked", madvise(a, PAGE, MADV_DONTNEED));
  show("invalidate locked", msync(a, PAGE, MS_INVALIDATE));
  show("munlock", munlock(a, 4 * PAGE));
  show("mlock2 flags", syscall(SYS_mlock2, a, PAGE, 2));
  show("mlockall", mlockall(MCL_CURRENT));
  show("munlockall", munlockall());
  show("mlockall flags", mlockall(8));
  show("mlockall on fault alone", mlockall(4));
  munmap(a + PAGE, PAGE);
  show("mlock over a hole", mlock(a, 3 * PAGE));
  munlockall();
  struct rlimit limit = {2 * PAGE, 2 * PAGE};
  setrlimit(RLIMIT_MEMLOCK, &limit);
  setresuid(1000, 1000, 1000);
  char *b = map(4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
  show("user: two pages", mlock(b, 2 * PAGE));
  show("user: the same", mlock(b, 2 * PAGE));
  show("user: one more", mlock(b + 2 * PAGE, PAGE));
  show("user: locked mapping", mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0) == MAP_FAILED ? -1 : 0);
  show("user: all", mlockall(MCL_CURRENT));
}

static void breaking(void) {
  char *start = (char *)syscall(SYS_brk, 0);
  check("grown", (char *)syscall(SYS_brk, start + 3 * PAGE) == start + 3 * PAGE && start[2 * PAGE] == 0);
  start[2 * PAGE] = 4;
  check("shrunk", (char *)syscall(SYS_brk, start + PAGE) == start + PAGE);
  check("new again", (char *)syscall(SYS_brk, start + 3 * PAGE) == start + 3 * PAGE && start[2 * PAGE] == 0);
  check("too low", (char *)syscall(SYS_brk, 4096) == start + 3 * PAGE);
  struct rlimit limit = {PAGE, PAGE};
  setrlimit(RLIMIT_DATA, &limit);
  check("limited", (char *)syscall(SYS_brk, start + 100 * PAGE) == start + 3 * PAGE);
}

static int recursive(int depth) {
  volatile char room[4096];
  room[0] = depth;
  return depth == 0 ? room[0] : recursive(depth - 1) + room[0];
}

static void grows(void) {
  recursive(1500);
  printf("6 MB of stack\n");
  fflush(stdout);
  recursive(1000000);
}

static void limited_stack(void) {
  struct rlimit limit = {1 << 20, 1 << 20};
  setrlimit(RLIMIT_STACK, &limit);
  recursive(100);
  printf("400 KB\n");
  fflush(stdout);
  recursive(1500);
}

static void barriers(void) {
  long known = syscall(SYS_membarrier, 0, 0, 0);
  check("commands", (known & 0x1f) == 0x1f);
  show("global", syscall(SYS_membarrier, 1, 0, 0));
  show("private without registration", syscall(SYS_membarrier, 8, 0, 0));
  show("register", syscall(SYS_membarrier, 16, 0, 0));
  show("private", syscall(SYS_membarrier, 8, 0, 0));
  show("command", syscall(SYS_membarrier, 3, 0, 0));
  show("flags", syscall(SYS_membarrier, 0, 1, 0));
}

int main(void) {
  struct sigaction action = {.sa_sigaction = faulted, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, NULL), sigaction(SIGBUS, &action, NULL);
  in_child("mapping", mapping);
  in_child("files", file_mapping);
  in_child("moving", moving);
  in_child("protecting", protecting);
  in_child("advising", advising);
  in_child("locking", locking);
  in_child("break", breaking);
  in_child("barriers", barriers);
  signal(SIGSEGV, SIG_DFL);
  in_child("stack", grows);
  in_child("limited stack", limited_stack);
  return 0;
}
