/* syscalls KIND [N|- [trap|direct]]: does one thing with the kernel N thousand times (-: as many as without N), by trap
 * instructions (the default) or by the entry that AT_SYSINFO names. Prints a count that must come out as N says. */
#include "threads.h"

#define PAGE 4096
#define MAPPED 16

static void fail(const char *what)
{
	put("syscalls: failed: ");
	put(what);
	put("\n");
	sys1(NR_exit_group, 1);
}

static long sure(const char *what, long result)
{
	if ((unsigned long)result > 0xfffff000UL)
		fail(what);
	return result;
}

static void make_pipe(int fds[2]) { sure("pipe", sys_pipe(fds)); }

/* How many of the calls gave what the first did. */
static u32 run_getpid(u32 n)
{
	long first = sys0(NR_getpid);
	u32 same = 0;
	for (u32 i = 0; i < n; i++)
		same += sys0(NR_getpid) == first;
	return same;
}

/* One byte into a pipe, and out again. */
static u32 run_pipe(u32 n)
{
	int fds[2] = { 0, 0 };
	u32 sum = 0;
	make_pipe(fds);
	for (u32 i = 0; i < n; i++) {
		u8 byte = (u8)i;
		if (sys3(NR_write, fds[1], &byte, 1) != 1)
			fail("write");
		byte = 0;
		if (sys3(NR_read, fds[0], &byte, 1) != 1)
			fail("read");
		sum += byte == (u8)i;
	}
	return sum;
}

static volatile u32 signals;
static void count_signal(int signal) { signals += signal == SIGUSR1; }

/* A signal to itself, with a handler, and back from it. */
static u32 run_signal(u32 n)
{
	long me = sys0(NR_getpid);
	on_signal(SIGUSR1, count_signal, 0);
	for (u32 i = 0; i < n; i++)
		sure("kill", sys2(NR_kill, me, SIGUSR1));
	return signals;
}

/* 16 pages mapped, each touched, unmapped: counts pages that came zeroed. */
static u32 run_mmap(u32 n)
{
	u32 zero = 0;
	for (u32 i = 0; i < n; i += MAPPED) {
		volatile u8 *pages = map_pages(MAPPED * PAGE);
		if (map_failed((void *)pages))
			fail("mmap");
		for (u32 page = 0; page < MAPPED && i + page < n; page++) {
			zero += pages[page * PAGE] == 0;
			pages[page * PAGE] = 1;
		}
		sure("munmap", sys2(NR_munmap, pages, MAPPED * PAGE));
	}
	return zero;
}

static u32 pass(int from, int to, int first, u32 n)
{
	u8 byte = 1;
	u32 passed = 0;
	for (u32 i = 0; i < n; i++) {
		if (first)
			sure("write", sys3(NR_write, to, &byte, 1));
		passed += (u32)sure("read", sys3(NR_read, from, &byte, 1));
		if (!first)
			sure("write", sys3(NR_write, to, &byte, 1));
	}
	return passed;
}

/* A byte between two processes over two pipes, there and back. */
static u32 run_processes(u32 n)
{
	int there[2] = { 0, 0 }, back[2] = { 0, 0 }, status = -1;
	make_pipe(there);
	make_pipe(back);
	long child = sure("fork", sys0(NR_fork));
	if (child == 0)
		sys1(NR_exit_group, pass(there[0], back[1], 0, n) != n);
	u32 passed = pass(back[0], there[1], 1, n);
	sure("wait4", sys4(NR_wait4, child, &status, 0, 0));
	return status == 0 ? passed : 0;
}

static struct mutex mutex;
static struct condition turned;
static volatile u32 turn, turns, wanted;

static void take_turns(u32 mine)
{
	for (u32 i = 0; i < wanted; i++) {
		mutex_lock(&mutex);
		while (turn != mine)
			condition_wait(&turned, &mutex);
		turn = !mine;
		turns++;
		condition_signal(&turned);
		mutex_unlock(&mutex);
	}
}

static void second_thread(void) { take_turns(1); }

/* Two threads of a process take turns, by a condition variable; counts rounds of both. */
static u32 run_threads(u32 n)
{
	wanted = n;
	start_thread(second_thread);
	take_turns(0);
	join_thread();
	return turns / 2;
}

static const struct {
	const char *name;
	u32 (*run)(u32);
	u32 thousands;
} kinds[] = {
	{ "getpid", run_getpid, 3000 }, { "pipe", run_pipe, 700 }, { "signal", run_signal, 170 },
	{ "mmap", run_mmap, 280 }, { "processes", run_processes, 130 }, { "threads", run_threads, 100 },
};

int main(int argc, char **argv)
{
	if (argc < 4 || !same(argv[3], "direct"))
		sysinfo = 0;
	for (u32 i = 0; argc > 1 && i < sizeof kinds / sizeof *kinds; i++)
		if (same(argv[1], kinds[i].name)) {
			u32 n = (argc > 2 && argv[2][0] != '-' ? (u32)number(argv[2]) : kinds[i].thousands) * 1000;
			put(argv[1]);
			put(" ");
			put_number(kinds[i].run(n));
			put("\n");
			return 0;
		}
	put("syscalls: getpid, pipe, signal, mmap, processes or threads\n");
	return 2;
}
