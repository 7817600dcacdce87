/* What only a kernel-mode user process can do, and what becomes of it when it goes wrong. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The CPU area and sys_call_table; kernel/src/kernel-memory.ts, arch-ia32/src/linux/layout.ts. */
#define AREA ((volatile unsigned *)0xc0400000)
#define SYS_CALL_TABLE ((volatile unsigned *)0xc0405000)

static int hook(void) { return 4242; }

static void write_text(void) { *(volatile int *)0xc0100000 = 1; }
static void halt(void) { __asm__ volatile("hlt"); }
static void lost_stack(void) { __asm__ volatile("mov $0x1000, %esp; int $0x80"); }
static void kernel_stack(void) { __asm__ volatile("mov $0xd0000000, %esp; push %eax"); }
static void far_to_user(void) { __asm__ volatile("ljmp $0x73, $0"); }
static void nested_task(void) { __asm__ volatile("pushf; orl $0x4000, (%%esp); popf; int $0x80" ::"a"(20)); }
static void null_data(void) {
  __asm__ volatile("mov %0, %%ds; mov %0, %%es; int $0x80; mov %1, %%ds; mov %1, %%es" ::"r"(0), "r"(0x7b), "a"(20));
}
static void into_kernel(void) { ((void (*)(void))0xc0100000)(); }

static const struct {
  const char *name;
  void (*run)(void);
} acts[] = {
    {"write kernel text", write_text},   {"hlt", halt},
    {"no stack", lost_stack},            {"unmapped kernel stack", kernel_stack},
    {"jump to user CS", far_to_user},    {"NT", nested_task},
    {"null data segments", null_data},   {"jump into kernel text", into_kernel},
};

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  int fd = open("/tmp/x", O_RDWR | O_CREAT, 0644);
  write(fd, "abcd", 4);
  lseek(fd, 0, SEEK_SET);
  /* The last word of the CPU area is nobody's. */
  ssize_t n = read(fd, (void *)&AREA[15], 4);
  printf("read into kernel memory: %zd, %x\n", n, AREA[15]);
  unsigned jiffies = AREA[4];
  for (int i = 0; i < 200000000 && AREA[4] == jiffies; i++);
  printf("jiffies move: %d\n", AREA[4] != jiffies);
  unsigned original = SYS_CALL_TABLE[SYS_getppid];
  SYS_CALL_TABLE[SYS_getppid] = (unsigned)hook;
  printf("hooked: %d\n", getppid());
  SYS_CALL_TABLE[SYS_getppid] = original;
  printf("unhooked: %d\n", getppid() != 4242);
  for (unsigned i = 0; i < sizeof acts / sizeof *acts; i++) {
    int status;
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
