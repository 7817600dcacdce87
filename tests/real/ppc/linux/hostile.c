/* hostile N: what a kernel-mode program can do to the CPU and the kernel's entry code. None of it may come back here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned long symbol(const char *name) {
  char line[200], type, found[100];
  unsigned long value;
  FILE *file = fopen("/proc/kallsyms", "r");
  while (file && fgets(line, sizeof line, file)) {
    if (sscanf(line, "%lx %c %99s", &value, &type, found) == 3 && strcmp(found, name) == 0) {
      fclose(file);
      return value;
    }
  }
  return 0;
}

static void jump(unsigned long address, long r3, unsigned long sp) {
  __asm__ volatile("mtctr %0\n\tmr 3, %1\n\tcmpwi %2, 0\n\tbeq 1f\n\tmr 1, %2\n1:\tbctr"
                   : : "r"(address), "r"(r3), "r"(sp) : "r3", "ctr", "cr0", "memory");
}

static unsigned long kernel_stack(void) {
  unsigned long top;
  __asm__ volatile("mfsprg %0, 2" : "=r"(top));
  return top;
}

int main(int argc, char **argv) {
  int n = atoi(argv[1]);
  switch (n) {
    case 0: __asm__ volatile("mtsprg 2, %0\n\tsc" : : "r"(0)); break;
    case 1: __asm__ volatile("mtsprg 2, %0\n\ttrap" : : "r"(0xd0000000)); break;
    case 2: __asm__ volatile("mtsprg 3, %0\n\tli 0, 20\n\tsc" : : "r"(0) : "r0", "r3"); break;
    case 3: __asm__ volatile("mtsdr1 %0\n\tsc" : : "r"(12345)); break;
    case 4: __asm__ volatile("mtmsr %0" : : "r"(0)); break;
    case 5: __asm__ volatile("mtmsr %0" : : "r"(0x1033)); break;
    case 6: __asm__ volatile("mtsrr0 %0\n\tmtsrr1 %1\n\trfi" : : "r"(0), "r"(-1)); break;
    case 7: jump(symbol("vector_300"), 0, 0); break;
    case 8: jump(symbol("vector_c00"), 0, 0); break;
    case 9: jump(symbol("ret_from_fork"), 0, 0); break;
    case 10: jump(symbol("restore"), 0, 0); break;
    case 11: jump(symbol("exit_work"), 0, 0); break;
    case 12: jump(symbol("exception_call"), 0, 0); break;
    case 13: jump(symbol("interrupt_call"), 0x1234, 0); break;
    case 14: jump(symbol("idle"), 0, 0); break;
    case 15: jump(symbol("system_call_result"), -512, 0); break;
    case 16: jump(symbol("kml_result"), -512, 0); break;
    case 17: jump(symbol("ret_from_trap"), 0, kernel_stack() - 192); break;
    case 18: jump(symbol("sys_rt_sigreturn"), 0, 0); break;
    case 19: jump(symbol("restore"), 0, kernel_stack() - 4096); break;
    case 20: jump(0xc0000000, 0, 0); break;
    case 21: jump(0xc0400000, 0, 0); break;
    case 22: jump(symbol("user_exit"), 0, kernel_stack() + 64); break;
    case 23: memset((char *)kernel_stack() - 4096, 0xff, 4096); break;
    case 24: memset((void *)symbol("sys_call_table"), 0xff, 4 * 450); break;
    case 25: memset((void *)symbol("sys_call_table"), 0, 4 * 450); break;
    case 26: __asm__ volatile("mr 1, %0\n\ttrap" : : "r"(kernel_stack() - 8000)); break;
    case 27: __asm__ volatile("mr 1, %0\n1:\tstwu 1, -64(1)\n\tb 1b" : : "r"(kernel_stack() - 64)); break;
    case 28: *(volatile int *)0xc0000300 = 0; break;
    case 29: jump(symbol("stub_0"), 0, 0); break;
    case 30: jump(symbol("sys_exit_group"), 3, 0); break;
    case 31: jump(symbol("sys_execve"), 0, 0); break;
  }
  puts("back");
  return 0;
}
