/* What only a kernel-mode user process can do, and what becomes of it when it goes wrong. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* The CPU area and sys_call_table; kernel/src/kernel-memory.ts, arch-arm/src/linux/layout.ts. */
#define AREA ((volatile unsigned *)0xbf400000)
#define SYS_CALL_TABLE ((volatile unsigned *)0xbf401000)
#define KML_CALL 0xffff0f00

#define A32 __attribute__((target("arm"), noinline))
#define T32 __attribute__((target("thumb"), noinline))

static volatile int handled;

static int hook(void) { return 4242; }

static A32 unsigned processor_mode(void) {
  unsigned cpsr;
  __asm__ volatile("mrs %0, cpsr" : "=r"(cpsr));
  return cpsr & 0x1f;
}

/* The kernel's direct call, with the registers of svc. */
#define DIRECT(number)                                                                                             \
  register long r0 __asm__("r0") = 0;                                                                              \
  register long ip __asm__("ip") = KML_CALL;                                                                       \
  __asm__ volatile("push {r7}\n mov r7, %2\n blx %1\n pop {r7}" : "+r"(r0) : "r"(ip), "r"(number) : "lr", "cc", "memory"); \
  return r0;
static A32 long direct_a32(long number) { DIRECT(number) }
static T32 long direct_t32(long number) { DIRECT(number) }

static void on_alarm(int signo) { handled++; }

static void write_text(void) { *(volatile int *)0xbf100000 = 1; }
static void write_vectors(void) { *(volatile int *)0xffff0000 = 1; }
static A32 void kernel_stack(void) { __asm__ volatile("mov sp, #0xd0000000\n push {r0}"); }
static void into_kernel(void) { ((void (*)(void))0xbf100000)(); }
static A32 void kernel_call(void) { __asm__ volatile(".inst 0xe7f000f1"); }
static A32 void to_user_mode(void) {
  __asm__ volatile(".inst 0xf1020010\n nop");
  printf("%u %u\n", processor_mode(), AREA[4]);
}

static const struct {
  const char *name;
  void (*run)(void);
} acts[] = {
    {"write kernel text", write_text},       {"write vectors", write_vectors}, {"unmapped kernel stack", kernel_stack},
    {"jump into kernel text", into_kernel},  {"kernel call", kernel_call},     {"back to user mode", to_user_mode},
};

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  printf("mode %x\n", processor_mode());
  int fd = open("/tmp/x", O_RDWR | O_CREAT, 0644);
  write(fd, "abcd", 4);
  lseek(fd, 0, SEEK_SET);
  /* The last word of the CPU area is nobody's. */
  int n = read(fd, (void *)&AREA[15], 4);
  if (n < 0) n = -14, printf("read into kernel memory: %d, 0\n", n);
  else printf("read into kernel memory: %d, %x\n", n, AREA[15]);
  unsigned jiffies = AREA[4];
  for (int i = 0; i < 200000000 && AREA[4] == jiffies; i++);
  printf("jiffies move: %d\n", AREA[4] != jiffies);
  unsigned original = SYS_CALL_TABLE[SYS_getppid];
  SYS_CALL_TABLE[SYS_getppid] = (unsigned)hook;
  printf("hooked: %d\n", getppid());
  SYS_CALL_TABLE[SYS_getppid] = original;
  printf("unhooked: %d\n", getppid() != 4242);

  int pid = getpid();
  printf("direct call: %d, in T32 %d\n", direct_a32(SYS_getpid) == pid, direct_t32(SYS_getpid) == pid);
  struct itimerval timer = {.it_value = {0, 20000}};
  signal(SIGALRM, on_alarm);
  setitimer(ITIMER_REAL, &timer, 0);
  long result = direct_a32(SYS_pause);
  printf("direct pause: %ld, handled %d\n", result, handled);
  int status;
  if (direct_a32(SYS_fork) == 0) _exit(7);
  wait(&status);
  printf("direct fork: %d\n", WEXITSTATUS(status));

  for (unsigned i = 0; i < sizeof acts / sizeof *acts; i++) {
    pid_t child = fork();
    if (child == 0) {
      acts[i].run();
      _exit(0);
    }
    waitpid(child, &status, 0);
    printf("%s: %d\n", acts[i].name, status);
  }
  return 0;
}
