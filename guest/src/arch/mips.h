/* MIPS (o32), either byte order: entry point, ways into the kernel, counters. */
#define NR_exit (4000 + 1)
#define NR_fork (4000 + 2)
#define NR_read (4000 + 3)
#define NR_write (4000 + 4)
#define NR_open (4000 + 5)
#define NR_close (4000 + 6)
#define NR_link (4000 + 9)
#define NR_unlink (4000 + 10)
#define NR_execve (4000 + 11)
#define NR_chdir (4000 + 12)
#define NR_chmod (4000 + 15)
#define NR_getpid (4000 + 20)
#define NR_mount (4000 + 21)
#define NR_ptrace (4000 + 26)
#define NR_kill (4000 + 37)
#define NR_rename (4000 + 38)
#define NR_mkdir (4000 + 39)
#define NR_rmdir (4000 + 40)
#define NR_pipe (4000 + 42)
#define NR_ioctl (4000 + 54)
#define NR_setpgid (4000 + 57)
#define NR_chroot (4000 + 61)
#define NR_dup2 (4000 + 63)
#define NR_symlink (4000 + 83)
#define NR_readlink (4000 + 85)
#define NR_munmap (4000 + 91)
#define NR_truncate (4000 + 92)
#define NR_setitimer (4000 + 104)
#define NR_wait4 (4000 + 114)
#define NR_clone (4000 + 120)
#define NR_mprotect (4000 + 125)
#define NR_sched_yield (4000 + 162)
#define NR_nanosleep (4000 + 166)
#define NR_rt_sigaction (4000 + 194)
#define NR_rt_sigprocmask (4000 + 195)
#define NR_rt_sigqueueinfo (4000 + 198)
#define NR_mmap2 (4000 + 210)
#define NR_pivot_root (4000 + 216)
#define NR_getdents64 (4000 + 219)
#define NR_tkill (4000 + 236)
#define NR_exit_group (4000 + 246)
#define NR_tgkill (4000 + 266)
#define NR_gettimeofday (4000 + 78)
#define NR_pread64 (4000 + 200)
#define NR_pwrite64 (4000 + 201)
#define NR_stat64 (4000 + 213)

#define NR_FIRST 4000
#define MAP_ANONYMOUS 0x800
#define O_CREAT 0x100
#define O_TRUNC 0x200
#define O_APPEND 0x8
#define O_NONBLOCK 0x80
#define SA_SIGINFO 8
#define SIGCHLD 18
#define SIGUSR1 16
#define SIGSTOP 23
#define SIGCONT 25
#define SIG_BLOCK 1
#define SIG_SETMASK 3
#define ENOSYS 89
/* Word of the siginfo that holds its code. */
#define SIGINFO_CODE 1
#define SIGTTOU 27
#define TIOCSPGRP 0x80047476

#define SIGSET_BYTES 16
struct action {
	unsigned long flags;
	void (*handler)(int);
	unsigned long mask[4];
};

/* The initial stack pointer goes to start_c, which never returns. */
__asm__(".globl __start\n__start:\n\tmove $a0, $sp\n\tli $t0, -8\n\tand $sp, $sp, $t0\n\taddiu $sp, $sp, -16\n"
	"\tjal start_c\n\tnop\n\tbreak\n");

#define SYSCALL_CLOBBERS "$1", "$3", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$24", "hi", "lo", "memory"

/* The fifth and the sixth argument lie on the stack, 16 and 20 bytes above its pointer. */
static inline long sys_trap(long n, long a, long b, long c, long d, long e)
{
	register long v0 __asm__("$2") = n;
	register long a0 __asm__("$4") = a;
	register long a1 __asm__("$5") = b;
	register long a2 __asm__("$6") = c;
	register long a3 __asm__("$7") = d;
#ifdef NUMBER_LAST
	/* Right before the instruction and not in $2 earlier, as C libraries have it: so the trap can be rewritten. */
	__asm__ volatile("move $2, $0\n\taddiu $sp, $sp, -32\n\tsw %[e], 16($sp)\n\tsw $0, 20($sp)\n\tmove $2, %[n]\n\tsyscall\n\taddiu $sp, $sp, 32"
			 : "=&r"(v0), "+r"(a3) : [n] "r"(n), "r"(a0), "r"(a1), "r"(a2), [e] "r"(e) : "$25", SYSCALL_CLOBBERS);
#else
	__asm__ volatile("addiu $sp, $sp, -32\n\tsw %[e], 16($sp)\n\tsw $0, 20($sp)\n\tsyscall\n\taddiu $sp, $sp, 32"
			 : "+r"(v0), "+r"(a3) : "r"(a0), "r"(a1), "r"(a2), [e] "r"(e) : "$25", SYSCALL_CLOBBERS);
#endif
	return a3 ? -v0 : v0;
}

/* The number is loaded right before the instruction, as C libraries have it. */
#define ARCH_SYS_PAIR
static inline long sys_pair(long n, long a, long b, long c, long d)
{
	register long v0 __asm__("$2");
	register long a0 __asm__("$4") = a;
	register long a1 __asm__("$5") = b;
	register long a2 __asm__("$6") = c;
	register long a3 __asm__("$7") = d;
	__asm__ volatile("addiu $sp, $sp, -32\n\tmove $2, %[n]\n\tsyscall\n\taddiu $sp, $sp, 32"
			 : "=&r"(v0), "+r"(a3) : "r"(a0), "r"(a1), "r"(a2), [n] "r"(n) : "$25", SYSCALL_CLOBBERS);
	return a3 ? -v0 : v0;
}

static inline long sys_pair_getpid(void)
{
	register long v0 __asm__("$2");
	register long a3 __asm__("$7") = 0;
	__asm__ volatile("li $2, %[n]\n\tsyscall" : "=&r"(v0), "+r"(a3) : [n] "i"(NR_getpid) : "$25", SYSCALL_CLOBBERS);
	return v0;
}

/* AT_SYSINFO: the direct call of a kernel-mode process, a function in the C convention but for its number and results. */
static inline long sys_vsyscall(unsigned long entry, long n, long a, long b, long c, long d, long e)
{
	register long v0 __asm__("$2") = n;
	register long a0 __asm__("$4") = a;
	register long a1 __asm__("$5") = b;
	register long a2 __asm__("$6") = c;
	register long a3 __asm__("$7") = d;
	register unsigned long t9 __asm__("$25") = entry;
	__asm__ volatile("addiu $sp, $sp, -32\n\tsw %[e], 16($sp)\n\tsw $0, 20($sp)\n\tjalr $25\n\taddiu $sp, $sp, 32"
			 : "+r"(v0), "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(t9) : [e] "r"(e) : "$31", SYSCALL_CLOBBERS);
	return a3 ? -v0 : v0;
}

/* pipe answers with two registers. */
static unsigned long sysinfo;
static inline long sys_pipe(int fds[2])
{
	register long v0 __asm__("$2") = NR_pipe;
	register long v1 __asm__("$3");
	register long a3 __asm__("$7");
	register unsigned long t9 __asm__("$25") = sysinfo;
	__asm__ volatile(".set push\n\t.set noreorder\n\tbeqz $25, 1f\n\taddiu $sp, $sp, -32\n\tjalr $25\n\tnop\n\tb 2f\n\tnop\n"
			 "1:\tli $2, %[n]\n\tsyscall\n2:\taddiu $sp, $sp, 32\n\t.set pop"
			 : "+r"(v0), "=r"(v1), "=r"(a3), "+r"(t9)
			 : [n] "i"(NR_pipe) : "$1", "$4", "$5", "$6", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$24", "$31", "hi", "lo", "memory");
	if (a3)
		return -v0;
	fds[0] = (int)v0, fds[1] = (int)v1;
	return 0;
}
#define ARCH_PIPE

/* Count, by the cycles it takes for one step. */
static inline unsigned long long cycles(void)
{
	unsigned count, step;
	__asm__ volatile(".set push\n\t.set mips32r2\n\trdhwr %0, $2\n\trdhwr %1, $3\n\t.set pop" : "=r"(count), "=r"(step));
	return (unsigned long long)count * step;
}

/* An instruction that only the kernel's privilege permits: reads Status. In user mode it is SIGILL. */
static inline int at_kernel_privilege(void)
{
	unsigned status;
	__asm__ volatile("mfc0 %0, $12" : "=r"(status));
	return (status & 0x18) == 0;
}
#define ARCH_PROBES_PRIVILEGE
/* Word of the ucontext that holds the low part of pc. */
#ifdef __MIPSEB__
#define CONTEXT_PC(context) (&(context)[9])
#else
#define CONTEXT_PC(context) (&(context)[8])
#endif

/* A thread on its own stack: returns the tid to the caller; the thread runs fn and exits. */
static inline long spawn_thread(unsigned flags, void *stack_top, void (*fn)(void))
{
	register long v0 __asm__("$2") = NR_clone;
	register long a0 __asm__("$4") = (long)flags;
	register void *a1 __asm__("$5") = (char *)stack_top - 32;
	register long a2 __asm__("$6") = 0;
	register long a3 __asm__("$7") = 0;
	register void (*s0)(void) __asm__("$16") = fn;
	__asm__ volatile("addiu $sp, $sp, -32\n\tsw $0, 16($sp)\n\tsyscall\n\tbnez $2, 1f\n\tnop\n\tmove $25, $16\n\tjalr $25\n\tnop\n"
			 "\tli $2, %[exit]\n\tli $4, 0\n\tsyscall\n1:\taddiu $sp, $sp, 32"
			 : "+r"(v0), "+r"(a3)
			 : "r"(a0), "r"(a1), "r"(a2), "r"(s0), [exit] "i"(NR_exit) : "$25", "$31", SYSCALL_CLOBBERS);
	return a3 ? -v0 : v0;
}

/* The register that tells the privilege level, and its bits for it (KSU, ERL, EXL); SIGILL in user mode. */
#define PRIVILEGE_REGISTER "Status & 0x1e"
static inline unsigned privilege_register(void)
{
	unsigned status;
	__asm__ volatile("mfc0 %0, $12" : "=r"(status));
	return status & 0x1e;
}

/* The CPU's division of signed words, whatever it does without a quotient. */
static inline long divide_words(long value, long by)
{
	long quotient;
	__asm__ volatile("div $0, %1, %2\n\tmflo %0"
			 : "=r"(quotient) : "r"(value), "r"(by) : "hi", "lo");
	return quotient;
}

/* What compilers have tested before a division, and what they do instead of one that has no quotient. */
#define DIVISION_TRAPS { "teq", trap_if_zero }, { "break 7", break_divide }, { "break 6", break_overflow }
static inline void trap_if_zero(void) { __asm__ volatile("teq %0, $0, 7" : : "r"(0)); }
static inline void break_divide(void) { __asm__ volatile("break 7"); }
static inline void break_overflow(void) { __asm__ volatile("break 6"); }

static inline void undefined_instruction(void) { __asm__ volatile(".word 0x00000035"); }

/* What a kernel-mode program can do to the interrupts. */
static inline void disable_interrupts(void) { __asm__ volatile(".set push\n\t.set mips32r2\n\tdi\n\tehb\n\t.set pop"); }
static inline void halt(void) { __asm__ volatile(".set push\n\t.set mips32\n\twait\n\t.set pop"); }

/* No vector of the CPU's leads anywhere from here on: EBase, with nothing there. */
static inline void lose_vectors(void)
{
	__asm__ volatile(".set push\n\t.set mips32r2\n\tmtc0 %0, $15, 1\n\tehb\n\t.set pop" : : "r"(0x9f000000));
}

/* What the general vector goes by, and its words. */
#define CPU_TABLES { "exception_handlers", 32 }

/* Moves the stack pointer down by a page, waits without touching the stack, and so on; comes back with it as it was.
 * The time is in steps of Count. */
static __attribute__((noinline, unused)) void sink(unsigned pages, unsigned steps)
{
	__asm__ volatile(".set push\n\t.set mips32r2\n\t.set noreorder\n"
			 "\tmove $16, $sp\n"
			 "1:\taddiu $sp, $sp, -4096\n"
			 "\trdhwr $8, $2\n"
			 "2:\trdhwr $9, $2\n"
			 "\tsubu $9, $9, $8\n"
			 "\tsltu $9, $9, %1\n"
			 "\tbnez $9, 2b\n"
			 "\tnop\n"
			 "\taddiu %0, %0, -1\n"
			 "\tbnez %0, 1b\n"
			 "\tnop\n"
			 "\tmove $sp, $16\n"
			 "\t.set pop"
			 : "+r"(pages) : "r"(steps) : "$8", "$9", "$16", "memory");
}
