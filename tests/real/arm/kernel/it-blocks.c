/*
 * Signals within IT blocks: a handler that returns, and the rest of the block runs or does not as if there had
 * been none. Faults at every place of a block, and timer signals at whatever instruction they come.
 * With the argument "inside" it says whether one of the latter came within a block.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>

static volatile int faults, places, alarms, inside;
static char *page;

/* Counts the place in the block, by what is left of ITSTATE; spoils the flags. */
static void repair(int signo, siginfo_t *info, void *context) {
  unsigned long cpsr = ((ucontext_t *)context)->uc_mcontext.arm_cpsr;
  unsigned it = (cpsr >> 25 & 3) | (cpsr >> 8 & 0xfc);
  faults++;
  places = places * 100 + it;
  mprotect(page, 4096, PROT_READ | PROT_WRITE);
}

static void on_alarm(int signo, siginfo_t *info, void *context) {
  unsigned long cpsr = ((ucontext_t *)context)->uc_mcontext.arm_cpsr;
  volatile unsigned long long spoil = 0x123456789ull;
  spoil /= 7;
  alarms++;
  if (cpsr & 0x0600fc00) inside++;
}

static void on(int signo, void (*handler)(int, siginfo_t *, void *)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigaction(signo, &action, 0);
}

/*
 * Each: r0 address, r1 what decides; gives what was done as decimal digits. A place that must not run adds 9.
 * ITSTATE is in the frame as it is for the instruction that faulted.
 */
__asm__(".syntax unified\n .arch armv7-a\n .thumb\n .text\n .balign 4\n"
        ".global first_place, third_place, else_place, last_place, by_halves, it_loop\n"
        ".thumb_func\nfirst_place:\n mov r2, #0\n cmp r1, #1\n"
        " itete eq\n ldreq r3, [r0]\n movne r2, #9\n addeq r2, #10\n addne r2, #9\n mov r0, r2\n bx lr\n"
        ".thumb_func\nthird_place:\n mov r2, #0\n cmp r1, #1\n"
        " itttt eq\n addeq r2, #1\n addeq r2, #20\n streq r2, [r0, #4]\n ldreq r2, [r0, #4]\n mov r0, r2\n bx lr\n"
        ".thumb_func\nelse_place:\n mov r2, #0\n cmp r1, #1\n"
        " itete ne\n movne r2, #9\n streq r1, [r0, #8]\n addne r2, #9\n addeq r2, #30\n mov r0, r2\n bx lr\n"
        ".thumb_func\nlast_place:\n mov r2, #0\n cmp r1, #1\n"
        " ittte eq\n addeq r2, #1\n addeq r2, #1\n addeq r2, #1\n ldrne r2, [r0]\n add r2, #40\n mov r0, r2\n bx lr\n"
        /* LDRD of two words and a block that ends with a branch. */
        ".thumb_func\nby_halves:\n mov r2, #9\n mov r3, #9\n cmp r1, #1\n"
        " itt eq\n ldrdeq r2, r3, [r0, #8]\n bxeq lr\n mov r0, #9\n bx lr\n"
        /* r0 turns: flags change from turn to turn, nearly all is within blocks. */
        ".thumb_func\nit_loop:\n push {r4, lr}\n mov r1, #0\n mov r2, #0\n mov r3, #1\n"
        "1: lsrs r4, r0, #1\n itete cs\n addcs r1, #3\n addcc r1, #5\n eorcs r2, r1\n addcc r2, r3\n"
        " tst r2, #4\n itttt ne\n addne r3, r2\n addne r1, #1\n rorne r2, r2, #7\n eorne r1, r2\n"
        " tst r3, #2\n iteet eq\n addeq r2, r1\n subne r2, r1\n addne r3, #7\n eoreq r3, r2\n"
        " subs r0, #1\n bne 1b\n add r0, r1, r2\n eor r0, r3\n pop {r4, pc}\n .arm\n");
extern int first_place(char *, int), third_place(char *, int), else_place(char *, int), last_place(char *, int);
extern char *by_halves(char *, int);
extern unsigned it_loop(unsigned);

#define TRY(function, decides) do { \
    faults = places = 0; \
    mprotect(page, 4096, PROT_NONE); \
    int result = function(page, decides); \
    printf("%s(%d): %d, faults %d, ITSTATE %d\n", #function, decides, result, faults, places); \
  } while (0)

int main(int argc, char **argv) {
  page = mmap(0, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  on(SIGSEGV, repair);
  for (int decides = 1; decides <= 2; decides++) {
    TRY(first_place, decides);
    TRY(third_place, decides);
    TRY(else_place, decides);
    TRY(last_place, decides);
  }
  faults = 0;
  mprotect(page, 4096, PROT_NONE);
  printf("by_halves: %d, faults %d\n", by_halves(page, 1) == page, faults);

  unsigned expected = it_loop(20000);
  struct itimerval timer = {{0, 500}, {0, 500}};
  int wrong = 0, rounds = 0;
  on(SIGALRM, on_alarm);
  setitimer(ITIMER_REAL, &timer, 0);
  while (alarms < 40 && rounds < 20000) {
    wrong += it_loop(20000) != expected;
    rounds++;
  }
  memset(&timer, 0, sizeof timer);
  setitimer(ITIMER_REAL, &timer, 0);
  printf("result %u, wrong %d, alarms %d\n", expected, wrong, alarms >= 40);
  if (argc > 1) printf("within a block %d\n", inside > 0);
  return 0;
}
