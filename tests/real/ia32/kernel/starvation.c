/*
 * Stack starvation: ESP moves onto absent pages and the program spins there while timer interrupts
 * come, or traps from there. No system call and no tick may be lost.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

static volatile int ticks;
static char alternate[16384];

static void on_tick(int signo) { ticks++; }

static void spin(long below, int count) {
  __asm__ volatile("mov %%esp, %%esi; sub %0, %%esp; 1: dec %1; jnz 1b; mov %%esi, %%esp"
                   : "+r"(below), "+r"(count)::"esi", "memory", "cc");
}

static int getpid_from(long below) {
  int result;
  __asm__ volatile("mov %%esp, %%esi; sub %1, %%esp; mov $20, %%eax; int $0x80; mov %%esi, %%esp"
                   : "=&a"(result)
                   : "r"(below)
                   : "esi", "memory", "cc");
  return result;
}

int main(void) {
  unsigned cs;
  __asm__("mov %%cs, %0" : "=r"(cs));
  struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_ONSTACK | SA_RESTART};
  stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
  struct itimerval every = {{0, 10000}, {0, 10000}};
  struct timeval start, end;
  char here;
  int wrong = 0, pid = getpid();
  sigaltstack(&stack, 0);
  sigaction(SIGALRM, &action, 0);
  gettimeofday(&start, 0);
  setitimer(ITIMER_REAL, &every, 0);
  for (int i = 1; i < 40; i++) {
    long below = 65536L * i;
    unsigned long page = ((unsigned long)&here - below) & ~4095UL;
    spin(below, 2000000);
    if (getpid_from(below + 32768) != pid) wrong++;
    madvise((void *)(page - 65536), 65536 * 2, MADV_DONTNEED);
  }
  gettimeofday(&end, 0);
  long expected = ((end.tv_sec - start.tv_sec) * 1000000L + end.tv_usec - start.tv_usec) / 10000;
  printf("cpl %u wrong %d missing %ld enough %d\n", cs & 3, wrong, expected - ticks, expected > 4);
  return 0;
}
