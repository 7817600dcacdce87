/*
 * rewrite null|numbers|restart|children|calls|unmap|protect: what must be the same whether a program's traps are
 * traps or have become direct calls. Every call is made by a trap instruction.
 */
#include "kml.h"
#if defined(__i386__)
#include "arch/ia32-jump.h"
#elif defined(__arm__)
#include "arch/arm-jump.h"
#elif defined(__mips__)
#include "arch/mips-jump.h"
#elif defined(__powerpc__)
#include "arch/ppc-jump.h"
#endif
#define SA_RESTART 0x10000000

static long resume[JUMP_WORDS];
static volatile u32 fault_address;
static volatile int alarms;

/* One place in the text, executed over and over. */
#ifndef ARCH_SYS_PAIR
#define sys_pair(n, a, b, c, d) sys_trap(n, a, b, c, d, 0)
#define sys_pair_getpid() sys_trap(NR_getpid, 0, 0, 0, 0, 0)
#endif
static NOINLINE long trap(long n, long a, long b, long c, long d) { return sys_pair(n, a, b, c, d); }

static void say(const char *what, long value)
{
	put(what);
	if (value < 0) {
		put(" -");
		value = -value;
	} else
		put(" ");
	put_number((unsigned long)value);
	put("\n");
}

static void leap(int signal, u32 *info)
{
	(void)signal;
	fault_address = info[3];
	long_jump(resume);
}

static NOINLINE void read_at(volatile u8 *at) { (void)*at; }
static NOINLINE void write_at(volatile u8 *at) { *at = 1; }
static NOINLINE void call_at(volatile u8 *at)
{
	void (*volatile target)(void) = (void (*)(void))(unsigned long)at;
	target();
}

static void faults(const char *what, void (*act)(volatile u8 *), u32 at)
{
	fault_address = ~0u;
	put(what);
	if (!set_jump(resume)) {
		act((u8 *)(unsigned long)at);
		put(" went on\n");
		return;
	}
	put(fault_address == at ? ": SIGSEGV there\n" : ": SIGSEGV elsewhere, at ");
	if (fault_address != at) {
		put_hex(fault_address);
		put("\n");
	}
}

static int null(void)
{
	long self = trap(NR_getpid, 0, 0, 0, 0);
	on_signal(SIGSEGV, (void (*)(int))(void *)leap, SA_SIGINFO | SA_NODEFER);
	for (int i = 0; i < 2; i++) {
		faults("read of 0", read_at, 0);
		faults("read of 20", read_at, 20);
		faults("write to 0", write_at, 0);
		faults("call of 0", call_at, 0);
		faults("call of 20", call_at, 20);
		faults("call of 2000", call_at, 2000);
	}
	say("the same process", trap(NR_getpid, 0, 0, 0, 0) == self);
	return 0;
}

/* Numbers that no call has. */
static int numbers(void)
{
	static const long offsets[] = { 700, 1021, 1022, 2000, 0xffd, 0xffe, 0xfff, 0x1000, 0x1001, 0x80000 };
	trap(NR_getpid, 0, 0, 0, 0);
	for (unsigned i = 0; i < sizeof offsets / sizeof *offsets; i++)
		say("result", trap(NR_FIRST + offsets[i], 0, 0, 0, 0));
	/* Where a number is the address that a call goes to, each is a place of its own. */
	long nothing = trap(NR_FIRST + 700, 0, 0, 0, 0), refused = 0;
	for (long n = 470; n < 4100; n++)
		refused += trap(NR_FIRST + n, 0, 0, 0, 0) == nothing;
	say("refused", refused);
	say("getpid is positive", trap(NR_getpid, 0, 0, 0, 0) > 0);
	return 0;
}

static void count(int signal)
{
	(void)signal;
	alarms++;
}

static int restart(void)
{
	int fds[2] = { -1, -1 }, status;
	sys_pipe(fds);
	for (int i = 0; i < 6; i++) {
		char byte = 0;
		long timer[4] = { 0, 0, 0, 20000 }, pause[2] = { 0, 60000000 };
		alarms = 0;
		on_signal(SIGALRM, count, i & 1 ? 0 : SA_RESTART);
		long child = trap(NR_fork, 0, 0, 0, 0);
		if (child == 0) {
			trap(NR_nanosleep, (long)pause, 0, 0, 0);
			trap(NR_write, fds[1], (long)"x", 1, 0);
			sys1(NR_exit_group, 0);
		}
		trap(NR_setitimer, 0, (long)timer, 0, 0);
		long got = trap(NR_read, fds[0], (long)&byte, 1, 0);
		say(i & 1 ? "interrupted read" : "restarted read", got);
		if (got < 0)
			say("again", trap(NR_read, fds[0], (long)&byte, 1, 0));
		say("alarms", alarms);
		trap(NR_wait4, child, (long)&status, 0, 0);
	}
	return 0;
}

static int calls(void)
{
	for (int i = 0; i < 1000; i++)
		sys_pair_getpid();
	return 0;
}

static int children(void)
{
	for (int i = 0; i < 5; i++) {
		int status = 0;
		long child = trap(NR_fork, 0, 0, 0, 0);
		if (child == 0) {
			trap(NR_getpid, 0, 0, 0, 0);
			trap(NR_exit_group, 40 + i, 0, 0, 0);
		}
		trap(NR_wait4, child, (long)&status, 0, 0);
		say("child ended with", status >> 8);
	}
	return 0;
}

static u32 hexadecimal(const char **text)
{
	u32 value = 0;
	for (;; ++*text) {
		char c = **text;
		if (c >= '0' && c <= '9')
			value = value * 16 + (u32)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value * 16 + (u32)(c - 'a' + 10);
		else
			return value;
	}
}

/* What the kernel has mapped for rewriting is taken away: calls go on. */
static int strip(int unmap)
{
	static char text[8192];
	trap(NR_getpid, 0, 0, 0, 0);
	long fd = trap(NR_open, (long)"/proc/self/maps", 0, 0, 0), got, bytes = 0;
	while ((got = trap(NR_read, fd, (long)text + bytes, (long)sizeof text - 1 - bytes, 0)) > 0)
		bytes += got;
	for (const char *line = text; *line;) {
		u32 start = hexadecimal(&line);
		line++;
		u32 end = hexadecimal(&line);
		int own = 0;
		for (; *line && *line != '\n'; line++)
			own |= line[0] == '[' && line[1] == 'k' && line[2] == 'm' && line[3] == 'l';
		if (*line)
			line++;
		if (!own)
			continue;
		if (unmap)
			trap(NR_munmap, (long)start, (long)(end - start), 0, 0);
		else
			trap(NR_mprotect, (long)start, (long)(end - start), 0, 0);
	}
	long self = trap(NR_getpid, 0, 0, 0, 0);
	for (int i = 0; i < 3; i++)
		say("the same process", trap(NR_getpid, 0, 0, 0, 0) == self);
	return children();
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	if (same(what, "null"))
		return null();
	if (same(what, "numbers"))
		return numbers();
	if (same(what, "restart"))
		return restart();
	if (same(what, "calls"))
		return calls();
	if (same(what, "children"))
		return children();
	return strip(same(what, "unmap"));
}
