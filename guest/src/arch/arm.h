/* ARM (EABI): entry point, ways into the kernel, counters. */
#define NR_exit 1
#define NR_fork 2
#define NR_read 3
#define NR_write 4
#define NR_open 5
#define NR_close 6
#define NR_link 9
#define NR_unlink 10
#define NR_execve 11
#define NR_chdir 12
#define NR_chmod 15
#define NR_getpid 20
#define NR_mount 21
#define NR_ptrace 26
#define NR_kill 37
#define NR_rename 38
#define NR_mkdir 39
#define NR_rmdir 40
#define NR_pipe 42
#define NR_ioctl 54
#define NR_setpgid 57
#define NR_chroot 61
#define NR_dup2 63
#define NR_symlink 83
#define NR_readlink 85
#define NR_munmap 91
#define NR_truncate 92
#define NR_setitimer 104
#define NR_wait4 114
#define NR_clone 120
#define NR_mprotect 125
#define NR_sched_yield 158
#define NR_nanosleep 162
#define NR_rt_sigreturn 173
#define NR_rt_sigaction 174
#define NR_rt_sigprocmask 175
#define NR_rt_sigqueueinfo 178
#define NR_vfork 190
#define NR_mmap2 192
#define NR_getdents64 217
#define NR_pivot_root 218
#define NR_tkill 238
#define NR_exit_group 248
#define NR_tgkill 268
#define NR_gettimeofday 78
#define NR_pread64 180
#define NR_pwrite64 181
#define NR_stat64 195

#define O_DIRECTORY 040000

/* The initial stack pointer goes to start_c, which never returns. */
__asm__(".globl _start\n_start:\n\tmov r11, #0\n\tmov r0, sp\n\tbic sp, sp, #7\n\tbl start_c\n\tudf #0\n");

static inline long sys_trap(long n, long a, long b, long c, long d, long e)
{
	register long r7 __asm__("r7") = n;
	register long r0 __asm__("r0") = a;
	register long r1 __asm__("r1") = b;
	register long r2 __asm__("r2") = c;
	register long r3 __asm__("r3") = d;
	register long r4 __asm__("r4") = e;
	register long r5 __asm__("r5") = 0;
	__asm__ volatile("svc #0" : "+r"(r0) : "r"(r7), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5) : "memory");
	return r0;
}

/* AT_SYSINFO: the direct call of a kernel-mode process. */
static inline long sys_vsyscall(unsigned long entry, long n, long a, long b, long c, long d, long e)
{
	register long r7 __asm__("r7") = n;
	register long r0 __asm__("r0") = a;
	register long r1 __asm__("r1") = b;
	register long r2 __asm__("r2") = c;
	register long r3 __asm__("r3") = d;
	register long r4 __asm__("r4") = e;
	register long r5 __asm__("r5") = 0;
	register unsigned long ip __asm__("ip") = entry;
	__asm__ volatile("blx ip" : "+r"(r0), "+r"(ip)
			 : "r"(r7), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5) : "memory", "lr", "cc");
	return r0;
}

/* PMCCNTR: 32 bits wide. */
static inline unsigned long long cycles(void)
{
	unsigned count;
	__asm__ volatile("mrc p15, 0, %0, c9, c13, 0" : "=r"(count));
	return count;
}

/* 0 at kernel privilege (system mode), 3 in user mode: the levels are numbered alike on every ISA. */
static inline int privilege(void)
{
	unsigned cpsr;
	__asm__ volatile("mrs %0, cpsr" : "=r"(cpsr));
	return (cpsr & 0x1f) == 0x10 ? 3 : 0;
}
static inline int at_kernel_privilege(void) { return privilege() == 0; }

/* A thread on its own stack: returns the tid to the caller; the thread runs fn and exits. */
static inline long spawn_thread(unsigned flags, void *stack_top, void (*fn)(void))
{
	register long r7 __asm__("r7") = NR_clone;
	register long r0 __asm__("r0") = (long)flags;
	register void *r1 __asm__("r1") = stack_top;
	register long r2 __asm__("r2") = 0;
	register long r3 __asm__("r3") = 0;
	register void (*r4)(void) __asm__("r4") = fn;
	__asm__ volatile("svc #0\n\tcmp r0, #0\n\tbne 1f\n\tblx r4\n\tmov r7, #1\n\tmov r0, #0\n\tsvc #0\n1:"
			 : "+r"(r0) : "r"(r7), "r"(r1), "r"(r2), "r"(r3), "r"(r4) : "memory", "cc");
	return r0;
}

/* The register that tells the privilege level, and its bits for it. */
#define PRIVILEGE_REGISTER "CPSR & 0x1f"
static inline unsigned privilege_register(void)
{
	unsigned cpsr;
	__asm__ volatile("mrs %0, cpsr" : "=r"(cpsr));
	return cpsr & 0x1f;
}

/* The CPU's division of signed words, whatever it does without a quotient. */
static inline long divide_words(long value, long by)
{
	__asm__ volatile(".arch_extension idiv\n\tsdiv %0, %0, %1" : "+r"(value) : "r"(by));
	return value;
}

/* A signal handler's restorer, as sigaction takes one; counts that it ran. */
#define SA_RESTORER 0x04000000
#define RESTORER(counter) "movw r0, #:lower16:" counter "\n\tmovt r0, #:upper16:" counter \
	"\n\tldr r1, [r0]\n\tadd r1, r1, #1\n\tstr r1, [r0]\n\tmov r7, #173\n\tsvc #0\n"

static inline void undefined_instruction(void) { __asm__ volatile("udf #7"); }

/* What a kernel-mode program can do to the interrupts. */
static inline void disable_interrupts(void) { __asm__ volatile("cpsid i"); }
static inline void halt(void) { __asm__ volatile("wfi"); }

/* No vector of the CPU's leads anywhere from here on: VBAR instead of the high vectors, with nothing there. */
static inline void lose_vectors(void)
{
	unsigned control;
	__asm__ volatile("mcr p15, 0, %1, c12, c0, 0\n\tmrc p15, 0, %0, c1, c0, 0\n\tbic %0, %0, #0x2000\n"
			 "\tmcr p15, 0, %0, c1, c0, 0" : "=&r"(control) : "r"(0x20000000));
}

/* Vectors in the kernel's memory, and their words. */
#define CPU_TABLES { "vectors_page", 16 }

/* Moves the stack pointer down by a page, waits without touching the stack, and so on; comes back with it as it was. */
static __attribute__((noinline, unused)) void sink(unsigned pages, unsigned cycles)
{
	__asm__ volatile("mov r4, sp\n"
			 "1:\tsub sp, sp, #4096\n"
			 "\tmrc p15, 0, r5, c9, c13, 0\n"
			 "2:\tmrc p15, 0, r6, c9, c13, 0\n"
			 "\tsub r6, r6, r5\n"
			 "\tcmp r6, %1\n"
			 "\tblo 2b\n"
			 "\tsubs %0, %0, #1\n"
			 "\tbne 1b\n"
			 "\tmov sp, r4"
			 : "+r"(pages) : "r"(cycles) : "r4", "r5", "r6", "memory", "cc");
}

/* Division: ARMv7-A as built for has no instruction for it. */
__attribute__((used)) static unsigned long long divide(unsigned value, unsigned by)
{
	unsigned quotient = 0, rest = 0;
	for (int bit = 31; bit >= 0; bit--) {
		unsigned carry = rest >> 31;
		rest = rest << 1 | (value >> bit & 1);
		if (carry || rest >= by)
			rest -= by, quotient |= 1u << bit;
	}
	return (unsigned long long)rest << 32 | quotient;
}
__attribute__((weak)) unsigned long long __aeabi_uidivmod(unsigned value, unsigned by) { return divide(value, by); }
__attribute__((weak)) unsigned __aeabi_uidiv(unsigned value, unsigned by) { return (unsigned)divide(value, by); }
