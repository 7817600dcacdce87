/* workload NAME N MODE: does one thing N times, for kml compare, which takes the difference between N and 2 N.
 * All that is printed is the same on every ISA and for every N. Status 1: a call failed; 3: not in MODE. */
#define NUMBER_LAST
#include "kml.h"

#define PAGE 4096
#define BLOCK 8192
#define COPIED (64 << 10)
#define SOURCE "/tmp/source"
#define TARGET "/tmp/target"

static char block[BLOCK];
static const char *self;

static void fail(const char *what)
{
	put("workload: failed: ");
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

/* A file of COPIED bytes, opened for reading and writing. */
static long make_source(void)
{
	long fd = sure("open", sys3(NR_open, SOURCE, O_RDWR | O_CREAT | O_TRUNC, 0644));
	for (int i = 0; i < BLOCK; i++)
		block[i] = (char)(i * 7);
	for (int i = 0; i < COPIED; i += BLOCK)
		sure("write", sys3(NR_write, fd, block, BLOCK));
	return fd;
}

/* ---- calls */

static void run_getpid(unsigned long n)
{
	while (n--)
		sys0(NR_getpid);
}

static void run_gettimeofday(unsigned long n)
{
	long time[2];
	while (n--)
		sure("gettimeofday", sys2(NR_gettimeofday, time, 0));
}

/* At offset 0: its words are 0, and so is the one that pads them on some ISAs. */
static void transfer(unsigned long n, long call, unsigned bytes)
{
	long fd = make_source();
	while (n--)
		if (sys4(call, fd, block, bytes, 0) != (long)bytes)
			fail("transfer");
}

static void run_read1(unsigned long n) { transfer(n, NR_pread64, 1); }
static void run_write1(unsigned long n) { transfer(n, NR_pwrite64, 1); }
static void run_read8k(unsigned long n) { transfer(n, NR_pread64, BLOCK); }
static void run_write8k(unsigned long n) { transfer(n, NR_pwrite64, BLOCK); }

static void run_open(unsigned long n)
{
	make_source();
	while (n--)
		sys1(NR_close, sure("open", sys3(NR_open, SOURCE, 0, 0)));
}

static void run_stat(unsigned long n)
{
	/* struct stat64 is shorter on every ISA. */
	long stat[64];
	make_source();
	while (n--)
		sure("stat64", sys2(NR_stat64, SOURCE, stat));
}

static volatile unsigned long signals;
static void count_signal(int signal) { signals += signal == SIGALRM; }

static void run_signal(unsigned long n)
{
	long me = sys0(NR_getpid);
	on_signal(SIGALRM, count_signal, 0);
	for (unsigned long i = 0; i < n; i++)
		sure("kill", sys2(NR_kill, me, SIGALRM));
	if (signals != n)
		fail("a signal was not delivered");
}

/* ---- processes */

static void wait_for(long child)
{
	int status = -1;
	sure("wait4", sys4(NR_wait4, child, &status, 0, 0));
	if (status != 0)
		fail("a child did not end well");
}

static void run_fork(unsigned long n)
{
	while (n--) {
		long child = sure("fork", sys0(NR_fork));
		if (child == 0)
			sys1(NR_exit_group, 0);
		wait_for(child);
	}
}

static void run_exec(unsigned long n)
{
	char *argv[] = { (char *)self, "end", "0", "any", 0 };
	while (n--) {
		long child = sure("fork", sys0(NR_fork));
		if (child == 0) {
			sys3(NR_execve, self, argv, environment);
			sys1(NR_exit_group, 1);
		}
		wait_for(child);
	}
}

static void pass(int from, int to, int first, unsigned long n)
{
	char byte = 1;
	while (n--) {
		if (first)
			sure("write", sys3(NR_write, to, &byte, 1));
		if (sys3(NR_read, from, &byte, 1) != 1)
			fail("read");
		if (!first)
			sure("write", sys3(NR_write, to, &byte, 1));
	}
}

static void run_pingpong(unsigned long n)
{
	int there[2] = { 0, 0 }, back[2] = { 0, 0 };
	sure("pipe", sys_pipe(there));
	sure("pipe", sys_pipe(back));
	long child = sure("fork", sys0(NR_fork));
	if (child == 0) {
		pass(there[0], back[1], 0, n);
		sys1(NR_exit_group, 0);
	}
	pass(back[0], there[1], 1, n);
	wait_for(child);
}

static void run_yield(unsigned long n)
{
	long child = sure("fork", sys0(NR_fork));
	for (unsigned long i = 0; i < n; i++)
		sys0(NR_sched_yield);
	if (child == 0)
		sys1(NR_exit_group, 0);
	wait_for(child);
}

/* ---- memory */

static void run_pagefault(unsigned long n)
{
	volatile char *pages = map_pages(n * PAGE);
	if (map_failed((void *)pages))
		fail("mmap");
	for (unsigned long i = 0; i < n; i++)
		pages[i * PAGE] = 1;
}

static void run_mmap(unsigned long n)
{
	while (n--) {
		void *page = map_pages(PAGE);
		if (map_failed(page))
			fail("mmap");
		sure("munmap", sys2(NR_munmap, page, PAGE));
	}
}

static void run_copy(unsigned long n)
{
	make_source();
	while (n--) {
		long got, from = sure("open", sys3(NR_open, SOURCE, 0, 0));
		long to = sure("open", sys3(NR_open, TARGET, O_WRONLY | O_CREAT | O_TRUNC, 0644));
		while ((got = sure("read", sys3(NR_read, from, block, PAGE))) > 0)
			sure("write", sys3(NR_write, to, block, got));
		sys1(NR_close, from);
		sys1(NR_close, to);
	}
}

static void run_end(unsigned long n) { (void)n; }

static const struct {
	const char *name;
	void (*run)(unsigned long);
} workloads[] = {
	{ "getpid", run_getpid }, { "gettimeofday", run_gettimeofday },
	{ "read1", run_read1 }, { "write1", run_write1 }, { "read8k", run_read8k }, { "write8k", run_write8k },
	{ "open", run_open }, { "stat", run_stat }, { "signal", run_signal },
	{ "fork", run_fork }, { "exec", run_exec }, { "pingpong", run_pingpong }, { "yield", run_yield },
	{ "pagefault", run_pagefault }, { "mmap", run_mmap }, { "copy", run_copy }, { "end", run_end },
};

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	self = argv[0];
	if (!same(argv[3], "any") && same(argv[3], "kernel") != (privilege() == 0))
		return 3;
	for (unsigned i = 0; i < sizeof workloads / sizeof *workloads; i++)
		if (same(argv[1], workloads[i].name)) {
			workloads[i].run(number(argv[2]));
			if (workloads[i].run != run_end) {
				put(argv[1]);
				put(": done\n");
			}
			return 0;
		}
	put("workload: no such workload\n");
	return 2;
}
