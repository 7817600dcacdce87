/* PowerPC: entry point, ways into the kernel, counters. */
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
#define NR_rt_sigaction 173
#define NR_rt_sigprocmask 174
#define NR_rt_sigqueueinfo 177
#define NR_vfork 189
#define NR_mmap2 192
#define NR_getdents64 202
#define NR_pivot_root 203
#define NR_tkill 208
#define NR_exit_group 234
#define NR_tgkill 250
#define NR_gettimeofday 78
#define NR_pread64 179
#define NR_pwrite64 180
#define NR_stat64 195

#define O_DIRECTORY 040000
#define TIOCSPGRP 0x80047476

/* The initial stack pointer goes to start_c, which never returns. */
__asm__(".globl _start\n_start:\n\tmr 3, 1\n\trlwinm 1, 1, 0, 0, 27\n\tli 0, 0\n\tstwu 0, -16(1)\n\tmtlr 0\n\tbl start_c\n\ttrap\n");

#define SYSCALL_CLOBBERS "r9", "r10", "r11", "r12", "ctr", "cr0", "memory"

static inline long sys_trap(long n, long a, long b, long c, long d, long e)
{
	register long r0 __asm__("r0") = n;
	register long r3 __asm__("r3") = a;
	register long r4 __asm__("r4") = b;
	register long r5 __asm__("r5") = c;
	register long r6 __asm__("r6") = d;
	register long r7 __asm__("r7") = e;
	register long r8 __asm__("r8") = 0;
	__asm__ volatile("sc\n\tbns+ 1f\n\tneg 3, 3\n1:"
			 : "+r"(r0), "+r"(r3), "+r"(r4), "+r"(r5), "+r"(r6), "+r"(r7), "+r"(r8) : : SYSCALL_CLOBBERS);
	return r3;
}

/* AT_SYSINFO: the direct call of a kernel-mode process, a function in the C convention but for its arguments. */
static inline long sys_vsyscall(unsigned long entry, long n, long a, long b, long c, long d, long e)
{
	register long r0 __asm__("r0") = n;
	register long r3 __asm__("r3") = a;
	register long r4 __asm__("r4") = b;
	register long r5 __asm__("r5") = c;
	register long r6 __asm__("r6") = d;
	register long r7 __asm__("r7") = e;
	register long r8 __asm__("r8") = 0;
	__asm__ volatile("mtctr %[entry]\n\tbctrl\n\tbns+ 1f\n\tneg 3, 3\n1:"
			 : "+r"(r0), "+r"(r3), "+r"(r4), "+r"(r5), "+r"(r6), "+r"(r7), "+r"(r8)
			 : [entry] "r"(entry) : "lr", "cr1", "cr5", "cr6", "cr7", "xer", SYSCALL_CLOBBERS);
	return r3;
}

/* The time base: its steps are not those of the CPU's clock, but a fixed number of them. */
static inline unsigned long long cycles(void)
{
	unsigned high, low, again;
	do
		__asm__ volatile("mftbu %0\n\tmftb %1\n\tmftbu %2" : "=r"(high), "=r"(low), "=r"(again));
	while (high != again);
	return (unsigned long long)high << 32 | low;
}

/* A field of /proc/cpuinfo, as far as its whole part. */
static unsigned long cpuinfo_field(const char *text, const char *name)
{
	for (; *text; text++) {
		unsigned i = 0;
		while (name[i] && text[i] == name[i])
			i++;
		if (name[i])
			continue;
		for (text += i; *text < '0' || *text > '9';)
			text++;
		unsigned long value = 0;
		while (*text >= '0' && *text <= '9')
			value = value * 10 + (unsigned long)(*text++ - '0');
		return value;
	}
	return 0;
}

/* Cycles in a step of the time base: the clock by the time base's rate, both as /proc/cpuinfo has them. */
static __attribute__((noinline, unused)) unsigned counter_step(void)
{
	char text[1024];
	long fd = sys_trap(NR_open, (long)"/proc/cpuinfo", 0, 0, 0, 0);
	long got = sys_trap(NR_read, fd, (long)text, sizeof text - 1, 0, 0);
	sys_trap(NR_close, fd, 0, 0, 0, 0);
	text[got > 0 ? got : 0] = 0;
	unsigned long rate = cpuinfo_field(text, "timebase");
	return rate ? (unsigned)(cpuinfo_field(text, "clock") * 1000000 / rate) : 1;
}
#define ARCH_COUNTER_STEP

/* An instruction that only the kernel's privilege permits: reads MSR. In user mode it is SIGILL. */
static inline int at_kernel_privilege(void)
{
	unsigned msr;
	__asm__ volatile("mfmsr %0" : "=r"(msr));
	return (msr & 0x4000) == 0;
}
#define ARCH_PROBES_PRIVILEGE
/* The word behind the ucontext's pointer to registers that holds pc. */
#define CONTEXT_PC(context) (&((unsigned long *)(context)[12])[32])

/* A thread on its own stack: returns the tid to the caller; the thread runs fn and exits. */
static inline long spawn_thread(unsigned flags, void *stack_top, void (*fn)(void))
{
	register long r0 __asm__("r0") = NR_clone;
	register long r3 __asm__("r3") = (long)flags;
	register void *r4 __asm__("r4") = (char *)stack_top - 16;
	register long r5 __asm__("r5") = 0;
	register long r6 __asm__("r6") = 0;
	register long r7 __asm__("r7") = 0;
	register void (*r14)(void) __asm__("r14") = fn;
	__asm__ volatile("sc\n\tbns+ 1f\n\tneg 3, 3\n1:\tcmpwi 3, 0\n\tbne 2f\n\tmtctr 14\n\tbctrl\n\tli 0, 1\n\tli 3, 0\n\tsc\n2:"
			 : "+r"(r0), "+r"(r3), "+r"(r4), "+r"(r5), "+r"(r6), "+r"(r7)
			 : "r"(r14) : "r8", "lr", SYSCALL_CLOBBERS);
	return r3;
}

/* The register that tells the privilege level, and its bit for it (PR); SIGILL in user mode. */
#define PRIVILEGE_REGISTER "MSR & 0x4000"
static inline unsigned privilege_register(void)
{
	unsigned msr;
	__asm__ volatile("mfmsr %0" : "=r"(msr));
	return msr & 0x4000;
}

/* The CPU's division of signed words, whatever it does without a quotient. */
static inline long divide_words(long value, long by)
{
	__asm__ volatile("divw %0, %0, %1" : "+r"(value) : "r"(by));
	return value;
}

static inline void undefined_instruction(void) { __asm__ volatile(".long 0"); }

/* What a kernel-mode program can do to the interrupts: MSR.EE, and nothing stops the CPU itself. */
static inline void disable_interrupts(void)
{
	unsigned msr;
	__asm__ volatile("mfmsr %0\n\trlwinm %0, %0, 0, 17, 15\n\tmtmsr %0" : "=r"(msr));
}
static inline void halt(void) { }

/* No vector of the CPU's leads anywhere from here on: MSR.IP moves them to 0xfff00000, with nothing there. */
static inline void lose_vectors(void)
{
	unsigned msr;
	__asm__ volatile("mfmsr %0\n\tori %0, %0, 0x40\n\tmtmsr %0\n\tisync" : "=r"(msr));
}

/* Moves the stack pointer down by a page, waits without touching the stack, and so on; comes back with it as it was.
 * The time is in steps of the time base. */
static __attribute__((noinline, unused)) void sink(unsigned pages, unsigned steps)
{
	__asm__ volatile("mr 14, 1\n"
			 "1:\taddi 1, 1, -4096\n"
			 "\tmftb 9\n"
			 "2:\tmftb 10\n"
			 "\tsubf 10, 9, 10\n"
			 "\tcmplw 10, %1\n"
			 "\tblt 2b\n"
			 "\taddic. %0, %0, -1\n"
			 "\tbne 1b\n"
			 "\tmr 1, 14"
			 : "+r"(pages) : "r"(steps) : "r9", "r10", "r14", "cr0", "xer", "memory");
}
