/* ids N: asks for its ids N times over, in every phase of processes that fork, change their ids and lose their parent, and
 * compares: nothing that answers a call by what it answered before may show. */
#include "kml.h"

#if defined __i386__ || defined __arm__
#define NR_getuid_wide 199
#define NR_geteuid_wide 201
#define NR_setuid_wide 213
#else
#define NR_getuid_wide (NR_FIRST + 24)
#define NR_geteuid_wide (NR_FIRST + 49)
#define NR_setuid_wide (NR_FIRST + 23)
#endif
#define NR_own_pgrp (NR_FIRST + 65)
#define BATCH 50

static unsigned long rounds;

/* Ids as they must be, all through the phase; the other processes run in between. */
static int phase(const char *what, long pid, long parent, long pgrp, long uid)
{
	unsigned long wrong = 0;
	for (unsigned long i = 0; i < rounds; i++) {
		wrong += sys0(NR_getpid) != pid;
		wrong += sys0(NR_getppid) != parent;
		wrong += sys0(NR_own_pgrp) != pgrp;
		wrong += sys0(NR_getuid_wide) != uid;
		wrong += sys0(NR_geteuid_wide) != uid;
		if (i % BATCH == 0)
			sys0(NR_sched_yield);
	}
	if (wrong)
		put(what), put(": "), put_number(wrong), put(" wrong\n");
	return wrong != 0;
}

static int child(long parent)
{
	long pid = sys0(NR_getpid), pgrp = sys0(NR_own_pgrp);
	int failed = pid == parent || phase("child", pid, parent, pgrp, 0);
	sys2(NR_setpgid, 0, 0);
	failed |= phase("child with a group", pid, parent, pid, 0);
	sys1(NR_setuid_wide, 1000);
	return failed | phase("child as a user", pid, parent, pid, 1000);
}

/* Its parent ends while it asks. */
static int orphan(long parent)
{
	unsigned long asked = 0;
	while (sys0(NR_getppid) == parent && asked < 1000000)
		if (++asked % BATCH == 0)
			sys0(NR_sched_yield);
	return phase("orphan", sys0(NR_getpid), 1, sys0(NR_own_pgrp), 0);
}

int main(int argc, char **argv)
{
	int status = -1, fds[2] = { 0, 0 };
	u8 verdict = 1;
	rounds = argc > 1 ? (unsigned long)number(argv[1]) : 1000;
	long pid = sys0(NR_getpid), parent = sys0(NR_getppid), pgrp = sys0(NR_own_pgrp);
	long first = sys0(NR_fork);
	if (first == 0)
		sys1(NR_exit_group, child(pid));
	int failed = phase("parent", pid, parent, pgrp, 0);
	sys4(NR_wait4, first, &status, 0, 0);
	failed |= status != 0;
	sys_pipe(fds);
	long second = sys0(NR_fork);
	if (second == 0) {
		long own = sys0(NR_getpid);
		if (sys0(NR_fork) == 0) {
			verdict = (u8)orphan(own);
			sys3(NR_write, fds[1], &verdict, 1);
			sys1(NR_exit_group, 0);
		}
		sys1(NR_exit_group, phase("middle", own, pid, pgrp, 0));
	}
	sys4(NR_wait4, second, &status, 0, 0);
	failed |= status != 0;
	sys3(NR_read, fds[0], &verdict, 1);
	put(failed || verdict ? "ids: FAILED\n" : "ids: ok\n");
	return failed || verdict;
}
