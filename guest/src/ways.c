/*
 * ways CALL [CALLS [BUSY]]: what a system call costs by each way into the kernel that is open to the
 * program, in cycles by the CPU's own counter: by trap, by what AT_SYSINFO names (a fast system call in
 * user mode, the direct call in kernel mode), and, at kernel privilege, by calling the function that
 * sys_call_table has. BUSY iterations of a loop stand between two calls.
 *
 * A line for each way, and one for the loop with nothing in the call's place: name, calls, cycles. Each
 * is the best of several rounds, so that no timer interrupt is in it.
 */
#include "kernel-symbols.h"

#define ROUNDS 8

static u32 calls, busy;
static long nr, first, second, third;

/* The counter is in memory, as compilers keep it without optimisation. */
static inline void be_busy(void)
{
	for (volatile u32 i = 0; i < busy; i++)
		;
}

/* Steps of the counter for a round of calls: the least of all rounds. */
#define BEST_OF(call) \
	({ \
		unsigned long best = ~0ul; \
		for (int round = 0; round < ROUNDS; round++) { \
			u64 start = cycles(); \
			for (u32 i = calls; i; i--) { \
				be_busy(); \
				call; \
			} \
			unsigned long took = (unsigned long)(cycles() - start); \
			best = took < best ? took : best; \
		} \
		best; \
	})

static NOINLINE unsigned long by_nothing(void) { return BEST_OF(__asm__ volatile("")); }
static NOINLINE unsigned long by_trap(void) { return BEST_OF(sys_trap(nr, first, second, third, 0, 0)); }
static NOINLINE unsigned long by_sysinfo(void)
{
	return BEST_OF(sys_vsyscall(sysinfo, nr, first, second, third, 0, 0));
}
static NOINLINE unsigned long by_function(long (*function)(void)) { return BEST_OF(function()); }
static NOINLINE unsigned long by_function_of_three(long (*function)(long, long, long))
{
	return BEST_OF(function(first, second, third));
}

static void report(const char *way, unsigned long steps)
{
	put(way);
	put(" ");
	put_number(calls);
	put(" ");
	put_number(steps * counter_step());
	put("\n");
}

static int choose(const char *name)
{
	static long time[2];
	static char byte[1];
	if (same(name, "getpid"))
		nr = NR_getpid;
	else if (same(name, "getppid"))
		nr = NR_getppid;
	else if (same(name, "gettimeofday"))
		nr = NR_gettimeofday, first = (long)time;
	else if (same(name, "read"))
		nr = NR_read, first = sys3(NR_open, "/dev/zero", 0, 0), second = (long)byte, third = 1;
	else if (same(name, "write"))
		nr = NR_write, first = sys3(NR_open, "/dev/null", O_WRONLY, 0), second = (long)byte, third = 1;
	else
		return 0;
	return 1;
}

int main(int argc, char **argv)
{
	if (argc < 2 || !choose(argv[1])) {
		put("usage: ways getpid|getppid|gettimeofday|read|write [CALLS [BUSY]]\n");
		return 2;
	}
	calls = argc > 2 ? number(argv[2]) : 1000;
	busy = argc > 3 ? number(argv[3]) : 0;
	int kernel = privilege() == 0;
	report("loop", by_nothing());
	report("trap", by_trap());
	if (sysinfo)
		report(kernel ? "direct" : "fast", by_sysinfo());
	if (kernel) {
		long *table = (long *)kernel_symbol("sys_call_table");
		long entry = table[nr - NR_FIRST];
		int bare = nr == NR_getpid || nr == NR_getppid;
		report("function", bare ? by_function((long (*)(void))entry)
					: by_function_of_three((long (*)(long, long, long))entry));
	}
	return 0;
}
