/* A freestanding runtime small enough to read: start-up, system calls, printing. No libc: every byte is ours. */
#ifndef KML_H
#define KML_H
#if defined(__i386__)
#include "arch/ia32.h"
#elif defined(__arm__)
#include "arch/arm.h"
#elif defined(__mips__)
#include "arch/mips.h"
#elif defined(__powerpc__)
#include "arch/ppc.h"
#else
#error "no arch header for this ISA"
#endif

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

/* What Linux numbers alike on most ISAs; an arch header defines what its own has otherwise. */
#ifndef NR_FIRST
#define NR_FIRST 0
#endif
#define NR_getppid (NR_FIRST + 64)
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4
#define MAP_SHARED 1
#define MAP_PRIVATE 2
#ifndef MAP_ANONYMOUS
#define MAP_ANONYMOUS 0x20
#endif
#define O_WRONLY 1
#define O_RDWR 2
#ifndef O_CREAT
#define O_CREAT 0100
#define O_TRUNC 01000
#define O_APPEND 02000
#define O_NONBLOCK 04000
#endif
#ifndef O_DIRECTORY
#define O_DIRECTORY 0200000
#endif
#define SIGINT 2
#define SIGILL 4
#define SIGTRAP 5
#define SIGFPE 8
#define SIGKILL 9
#define SIGSEGV 11
#define SIGALRM 14
#define SIGTERM 15
#ifndef SIGUSR1
#define SIGUSR1 10
#define SIGSTOP 19
#define SIGCONT 18
#define SIG_BLOCK 0
#define SIG_SETMASK 2
#define ENOSYS 38
#define SIGINFO_CODE 2
#endif
#ifndef SIGCHLD
#define SIGCHLD 17
#define SIGTTOU 22
#endif
#ifndef SA_SIGINFO
#define SA_SIGINFO 4
#endif
#define SA_RESTART 0x10000000
#define SA_NODEFER 0x40000000
#define SIG_DFL ((void (*)(int))0)
#define SIG_IGN ((void (*)(int))1)
#ifndef TIOCSPGRP
#define TIOCSPGRP 0x5410
#endif
#define EINTR 4
#define EFAULT 14
#define AT_SYSINFO 32

#ifndef SIGSET_BYTES
#define SIGSET_BYTES 8
struct action {
	void (*handler)(int);
	unsigned long flags, restorer, mask[2];
};
#endif
#define NOINLINE __attribute__((noinline))

static char **environment;
/* Entry that AT_SYSINFO names, 0 without one. */
static unsigned long sysinfo;

int main(int argc, char **argv);

static inline long sys(long n, long a, long b, long c, long d, long e)
{
	return sysinfo ? sys_vsyscall(sysinfo, n, a, b, c, d, e) : sys_trap(n, a, b, c, d, e);
}
#define sys0(n) sys(n, 0, 0, 0, 0, 0)
#define sys1(n, a) sys(n, (long)(a), 0, 0, 0, 0)
#define sys2(n, a, b) sys(n, (long)(a), (long)(b), 0, 0, 0)
#define sys3(n, a, b, c) sys(n, (long)(a), (long)(b), (long)(c), 0, 0)
#define sys4(n, a, b, c, d) sys(n, (long)(a), (long)(b), (long)(c), (long)(d), 0)

static inline void *map_anonymous(unsigned long bytes, int protection, int sharing)
{
	return (void *)sys(NR_mmap2, 0, (long)bytes, protection, sharing | MAP_ANONYMOUS, -1);
}

static inline void *map_pages(unsigned long bytes)
{
	return map_anonymous(bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE);
}

/* The start of a file. */
static inline void *map_file(unsigned long bytes, int protection, int sharing, long fd)
{
#ifdef NR_mmap
	/* Here a call takes five arguments only, and mmap2 has six. */
	long arguments[6] = { 0, (long)bytes, protection, sharing, fd, 0 };
	return (void *)sys1(NR_mmap, arguments);
#else
	return (void *)sys(NR_mmap2, 0, (long)bytes, protection, sharing, fd);
#endif
}

static inline int map_failed(void *at) { return (unsigned long)at > 0xfffff000UL; }

static inline void on_signal(int signal, void (*handler)(int), unsigned long flags)
{
	struct action action = { .handler = handler, .flags = flags };
	sys4(NR_rt_sigaction, signal, &action, 0, SIGSET_BYTES);
}

/* What cycles() counts in, by the cycles of the CPU's clock. */
#ifndef ARCH_COUNTER_STEP
static inline unsigned counter_step(void) { return 1; }
#endif

#ifndef ARCH_PIPE
static inline long sys_pipe(int fds[2]) { return sys1(NR_pipe, fds); }
#endif

#ifdef ARCH_PROBES_PRIVILEGE
static volatile int probe_refused;
static void probe_handler(int signal, void *info, unsigned long *context)
{
	(void)signal, (void)info;
	probe_refused = 1;
	*CONTEXT_PC(context) += 4;
}

/* 0 at kernel privilege, 3 in user mode, where the probe ends in the handler: the levels are numbered alike on every ISA. */
static NOINLINE __attribute__((unused)) int privilege(void)
{
	struct action old, action = { .handler = (void (*)(int))(void *)probe_handler, .flags = SA_SIGINFO | SA_NODEFER };
	sys4(NR_rt_sigaction, SIGILL, &action, &old, SIGSET_BYTES);
	probe_refused = 0;
	at_kernel_privilege();
	sys4(NR_rt_sigaction, SIGILL, &old, 0, SIGSET_BYTES);
	return probe_refused ? 3 : 0;
}
#endif

__attribute__((used)) static void start_c(long *sp)
{
	int argc = (int)sp[0];
	char **argv = (char **)(sp + 1);
	environment = argv + argc + 1;
	char **p = environment;
	while (*p)
		p++;
	for (unsigned long *aux = (unsigned long *)(p + 1); aux[0]; aux += 2)
		if (aux[0] == AT_SYSINFO)
			sysinfo = aux[1];
	long status = main(argc, argv);
	for (;;)
		sys1(NR_exit_group, status);
}

void *memcpy(void *to, const void *from, __SIZE_TYPE__ n)
{
	char *d = to;
	const char *s = from;
	while (n--)
		*d++ = *s++;
	return to;
}

void *memset(void *to, int c, __SIZE_TYPE__ n)
{
	char *d = to;
	while (n--)
		*d++ = (char)c;
	return to;
}

static inline unsigned length(const char *s)
{
	unsigned n = 0;
	while (s[n])
		n++;
	return n;
}

static inline int same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

/* Sleeps that long, by whatever way sys takes. */
static inline void sleep_ms(long ms)
{
	long time[2] = { ms / 1000, ms % 1000 * 1000000 };
	sys2(NR_nanosleep, time, 0);
}

/* SIGALRM after so long, and then at each interval; 0 and 0 end it. */
static inline void alarm_ms(long first, long interval)
{
	long timer[4] = { interval / 1000, interval % 1000 * 1000, first / 1000, first % 1000 * 1000 };
	sys3(NR_setitimer, 0, timer, 0);
}

static inline void put(const char *s) { sys3(NR_write, 1, s, length(s)); }

static inline void put_number(unsigned long value)
{
	char digits[12];
	char *p = digits + sizeof digits;
	*--p = 0;
	do
		*--p = (char)('0' + value % 10);
	while (value /= 10);
	put(p);
}

static inline void put_hex(u32 value)
{
	char digits[9];
	for (int i = 7; i >= 0; i--, value >>= 4)
		digits[i] = "0123456789abcdef"[value & 15];
	digits[8] = 0;
	put(digits);
}

static inline unsigned long number(const char *s)
{
	unsigned long value = 0;
	while (*s >= '0' && *s <= '9')
		value = value * 10 + (unsigned long)(*s++ - '0');
	return value;
}
#endif
