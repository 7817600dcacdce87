/* restart trap|sysinfo: what a signal does to a call that waits, made by the trap or by what AT_SYSINFO names. */
#include "kml.h"

static volatile int handled;
static int by_trap, fds[2];

static long call(long n, long a, long b, long c)
{
	return by_trap || !sysinfo ? sys_trap(n, a, b, c, 0, 0) : sys_vsyscall(sysinfo, n, a, b, c, 0, 0);
}

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

static int interrupted(void)
{
	char byte;
	handled = 0;
	on_signal(SIGALRM, count, 0);
	alarm_ms(5, 0);
	return call(NR_read, fds[0], (long)&byte, 1) == -EINTR && handled == 1;
}

/* Another process writes only when the reader has been disturbed several times. */
static int restarted(void)
{
	char bytes[8];
	handled = 0;
	long child = sys0(NR_fork);
	if (child == 0) {
		sleep_ms(30);
		sys3(NR_write, fds[1], "restart", 7);
		sys1(NR_exit_group, 0);
	}
	on_signal(SIGALRM, count, SA_RESTART);
	alarm_ms(5, 5);
	long got = call(NR_read, fds[0], (long)bytes, 7);
	alarm_ms(0, 0);
	while (sys4(NR_wait4, child, 0, 0, 0) == -EINTR)
		;
	return got == 7 && bytes[0] == 'r' && bytes[6] == 't' && handled >= 3;
}

static int sleep_cut_short(void)
{
	long time[2] = { 10, 0 }, left[2] = { 0, 0 };
	handled = 0;
	on_signal(SIGALRM, count, SA_RESTART);
	alarm_ms(5, 0);
	return call(NR_nanosleep, (long)time, (long)left, 0) == -EINTR && handled == 1 && left[0] == 9 && left[1] > 900000000;
}

/* A stop and its end are no reason to return: restart_syscall sleeps for what is left. */
static int stopped(void)
{
	int status = -1;
	long child = sys0(NR_fork);
	if (child == 0) {
		long time[2] = { 0, 30000000 };
		sys1(NR_exit_group, call(NR_nanosleep, (long)time, 0, 0) != 0);
	}
	for (int i = 0; i < 3; i++) {
		sleep_ms(3);
		sys2(NR_kill, child, SIGSTOP);
		sleep_ms(3);
		sys2(NR_kill, child, SIGCONT);
	}
	return sys4(NR_wait4, child, &status, 0, 0) == child && status == 0;
}

int main(int argc, char **argv)
{
	by_trap = argc > 1 && same(argv[1], "trap");
	sys_pipe(fds);
	int bad = check("a read ends with EINTR", interrupted());
	bad += check("SA_RESTART makes the read again", restarted());
	bad += check("a sleep ends with EINTR and says what is left", sleep_cut_short());
	return bad + check("a stopped sleep goes on", stopped());
}
