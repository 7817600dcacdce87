/* ring0 segv|repair|alarm|cow: signal handlers and copy-on-write, the same at either privilege level. */
#include "jump.h"

static long resume[JUMP_WORDS];
static volatile int handled, level = -1;
static volatile u8 *volatile guarded;

static void handle(int signal, void (*handler)(int)) { on_signal(signal, handler, SA_NODEFER); }

static int report(const char *what, int ok)
{
	put_number((unsigned long)handled);
	put(what);
	put_number((unsigned long)level);
	put(ok ? "\n" : ": FAILED\n");
	return !ok;
}

static void leap(int signal)
{
	(void)signal;
	handled++;
	level = privilege();
	long_jump(resume);
}

static void unprotect(int signal)
{
	(void)signal;
	handled++;
	level = privilege();
	sys3(NR_mprotect, guarded, 4096, PROT_READ | PROT_WRITE);
}

static void count(int signal)
{
	(void)signal;
	handled++;
	level = privilege();
}

/* Does a write there end in the handler? */
static NOINLINE int write_faults(volatile u8 *at)
{
	if (set_jump(resume))
		return 1;
	*at = 1;
	return 0;
}

static int segv(void)
{
	int faults = 0;
	handle(SIGSEGV, leap);
	for (unsigned i = 0; i < 100; i++)
		faults += write_faults((u8 *)(i * 4096));
	return report(" faults left by longjmp from handlers at level ", faults == 100 && handled == 100);
}

static int repair(void)
{
	guarded = map_pages(100 * 4096);
	handle(SIGSEGV, unprotect);
	sys3(NR_mprotect, guarded, 100 * 4096, PROT_READ);
	for (int i = 0; i < 100; i++, guarded += 4096)
		*guarded = 7;
	int kept = 1;
	for (int i = 1; i <= 100; i++)
		kept &= guarded[-4096 * i] == 7;
	return report(" writes went on after handlers at level ", kept && handled == 100);
}

/* A sum whose every step depends on the one before: a register lost in a handler's frame would show. */
static int alarms(void)
{
	long timer[4] = { 0, 1000, 0, 1000 };
	handle(SIGALRM, count);
	sys3(NR_setitimer, 0, timer, 0);
	u32 a = 1, b = 2, c = 3, d = 4, steps = 0;
	double x = 0;
	while (handled < 20) {
		a = a * 1664525 + b, b ^= c + a, c += d, d = d << 1 | d >> 31;
		x += 0.5;
		steps++;
	}
	u32 e = 1, f = 2, g = 3, h = 4;
	for (u32 i = 0; i < steps; i++)
		e = e * 1664525 + f, f ^= g + e, g += h, h = h << 1 | h >> 31;
	return report(" alarms taken and returned from at level ", a == e && b == f && c == g && d == h && x == steps * 0.5);
}

static int cow(void)
{
	volatile u8 *page = map_pages(4096);
	int fds[2] = { -1, -1 }, status = 0;
	page[0] = 1;
	sys_pipe(fds);
	handle(SIGSEGV, leap);
	long child = sys0(NR_fork);
	if (child == 0) {
		page[0] = 2;
		sys1(NR_exit_group, page[0]);
	}
	sys4(NR_wait4, child, &status, 0, 0);
	int ok = page[0] == 1 && status == 2 << 8;
	/* A call that writes on the program's behalf copies the page as well. */
	sys3(NR_write, fds[1], "k", 1);
	child = sys0(NR_fork);
	if (child == 0) {
		sys3(NR_read, fds[0], page, 1);
		sys1(NR_exit_group, page[0]);
	}
	sys4(NR_wait4, child, &status, 0, 0);
	ok &= page[0] == 1 && status == 'k' << 8;
	/* Read-only is read-only at every level, for the program and for calls that write on its behalf. */
	sys3(NR_mprotect, page, 4096, PROT_READ);
	ok &= write_faults(page) && page[0] == 1;
	sys3(NR_write, fds[1], "x", 1);
	ok &= sys3(NR_read, fds[0], page, 1) == -EFAULT && page[0] == 1;
	ok &= write_faults((u8 *)main);
	return report(" writes to read-only pages refused at level ", ok);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	return same(what, "segv") ? segv() : same(what, "repair") ? repair() : same(what, "alarm") ? alarms() : cow();
}
