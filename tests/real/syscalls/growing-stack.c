/* Memory that grows downwards (MAP_GROWSDOWN): page by page and in leaps, up to the gap that other mappings keep. */
/* Calls: mmap2 munmap mprotect rt_sigaction */
#include "show.h"
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#define PAGE 4096L
#define GAP (256 * PAGE)

static sigjmp_buf back;

static void fault(int signal) { siglongjmp(back, signal); }

/* Writes a byte and reads it again: 1, or 0 where that faults. */
static int touch(volatile char *at) {
  if (sigsetjmp(back, 1) != 0) return 0;
  *at = 77;
  return *at == 77;
}

/* Room without anything in it. */
static char *room(long bytes) {
  char *at = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED || munmap(at, bytes) < 0) perror("room");
  return at;
}

static char *growing(char *at, long bytes) {
  void *mapped = mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN, -1, 0);
  return mapped == MAP_FAILED ? NULL : mapped;
}

int main(void) {
  struct sigaction action = {.sa_handler = fault};
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);

  char *base = room(16 * GAP), *start = base + 12 * GAP;
  printf("mapped where it was wanted: %d\n", growing(start, PAGE) == start);
  int pages = 0;
  for (int i = 1; i <= 100; i++) pages += touch(start - i * PAGE);
  printf("pages below: %d of 100\n", pages);
  printf("a leap of 300 pages: %d\n", touch(start - 400 * PAGE));
  int between = 0;
  for (int i = 101; i < 400; i++) between += start[-i * PAGE] == 0;
  printf("what lies between is there, zero: %d of 299\n", between);

  /* Another mapping below keeps a gap of 256 pages. */
  char *end = start - 400 * PAGE, *fence = end - 2 * GAP;
  void *below = mmap(fence, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  printf("a mapping below: %d\n", below == fence);
  printf("down to the gap: %d\n", touch(fence + PAGE + GAP));
  printf("into the gap: %d\n", touch(fence + GAP));
  printf("the one below is as it was: %d\n", touch(fence));

  /* Without access rights below, the gap is not needed. */
  mprotect(fence, PAGE, PROT_NONE);
  printf("into the gap over a mapping without rights: %d\n", touch(fence + 3 * PAGE));
  printf("over it: %d\n", touch(fence));

  /* What does not grow does not. */
  char *plain = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(room(2 * GAP), 2 * GAP);
  plain = mmap(base + GAP, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  printf("below plain memory: %d\n", touch(plain - PAGE));
  return 0;
}
