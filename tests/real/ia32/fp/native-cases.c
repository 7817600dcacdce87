/* Runs single instructions natively: reads records { code, registers, FXSAVE image, memory } from
 * stdin and writes them back as the processor left them, with the signal raised, if any. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define CODE ((uint8_t *)0x10000000)
#define DATA ((uint8_t *)0x20000000)

struct record {
  uint8_t code[16];
  uint32_t regs[8]; /* eax ecx edx ebx (unused) ebp esi edi */
  uint32_t eflags;
  uint32_t signal;
  uint32_t trapno;
  uint32_t reserved;
  uint8_t fx[512];
  uint8_t mem[576];
};

static struct record record;
uint8_t fx_in[512] __attribute__((aligned(16)));
uint8_t fx_out[512] __attribute__((aligned(16)));
uint32_t regs_in[8], regs_out[8], flags_in, flags_out, saved_esp, mxcsr_default = 0x1f80;
uint8_t *code_at = CODE;
void run_case(void);
void back(void);

__asm__(".globl run_case, back\n"
        "run_case:\n"
        "  pusha\n"
        "  mov %esp, saved_esp\n"
        "  fxrstor fx_in\n"
        "  pushl flags_in\n"
        "  popf\n"
        "  mov regs_in, %eax\n"
        "  mov regs_in+4, %ecx\n"
        "  mov regs_in+8, %edx\n"
        "  mov regs_in+12, %ebx\n"
        "  mov regs_in+20, %ebp\n"
        "  mov regs_in+24, %esi\n"
        "  mov regs_in+28, %edi\n"
        "  jmp *code_at\n"
        "back:\n"
        "  mov saved_esp, %esp\n"
        "  mov %eax, regs_out\n"
        "  mov %ecx, regs_out+4\n"
        "  mov %edx, regs_out+8\n"
        "  mov %ebx, regs_out+12\n"
        "  mov %ebp, regs_out+20\n"
        "  mov %esi, regs_out+24\n"
        "  mov %edi, regs_out+28\n"
        "  pushf\n"
        "  popl flags_out\n"
        "  cld\n"
        "  fxsave fx_out\n"
        "  fninit\n"
        "  ldmxcsr mxcsr_default\n"
        "  popa\n"
        "  ret\n");

static void on_signal(int number, siginfo_t *info, void *context) {
  ucontext_t *uc = context;
  (void)info;
  record.signal = number;
  record.trapno = uc->uc_mcontext.gregs[REG_TRAPNO];
  uc->uc_mcontext.gregs[REG_EIP] = (uint32_t)back;
}

int main(void) {
  static uint8_t stack[65536];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, 0);
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  int signals[] = {SIGFPE, SIGSEGV, SIGILL, SIGBUS, SIGTRAP};
  for (unsigned i = 0; i < 5; i++) sigaction(signals[i], &action, 0);
  mmap(CODE, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  mmap(DATA, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  while (fread(&record, sizeof record, 1, stdin) == 1) {
    uint8_t length = record.code[15];
    memcpy(CODE, record.code, length);
    CODE[length] = 0xe9;
    int32_t distance = (int32_t)back - (int32_t)(CODE + length + 5);
    memcpy(CODE + length + 1, &distance, 4);
    memcpy(DATA, record.mem, sizeof record.mem);
    memcpy(fx_in, record.fx, 512);
    memcpy(regs_in, record.regs, 32);
    flags_in = record.eflags;
    record.signal = record.trapno = 0;
    run_case();
    memcpy(record.mem, DATA, sizeof record.mem);
    memcpy(record.fx, fx_out, 512);
    memcpy(record.regs, regs_out, 32);
    record.eflags = flags_out;
    fwrite(&record, sizeof record, 1, stdout);
  }
  return 0;
}
