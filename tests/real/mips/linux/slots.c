/*
 * Signals within delay slots: a handler that returns, and the branch goes where it went, with what it linked.
 * Faults in the slots of every sort of branch, and timer signals at whatever instruction they come.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>

static volatile int faults, alarms, strange;
static volatile unsigned long where;
static char *page;
extern char ring[], ring_end[];

/* Spoils HI, LO and what a branch looks at. */
static void spoil(void) {
  volatile long long a = 123456789, b = 77;
  a = a * b / 3;
  __asm__ volatile("mthi %0\n\tmtlo %0" : : "r"(0x55) : "hi", "lo");
}

static void repair(int signo, siginfo_t *info, void *context) {
  faults++;
  where = ((ucontext_t *)context)->uc_mcontext.pc;
  mprotect(page, 4096, PROT_READ | PROT_WRITE);
  spoil();
}

/* In the ring every second instruction is a slot: none is ever gone back to. */
static void on_alarm(int signo, siginfo_t *info, void *context) {
  unsigned long pc = ((ucontext_t *)context)->uc_mcontext.pc;
  alarms++;
  if (pc >= (unsigned long)ring && pc < (unsigned long)ring_end && (pc - (unsigned long)ring) % 8 != 0) strange++;
  spoil();
}

static void on(int signo, void (*handler)(int, siginfo_t *, void *)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigaction(signo, &action, 0);
}

/* Each: a0 address, a1 what decides. The result is a number that tells the way. */
#define BEGIN(name) ".globl " #name "\n.type " #name ", @function\n.ent " #name "\n" #name ":\n"
#define END(name) ".end " #name "\n"
__asm__(".text\n.set push\n.set noreorder\n.set noat\n.set mips32r2\n.set nomacro\n"
        BEGIN(likely) "li $v0, 1\n beql $a1, $zero, 1f\n lw $t0, 0($a0)\n addiu $v0, $v0, 10\n1: jr $ra\n addiu $v0, $v0, 100\n" END(likely)
        BEGIN(likely_link) "move $t1, $ra\n li $v0, 1\n bgezall $a1, 1f\n sw $v0, 4($a0)\n jr $t1\n addiu $v0, $v0, 10\n1: bal 2f\n addiu $v0, $v0, 100\n2: jr $t1\n addiu $v0, $v0, 1000\n" END(likely_link)
        BEGIN(likely_link_address) "move $t1, $ra\n bgezall $a1, 1f\n sw $v0, 4($a0)\n2: jr $t1\n li $v0, 10\n1: move $t2, $ra\n la $t3, 2b\n subu $v0, $t2, $t3\n jr $t1\n nop\n" END(likely_link_address)
        BEGIN(by_register) "li $v0, 7\n jr $ra\n lw $v0, 8($a0)\n" END(by_register)
        BEGIN(call) "move $t1, $ra\n la $t9, 1f\n jalr $t9\n sw $t9, 12($a0)\n jr $t1\n addiu $v0, $v0, 10\n1: lw $t3, 12($a0)\n subu $v0, $t3, $t9\n jr $ra\n addiu $v0, $v0, 5\n" END(call)
        BEGIN(jump) "j 1f\n lb $v0, 3($a0)\n li $v0, 9\n1: jr $ra\n addiu $v0, $v0, 3\n" END(jump)
        BEGIN(on_float) "mtc1 $a1, $f0\n mtc1 $zero, $f2\n c.eq.s $f0, $f2\n li $v0, 1\n bc1t 1f\n lwc1 $f4, 16($a0)\n addiu $v0, $v0, 10\n1: jr $ra\n addiu $v0, $v0, 100\n" END(on_float)
        BEGIN(on_float_likely) "mtc1 $a1, $f0\n mtc1 $zero, $f2\n c.eq.s $f0, $f2\n li $v0, 1\n bc1fl 1f\n swc1 $f0, 16($a0)\n addiu $v0, $v0, 10\n1: jr $ra\n addiu $v0, $v0, 100\n" END(on_float_likely)
        /* The slot writes what the branch looked at: the branch is executed again with what it had been. */
        BEGIN(own_condition) "li $v0, 1\n bne $a1, $zero, 1f\n lw $a1, 20($a0)\n addiu $v0, $v0, 10\n1: addu $v0, $v0, $a1\n jr $ra\n addiu $v0, $v0, 100\n" END(own_condition)
        BEGIN(string_part) "li $v0, -1\n blez $a1, 1f\n lwl $v0, 25($a0)\n addiu $v0, $v0, 10\n1: jr $ra\n andi $v0, $v0, 0xff\n" END(string_part)
        /* a0 turns through branches and slots alone; a1 counts what the slots do. */
        BEGIN(turns) "move $v0, $zero\n.globl ring, ring_end\nring:\n"
        "b 1f\n addiu $v0, $v0, 1\n 1: bgez $a0, 2f\n addiu $v0, $v0, 2\n 2: beql $a0, $a0, 3f\n addiu $v0, $v0, 4\n"
        "3: bnel $a0, $a0, 3b\n addiu $v0, $v0, 512\n bltz $a0, 3b\n addiu $v0, $v0, 8\n blezl $a0, 4f\n addiu $v0, $v0, 16\n"
        "4: bgtz $a0, ring\n addiu $a0, $a0, -1\nring_end: jr $ra\n nop\n" END(turns)
        ".set pop\n");
extern int likely(char *, int), likely_link(char *, int), likely_link_address(char *, int), by_register(char *, int);
extern int call(char *, int), jump(char *, int), on_float(char *, int), on_float_likely(char *, int);
extern int own_condition(char *, int), string_part(char *, int), turns(int);

/* pc of the frame: the branch, four bytes in front of an access that only the slot makes. */
#define TRY(function, decides) do { \
    faults = 0; \
    where = 0; \
    mprotect(page, 4096, PROT_NONE); \
    int result = function(page, decides); \
    long at = faults ? (long)(where - (unsigned long)function) : -1; \
    printf("%s(%d): %d, faults %d, at %ld\n", #function, decides, result, faults, at); \
  } while (0)

int main(void) {
  page = mmap(0, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  on(SIGSEGV, repair);
  for (int decides = -1; decides <= 1; decides++) {
    TRY(likely, decides);
    TRY(likely_link, decides);
    TRY(likely_link_address, decides);
    TRY(by_register, decides);
    TRY(call, decides);
    TRY(jump, decides);
    TRY(on_float, decides);
    TRY(on_float_likely, decides);
    TRY(own_condition, decides);
    TRY(string_part, decides);
  }
  int expected = turns(5000), wrong = 0, rounds = 0;
  struct itimerval timer = {{0, 500}, {0, 500}};
  on(SIGALRM, on_alarm);
  setitimer(ITIMER_REAL, &timer, 0);
  while (alarms < 60 && rounds < 20000) {
    wrong += turns(5000) != expected;
    rounds++;
  }
  memset(&timer, 0, sizeof timer);
  setitimer(ITIMER_REAL, &timer, 0);
  printf("result %d, wrong %d, gone back to a slot %d, alarms %d\n", expected, wrong, strange, alarms >= 60);
  return 0;
}
