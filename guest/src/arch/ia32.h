/* IA-32: entry point, ways into the kernel, counters. */
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
#define NR_dup2 63
#define NR_setpgid 57
#define NR_chroot 61
#define NR_wait4 114
#define NR_symlink 83
#define NR_readlink 85
#define NR_truncate 92
#define NR_clone 120
#define NR_mprotect 125
#define NR_nanosleep 162
#define NR_rt_sigreturn 173
#define NR_rt_sigaction 174
#define NR_rt_sigprocmask 175
#define NR_mmap2 192
#define NR_mmap 90
#define NR_munmap 91
#define NR_pivot_root 217
#define NR_getdents64 220
#define NR_exit_group 252
#define NR_sched_yield 158
#define NR_ioctl 54
#define NR_setitimer 104
#define NR_rt_sigqueueinfo 178
#define NR_vfork 190
#define NR_tkill 238
#define NR_tgkill 270
#define NR_gettimeofday 78
#define NR_pread64 180
#define NR_pwrite64 181
#define NR_stat64 195

/* The initial stack pointer goes to start_c, which never returns. */
__asm__(".globl _start\n_start:\n\txorl %ebp,%ebp\n\tmovl %esp,%eax\n\tandl $-16,%esp\n\tsubl $12,%esp\n\tpushl %eax\n\tcall start_c\n\thlt\n");

static inline long sys_trap(long n, long a, long b, long c, long d, long e)
{
	long r;
	__asm__ volatile("int $0x80" : "=a"(r) : "0"(n), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory");
	return r;
}

/* AT_SYSINFO: sysenter for a user-mode process, the direct call for a kernel-mode one. */
static inline long sys_vsyscall(unsigned long entry, long n, long a, long b, long c, long d, long e)
{
	long r;
	__asm__ volatile("call *%[entry]" : "=a"(r)
			 : "0"(n), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e), [entry] "m"(entry) : "memory");
	return r;
}

static inline unsigned long long cycles(void)
{
	unsigned lo, hi;
	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (unsigned long long)hi << 32 | lo;
}

/* 0 at kernel privilege, 3 in user mode. */
static inline int privilege(void)
{
	unsigned cs;
	__asm__ volatile("movl %%cs,%0" : "=r"(cs));
	return cs & 3;
}
static inline int at_kernel_privilege(void) { return privilege() == 0; }

/* A thread on its own stack: returns the tid to the caller; the thread runs fn and exits. */
static inline long spawn_thread(unsigned flags, void *stack_top, void (*fn)(void))
{
	long r;
	__asm__ volatile("int $0x80\n\ttestl %%eax,%%eax\n\tjnz 1f\n\tcall *%%esi\n\tmovl $1,%%eax\n\txorl %%ebx,%%ebx\n\tint $0x80\n1:"
			 : "=a"(r) : "0"(NR_clone), "b"(flags), "c"(stack_top), "d"(0), "S"(fn), "D"(0) : "memory");
	return r;
}

/* The register that tells the privilege level, and its bits for it. */
#define PRIVILEGE_REGISTER "CS & 3"
static inline unsigned privilege_register(void)
{
	unsigned cs;
	__asm__ volatile("movl %%cs,%0" : "=r"(cs));
	return cs & 3;
}

/* The CPU's division of signed words, whatever it does without a quotient. */
static inline long divide_words(long value, long by)
{
	long rest;
	__asm__ volatile("cltd\n\tidivl %[by]" : "+a"(value), "=&d"(rest) : [by] "r"(by) : "cc");
	return value;
}

/* A signal handler's restorer, as sigaction takes one; counts that it ran. */
#define SA_RESTORER 0x04000000
#define RESTORER(counter) "incl " counter "\n\tmovl $173,%eax\n\tint $0x80\n"

static inline void undefined_instruction(void) { __asm__ volatile("ud2"); }

/* What a kernel-mode program can do to the interrupts. */
static inline void disable_interrupts(void) { __asm__ volatile("cli"); }
static inline void halt(void) { __asm__ volatile("hlt"); }

/* No vector of the CPU's leads anywhere from here on. */
static inline void lose_vectors(void)
{
	static const struct { unsigned short limit; unsigned base; } __attribute__((packed)) none = { 0, 0 };
	__asm__ volatile("lidt %0" : : "m"(none));
}

/* Tables of the CPU's in the kernel's memory, and their words. */
#define CPU_TABLES { "idt", 512 }, { "gdt", 64 }

/* Moves ESP down by a page, waits without touching the stack, and so on; comes back with ESP as it was. */
static __attribute__((noinline, unused)) void sink(unsigned pages, unsigned cycles)
{
	__asm__ volatile("movl %%esp,%%edi\n"
			 "1:\tsubl $4096,%%esp\n"
			 "\trdtsc\n"
			 "\tmovl %%eax,%%ebx\n"
			 "2:\trdtsc\n"
			 "\tsubl %%ebx,%%eax\n"
			 "\tcmpl %%ecx,%%eax\n"
			 "\tjb 2b\n"
			 "\tdecl %%esi\n"
			 "\tjnz 1b\n"
			 "\tmovl %%edi,%%esp"
			 : "+S"(pages), "+c"(cycles) : : "eax", "ebx", "edx", "edi", "memory", "cc");
}
