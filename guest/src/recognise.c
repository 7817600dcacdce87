/* recognise SIGNALS: system calls by the trap, until so many signals of a timer whose handler makes some of its own have come, in two
 * processes at once. Every result is checked: a trap that was mixed up with the handler's comes back at the wrong
 * place or with the wrong value. */
#include "kml.h"

#define NR_getppid (NR_FIRST + 64)
#define ITIMER_REAL 0

static volatile u32 signals, wrong;
static long pid, parent;

static void on_alarm(int signal)
{
	(void)signal;
	signals++;
	for (int i = 0; i < 3; i++)
		if (sys_trap(NR_getppid, 0, 0, 0, 0, 0) != parent)
			wrong++;
}

static void work(u32 count)
{
	pid = sys_trap(NR_getpid, 0, 0, 0, 0, 0);
	parent = sys_trap(NR_getppid, 0, 0, 0, 0, 0);
	long interval[4] = { 0, 100, 0, 100 };
	on_signal(SIGALRM, on_alarm, 0);
	sys_trap(NR_setitimer, ITIMER_REAL, (long)interval, 0, 0, 0);
	while (signals < count)
		if (sys_trap(NR_getpid, 0, 0, 0, 0, 0) != pid)
			wrong++;
	interval[1] = interval[3] = 0;
	sys_trap(NR_setitimer, ITIMER_REAL, (long)interval, 0, 0, 0);
}

int main(int argc, char **argv)
{
	u32 count = argc > 1 ? (u32)number(argv[1]) : 1000;
	int status = -1;
	long child = sys_trap(NR_fork, 0, 0, 0, 0, 0);
	work(count);
	if (child == 0)
		sys_trap(NR_exit_group, wrong != 0, 0, 0, 0, 0);
	while (sys_trap(NR_wait4, child, (long)&status, 0, 0, 0) == -EINTR)
		;
	put_number(wrong);
	put(status == 0 ? " wrong\n" : " wrong, CHILD FAILED\n");
	return wrong != 0 || status != 0;
}
