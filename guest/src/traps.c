/* traps ROUNDS: the ISA's trap instruction makes every kind of call, in kernel mode as in user mode: a plain one, one
 * with memory, one that fails, one without a number, those that need the whole register frame, one that sleeps. */
#include "kml.h"

#define trap0(n) sys_trap(n, 0, 0, 0, 0, 0)
#define trap2(n, a, b) sys_trap(n, (long)(a), (long)(b), 0, 0, 0)
#define trap3(n, a, b, c) sys_trap(n, (long)(a), (long)(b), (long)(c), 0, 0)
#define trap4(n, a, b, c, d) sys_trap(n, (long)(a), (long)(b), (long)(c), (long)(d), 0)
#define NO_CALL (NR_FIRST + 999)
#define EBADF 9

static volatile int handled;

static void count(int signal)
{
	(void)signal;
	handled++;
}

static int check(const char *what, int ok)
{
	put(what);
	put(ok ? ": ok\n" : ": FAILED\n");
	return !ok;
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 1 ? number(argv[1]) : 1, bad = 0;
	int fds[2] = { -1, -1 }, plain = 1, memory = 1, forks = 1, status = 0;
	char byte = 0;
	sys_pipe(fds);
	on_signal(SIGUSR1, count, 0);
	long pid = trap0(NR_getpid);
	for (unsigned long i = 0; i < rounds; i++) {
		plain &= trap0(NR_getpid) == pid;
		memory &= trap3(NR_write, fds[1], "t", 1) == 1 && trap3(NR_read, fds[0], &byte, 1) == 1 && byte == 't';
		long child = trap0(NR_fork);
		if (child == 0)
			sys_trap(NR_exit_group, trap0(NR_getpid) != pid ? 7 : 8, 0, 0, 0, 0);
		forks &= trap4(NR_wait4, child, &status, 0, 0) == child && status == 7 << 8;
		trap2(NR_kill, pid, SIGUSR1);
	}
	bad += check("getpid", plain);
	bad += check("read and write", memory);
	bad += check("a bad descriptor", trap3(NR_write, 99, "t", 1) == -EBADF && trap3(NR_read, -1, &byte, 1) == -EBADF);
	bad += check("a bad pointer", trap3(NR_write, fds[1], 16, 1) == -EFAULT);
	bad += check("a number that is no call", trap0(NO_CALL) == -ENOSYS);
	bad += check("fork, exit_group and wait4", forks);
	bad += check("kill, a handler and its return", (unsigned long)handled == rounds);
	long time[2] = { 0, 1000000 };
	bad += check("nanosleep", trap2(NR_nanosleep, time, 0) == 0);
	return (int)bad;
}
