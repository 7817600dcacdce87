/* A freestanding runtime small enough to read: start-up, system calls, printing. No libc: every byte is ours. */
#ifndef KML_H
#define KML_H
#if defined(__i386__)
#include "arch/ia32.h"
#else
#error "no arch header for this ISA"
#endif

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

#define AT_SYSINFO 32
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

static inline void *map_pages(unsigned long bytes)
{
	/* PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS */
	return (void *)sys(NR_mmap2, 0, (long)bytes, 3, 0x22, -1);
}

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
